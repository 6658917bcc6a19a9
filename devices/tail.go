package devices

import (
	"context"
	"iter"
	"slices"
)

const (
	tailBatch = 512    // readings that a reader takes under one lock
	tailFirst = 64     // readings that a tail has room for at first
	tailLimit = 16_384 // readings that wait for a slow reader; then the oldest are dropped and counted
)

// Tail yields every reading from now on, in order, in batches. A batch is valid
// until the next one is asked for. The buffer is bounded: when a reader is more
// than 16384 readings behind, the oldest are dropped, and counted by
// [Registry.Dropped]. What is returned must be ranged over; it ends when ctx does.
func (r *Registry) Tail(ctx context.Context) iter.Seq[[]Reading] {
	t := &tail{ring: make([]Reading, tailFirst), pending: make(signal, 1)}
	r.mu.Lock()
	r.tails = append(r.tails, t)
	r.mu.Unlock()
	return func(yield func([]Reading) bool) {
		defer r.endTail(t)
		batch := make([]Reading, 0, tailFirst)
		for {
			r.mu.Lock()
			r.done(t)
			batch = t.pull(batch[:0])
			r.mu.Unlock()
			if len(batch) > 0 {
				if ctx.Err() != nil || !yield(batch) {
					return
				}
				continue
			}
			select {
			case <-t.pending:
			case <-ctx.Done():
				return
			}
		}
	}
}

// Dropped returns how many readings were lost to tails whose readers were too
// slow, since the start.
func (r *Registry) Dropped() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.dropped
	for _, t := range r.tails {
		n += t.dropped
	}
	return n
}

func (r *Registry) endTail(t *tail) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dropped += t.dropped
	t.pulled = t.pushed // nobody waits for a reader that has gone
	r.done(t)
	r.tails = slices.DeleteFunc(r.tails, func(other *tail) bool { return other == t })
}

// Drain returns when every reader of a tail has asked for what comes after the
// readings that were applied before the call, and so has handled those; or with
// ctx's error when that ends first.
func (r *Registry) Drain(ctx context.Context) error {
	r.mu.Lock()
	tails := slices.Clone(r.tails)
	marks := make([]uint64, len(tails))
	for i, t := range tails {
		marks[i] = t.pushed
	}
	r.mu.Unlock()
	for i, t := range tails {
		for {
			r.mu.Lock()
			handled, next := t.handled, r.drained
			r.mu.Unlock()
			if handled >= marks[i] {
				break
			}
			select {
			case <-next:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// done notes that a reader has handled all that it was given.
func (r *Registry) done(t *tail) {
	if t.handled == t.pulled {
		return
	}
	t.handled = t.pulled
	close(r.drained)
	r.drained = make(chan struct{})
}

// tail is a ring of the readings that one reader has not taken. The registry's
// lock guards it.
type tail struct {
	ring    []Reading
	head    int // of the oldest
	count   int
	dropped uint64
	pending signal

	pushed, pulled, handled uint64 // readings so far; what was dropped counts as pulled
}

func (t *tail) push(reading Reading) {
	if t.count == len(t.ring) && !t.grow() {
		t.head = (t.head + 1) % len(t.ring)
		t.count--
		t.dropped++
		t.pulled++
	}
	t.pushed++
	t.ring[(t.head+t.count)%len(t.ring)] = reading
	t.count++
}

func (t *tail) grow() bool {
	if len(t.ring) >= tailLimit {
		return false
	}
	ring := make([]Reading, 2*len(t.ring))
	n := copy(ring, t.ring[t.head:])
	copy(ring[n:], t.ring[:t.head])
	t.ring, t.head = ring, 0
	return true
}

func (t *tail) pull(dst []Reading) []Reading {
	for t.count > 0 && len(dst) < tailBatch {
		dst = append(dst, t.ring[t.head])
		t.head = (t.head + 1) % len(t.ring)
		t.count--
		t.pulled++
	}
	return dst
}
