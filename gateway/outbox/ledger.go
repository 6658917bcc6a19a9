package outbox

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"slices"
	"time"
)

// ledger is what the outbox knows of its items without their stanzas: their
// order, their sizes and when they expire. It is not safe for concurrent use.
type ledger struct {
	limits     Config
	seed       maphash.Seed
	entries    []entry // in the order of seq
	recipients map[string]*recipient
	total      usage // of entries and of reservations
}

// entry is the note of one item.
type entry struct {
	seq     int64
	at      int64 // microseconds, as time.Time.UnixMicro
	expires int64 // the same; never: 0
	key     uint64
	to      *recipient
	size    int32 // bytes of the stanza
	sent    bool  // at least once
	done    bool  // fenced or expired, and not yet deleted
}

// recipient is what is held for one JID.
type recipient struct {
	jid string
	usage
}

type usage struct{ items, bytes int }

func (u *usage) add(items, bytes int) {
	u.items += items
	u.bytes += bytes
}

func newLedger(limits Config) ledger {
	return ledger{limits: limits, seed: maphash.MakeSeed(), recipients: make(map[string]*recipient)}
}

// key stands for what an item is known by.
func (l *ledger) key(item *Item) uint64 {
	return maphash.Comparable(l.seed, [2]string{item.To, item.ID})
}

// reserve takes room for items, all or none. An item that seems to be held needs
// no room: the store will say so.
func (l *ledger) reserve(items []Item) error {
	for i := range items {
		item := &items[i]
		if err := l.room(item); err != nil && !l.holds(item) {
			for j := range items[:i] {
				l.release(&items[j])
			}
			return err
		}
		l.take(item)
	}
	return nil
}

// room returns why there is no room for item, or nil.
func (l *ledger) room(item *Item) error {
	var each usage
	if r := l.recipients[item.To]; r != nil {
		each = r.usage
	}
	size := len(item.Stanza)
	switch {
	case each.items+1 > l.limits.MaxItemsEach || each.bytes+size > l.limits.MaxBytesEach:
		return fmt.Errorf("%w for %s: %d items of %d bytes wait", ErrFull, item.To, each.items, each.bytes)
	case l.total.items+1 > l.limits.MaxItems || l.total.bytes+size > l.limits.MaxBytes:
		return fmt.Errorf("%w for all, also for %s: %d items of %d bytes wait", ErrFull, item.To, l.total.items, l.total.bytes)
	}
	return nil
}

func (l *ledger) holds(item *Item) bool {
	key := l.key(item)
	return slices.ContainsFunc(l.entries, func(e entry) bool { return e.key == key && !e.done })
}

func (l *ledger) take(item *Item) *recipient {
	r := l.recipients[item.To]
	if r == nil {
		r = &recipient{jid: item.To}
		l.recipients[item.To] = r
	}
	r.add(1, len(item.Stanza))
	l.total.add(1, len(item.Stanza))
	return r
}

// release gives back the room of an item that is not held after all.
func (l *ledger) release(item *Item) { l.give(l.recipients[item.To], len(item.Stanza)) }

func (l *ledger) give(r *recipient, size int) {
	r.add(-1, -size)
	l.total.add(-1, -size)
	if r.items == 0 {
		delete(l.recipients, r.jid)
	}
}

// hold notes an item that has its room and that the store holds at seq, which is
// above all noted before.
func (l *ledger) hold(item *Item, seq int64) {
	e := entry{seq: seq, at: item.At.UnixMicro(), key: l.key(item), to: l.recipients[item.To], size: int32(len(item.Stanza))}
	if !item.Expires.IsZero() {
		e.expires = item.Expires.UnixMicro()
	}
	l.entries = append(l.entries, e)
}

// load notes an item that an earlier process stored, whether there is room or not.
func (l *ledger) load(item *Item) {
	l.take(item)
	l.hold(item, item.Seq)
}

// expire marks what has expired by now as done, and returns how many.
func (l *ledger) expire(now time.Time) (n int) {
	micros := now.UnixMicro()
	for i := range l.entries {
		e := &l.entries[i]
		if !e.done && e.expiredBy(micros) {
			e.done = true
			n++
		}
	}
	return n
}

func (e *entry) expiredBy(micros int64) bool { return e.expires != 0 && e.expires <= micros }

// expiry returns when the next item expires; zero: none does.
func (l *ledger) expiry() time.Time {
	var first int64
	for i := range l.entries {
		e := &l.entries[i]
		if !e.done && e.expires != 0 && (first == 0 || e.expires < first) {
			first = e.expires
		}
	}
	if first == 0 {
		return time.Time{}
	}
	return time.UnixMicro(first)
}

// next returns the entries to send: the oldest one that is due, and those that
// follow it without a gap, as many as the pace allows. A recipient who is blamed
// for failures of the link gets a batch of one.
func (l *ledger) next(p *pace, now time.Time) []entry {
	micros := now.UnixMicro()
	due := func(e entry) bool { return !e.done && !e.expiredBy(micros) && !p.isAside(e.to.jid, now) }
	start := slices.IndexFunc(l.entries, due)
	if start < 0 {
		return nil
	}
	first := l.entries[start]
	if p.isBlamed(first.to.jid) {
		return []entry{first}
	}
	batch, size := []entry{first}, int(first.size)
	for _, e := range l.entries[start+1 : min(len(l.entries), start+p.limit)] {
		size += int(e.size)
		if size > maxBatchBytes || !due(e) || p.isBlamed(e.to.jid) {
			break
		}
		batch = append(batch, e)
	}
	return batch
}

// markSent notes that the entries of batch were sent, and returns how many of
// them had been before.
func (l *ledger) markSent(batch []entry) (again int) {
	l.each(batch, func(e *entry) {
		if e.sent {
			again++
		}
		e.sent = true
	})
	return again
}

// markDone notes that the entries of batch need not be sent again.
func (l *ledger) markDone(batch []entry) {
	l.each(batch, func(e *entry) { e.done = true })
}

// reopen makes those with these keys be sent again that were fenced and could not
// be deleted, and returns them.
func (l *ledger) reopen(keys map[uint64]bool, now time.Time) (entries []entry) {
	micros := now.UnixMicro()
	for i := range l.entries {
		if e := &l.entries[i]; e.done && keys[e.key] && !e.expiredBy(micros) {
			e.done = false
			entries = append(entries, *e)
		}
	}
	return entries
}

// each calls do for the entries of batch, which follow each other in l.
func (l *ledger) each(batch []entry, do func(*entry)) {
	start, _ := slices.BinarySearchFunc(l.entries, batch[0].seq, func(e entry, seq int64) int { return cmp.Compare(e.seq, seq) })
	for i := range batch {
		do(&l.entries[start+i])
	}
}

// done returns the places of the items that are to be deleted.
func (l *ledger) done() (seqs []int64) {
	for i := range l.entries {
		if l.entries[i].done {
			seqs = append(seqs, l.entries[i].seq)
		}
	}
	return seqs
}

// drop forgets the items that were deleted, and gives back their room. The seqs
// are in order.
func (l *ledger) drop(seqs []int64) {
	l.entries = slices.DeleteFunc(l.entries, func(e entry) bool {
		if len(seqs) == 0 || e.seq != seqs[0] {
			return false
		}
		seqs = seqs[1:]
		l.give(e.to, int(e.size))
		return true
	})
	if len(l.entries) == 0 {
		l.entries = nil // a backlog that has gone shall not keep its memory
	}
}

func (l *ledger) oldest() time.Time {
	for i := range l.entries {
		if !l.entries[i].done {
			return time.UnixMicro(l.entries[i].at).UTC()
		}
	}
	return time.Time{}
}
