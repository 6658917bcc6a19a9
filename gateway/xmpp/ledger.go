package xmpp

import (
	"context"
	"fmt"
	"math"
)

// maxKept is how many bytes a ledger keeps for the case that they must be
// written again. It never makes a sender wait: the acknowledgements come through
// the reader, and that may be waiting for the sender.
const maxKept = 2 << 20

// ledger keeps what was sent on a managed stream until the server acknowledges
// it (XEP-0198 4). It belongs to a writer, whose mu guards it.
type ledger struct {
	kept    []byte // stanzas, from head on
	head    int
	gap     bool          // it was too much to keep, until all is acknowledged
	sent    uint64        // stanzas in all
	acked   uint64        // of them
	asked   bool          // for an acknowledgement that has not come
	askedAt uint64        // what sent was then
	changed chan struct{} // closed at the next acknowledgement; nil: nobody waits for it
}

// record adds stanzas that b holds.
func (l *ledger) record(b []byte, stanzas uint64) {
	l.sent += stanzas
	if l.gap = l.gap || !l.fits(len(b)); l.gap {
		l.kept, l.head = nil, 0
		return
	}
	if l.head == len(l.kept) {
		l.kept, l.head = l.kept[:0], 0
	}
	if len(l.kept)+len(b) > cap(l.kept) && l.head >= len(l.kept)/2 {
		n := copy(l.kept, l.kept[l.head:])
		l.kept, l.head = l.kept[:n], 0
	}
	l.kept = append(l.kept, b...)
}

func (l *ledger) fits(n int) bool { return !l.gap && len(l.kept)-l.head+n <= maxKept }

func (l *ledger) unacknowledged() []byte { return l.kept[l.head:] }

// acknowledge notes that the server has handled so many stanzas, as it counts:
// modulo 2^32, from the beginning of the stream.
func (l *ledger) acknowledge(handled uint32) error {
	n := uint64(handled - uint32(l.acked))
	if n > l.sent-l.acked {
		return fmt.Errorf("%w: it says %d of %d", errBadAck, handled, l.sent&math.MaxUint32)
	}
	l.asked = false
	l.acked += n
	if l.gap {
		l.gap = l.acked < l.sent
	} else {
		l.drop(n)
	}
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	return nil
}

// drop forgets the first n stanzas.
func (l *ledger) drop(n uint64) {
	for n > 0 {
		s := scanner{depth: 1}
		size, found, err := s.scan(l.kept[l.head:])
		if err != nil || found != stanzaEnd {
			l.head = len(l.kept) // cannot be: what is sent was scanned before
			return
		}
		l.head += size
		n--
	}
}

// appendRequest asks for an acknowledgement of what was sent since the last
// request, unless the answer to that one is still to come: so there is one for
// each burst, and never more than one for each way there and back.
func (l *ledger) appendRequest(dst []byte) []byte {
	if l.asked || l.sent == l.askedAt {
		return dst
	}
	l.asked, l.askedAt = true, l.sent
	return append(dst, requestAck...)
}

// askAgain lets the next appendRequest ask if anything is unacknowledged.
func (l *ledger) askAgain() {
	if !l.asked {
		l.askedAt = l.acked
	}
}

// acknowledge notes what the server has handled. The stream is wrong when that
// was never sent.
func (w *writer) acknowledge(handled uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.ledger.acknowledge(handled)
	w.signal()
	return err
}

// settled waits until the server has acknowledged all that was added before.
func (w *writer) settled(ctx context.Context, over <-chan struct{}) error {
	w.mu.Lock()
	target := w.ledger.sent
	for w.ledger.acked < target {
		if w.ledger.changed == nil {
			w.ledger.changed = make(chan struct{})
		}
		changed := w.ledger.changed
		w.ledger.askAgain()
		w.mu.Unlock()
		w.signal()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
			return ErrDown
		}
		w.mu.Lock()
	}
	w.mu.Unlock()
	return nil
}

// control queues an element that is no stanza, unless even the reserve is full.
func (w *writer) control(element []byte) {
	w.mu.Lock()
	if w.phase == writing && len(w.queued)+len(element) <= maxQueued+reserve {
		w.queued = append(w.queued, element...)
	}
	w.mu.Unlock()
	w.signal()
}

// park lets run return, if all that may have to be written again was kept. What
// is added from here on is only kept too, as long as there is room.
func (w *writer) park() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.phase != writing || w.ledger.gap {
		return false
	}
	w.phase = parked
	w.queued = w.queued[:0] // the ledger has it
	w.release()
	w.signal()
	return true
}

func (w *writer) isParked() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.phase == parked
}
