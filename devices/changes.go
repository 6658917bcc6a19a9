package devices

import (
	"context"
	"iter"
	"slices"
)

// watchBatch is how many changes a watcher takes under one lock.
const watchBatch = 256

// Change says that a device appeared, changed or was removed. It carries the
// newest twin; what lay between it and the change before is not told.
type Change struct {
	ID      ID
	Twin    Twin // of a removed device: the last one
	Removed bool
}

// changeList holds all entries in the order of their last change. A reader needs
// to keep nothing but the version up to which it has read: what changed since is
// the end of the list, each device once. So changes are conflated without a
// queue for each reader.
type changeList struct {
	oldest, newest *entry
	version        uint64
}

func (l *changeList) touch(e *entry) {
	l.version++
	e.version = l.version
	if l.newest == e {
		return
	}
	l.unlink(e)
	e.prev, e.next = l.newest, nil
	if l.newest != nil {
		l.newest.next = e
	} else {
		l.oldest = e
	}
	l.newest = e
}

func (l *changeList) unlink(e *entry) {
	if e.prev != nil {
		e.prev.next = e.next
	} else if l.oldest == e {
		l.oldest = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else if l.newest == e {
		l.newest = e.prev
	}
	e.prev, e.next = nil, nil
}

// since returns the oldest entry that changed after version, or nil.
func (l *changeList) since(version uint64) *entry {
	if version == 0 {
		return l.oldest
	}
	e := l.newest
	if e == nil || e.version <= version {
		return nil
	}
	for e.prev != nil && e.prev.version > version {
		e = e.prev
	}
	return e
}

func (r *Registry) changed(e *entry) {
	r.order.touch(e)
	if e.removed {
		r.bury()
	}
}

// bury forgets removed devices that every cursor has seen.
func (r *Registry) bury() {
	seen := r.order.version
	for _, c := range r.cursors {
		seen = min(seen, c.version)
	}
	for e := r.order.oldest; e != nil && e.version <= seen; {
		next := e.next
		if e.removed {
			r.order.unlink(e)
			delete(r.entries, e.id)
		}
		e = next
	}
}

// wake tells readers that there is something to read.
func (r *Registry) wake() {
	for _, c := range r.cursors {
		if c.version < r.order.version {
			c.pending.give()
		}
	}
	for _, t := range r.tails {
		if t.count > 0 {
			t.pending.give()
		}
	}
}

// signal is a wake-up that can be given many times and is taken once.
type signal chan struct{}

func (s signal) give() {
	select {
	case s <- struct{}{}:
	default:
	}
}

// Cursor is a place in the changes of a registry. It is used by one goroutine
// and holds no changes itself: a slow reader finds the newest twins, and blocks
// nobody.
type Cursor struct {
	registry *Registry
	version  uint64 // all changes up to this one have been taken
	pending  signal
}

// Changes returns a cursor that stands before the first change: the first
// changes taken from it are the devices there are. Close it after use.
func (r *Registry) Changes() *Cursor {
	c := &Cursor{registry: r, pending: make(signal, 1)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cursors = append(r.cursors, c)
	return c
}

// Close ends the cursor.
func (c *Cursor) Close() {
	c.registry.mu.Lock()
	defer c.registry.mu.Unlock()
	r := c.registry
	r.cursors = slices.DeleteFunc(r.cursors, func(other *Cursor) bool { return other == c })
	r.bury()
}

// Take appends up to limit changes since the last call to dst. It does not wait.
func (c *Cursor) Take(dst []Change, limit int) []Change {
	r := c.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.order.since(c.version); e != nil && limit > 0; e = e.next {
		dst = append(dst, Change{ID: e.id, Twin: e.snapshot(), Removed: e.removed})
		c.version = e.version
		limit--
	}
	return dst
}

// Ready yields when there may be changes to take. A wake-up stands for all
// changes before it.
func (c *Cursor) Ready() <-chan struct{} { return c.pending }

// Wait returns nil when there may be changes to take, or ctx's error.
func (c *Cursor) Wait(ctx context.Context) error {
	select {
	case <-c.pending:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Watch yields a change for each device there is, then each change, conflated by
// device: a slow reader gets the newest twin and blocks nobody. It ends when ctx
// does.
func (r *Registry) Watch(ctx context.Context) iter.Seq[Change] {
	return func(yield func(Change) bool) {
		cursor := r.Changes()
		defer cursor.Close()
		var batch []Change
		for {
			batch = cursor.Take(batch[:0], watchBatch)
			for i := range batch {
				if ctx.Err() != nil || !yield(batch[i]) {
					return
				}
			}
			if len(batch) > 0 {
				clear(batch)
				continue
			}
			if cursor.Wait(ctx) != nil {
				return
			}
		}
	}
}

// Memory returns what is worth keeping of t over a restart.
func (t *Twin) Memory() Memory {
	m := Memory{Device: t.Device.ID, Source: t.Source, LastSeen: t.LastSeen, States: make(map[string]State, len(t.States))}
	for i, state := range t.States {
		if state != (State{}) {
			m.States[t.Device.Properties[i].Name] = state
		}
	}
	return m
}
