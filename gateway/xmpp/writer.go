package xmpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

const (
	maxQueued    = 1 << 20  // bytes that wait to be written; senders wait while there are more
	reserve      = 64 << 10 // more than that, for the link's own answers, which cannot wait
	writeAtOnce  = 64 << 10 // bytes that must be taken within writeTimeout
	writeTimeout = 15 * time.Second
)

var errStuck = fmt.Errorf("the server has taken nothing for %v", writeTimeout)

// writer owns the sending half of one stream. Senders append to a buffer; its
// goroutine swaps that for an empty one and writes it, so that stanzas that were
// sent together leave together.
type writer struct {
	conn    net.Conn // changed only while run is not running
	written *counters
	wake    chan struct{} // holds one token when there is something to do

	mu     sync.Mutex
	queued []byte
	spare  []byte        // the other buffer, nil while it is being written
	room   chan struct{} // closed when there may be room again; nil: nobody waits for that
	phase  phase
	ledger *ledger // of what the server has not acknowledged; nil: it never does
}

// phase says what becomes of what is added.
type phase uint8

const (
	writing phase = iota // it is written
	parked               // it is kept in the ledger, until there is a connection again
	closing              // it is refused; what is queued is written
)

func newWriter(conn net.Conn, c *counters) *writer {
	return &writer{conn: conn, written: c, wake: make(chan struct{}, 1)}
}

// add queues b, which holds so many stanzas. While the queue is full it waits for
// room, until ctx ends. What is larger than the whole queue is taken when the
// queue is empty.
func (w *writer) add(ctx context.Context, b []byte, stanzas uint64) error {
	for {
		w.mu.Lock()
		fits := w.fits(len(b), 0)
		if w.phase == closing || w.phase == parked && !fits {
			w.mu.Unlock()
			return ErrDown
		}
		if fits {
			w.append(b, stanzas)
			w.mu.Unlock()
			w.signal()
			return nil
		}
		if w.room == nil {
			w.room = make(chan struct{})
		}
		room := w.room
		w.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// addNow queues the stanza b without waiting, or drops it when even the reserve
// is full.
func (w *writer) addNow(b []byte) {
	w.mu.Lock()
	if w.phase != closing && w.fits(len(b), reserve) {
		w.append(b, 1)
	}
	w.mu.Unlock()
	w.signal()
}

// fits reports whether n bytes more may wait. The caller holds mu.
func (w *writer) fits(n, more int) bool {
	if w.phase == parked {
		return w.ledger.fits(n)
	}
	return len(w.queued) == 0 || len(w.queued)+n <= maxQueued+more
}

// append takes b to be written. The caller holds mu.
func (w *writer) append(b []byte, stanzas uint64) {
	if w.phase == writing {
		w.queued = append(w.queued, b...)
	}
	if w.ledger != nil {
		w.ledger.record(b, stanzas)
	}
}

// finish lets run return when all that was queued, and footer after it, is
// written. Nothing is accepted any more.
func (w *writer) finish(footer string) {
	w.mu.Lock()
	if w.phase != closing {
		w.phase = closing
		w.queued = append(w.queued, footer...)
	}
	w.release()
	w.mu.Unlock()
	w.signal()
}

func (w *writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// release lets all who wait for room try again. The caller holds mu.
func (w *writer) release() {
	if w.room != nil {
		close(w.room)
		w.room = nil
	}
}

// run writes until a write fails, until finish was called and all is written, or
// until park was called.
func (w *writer) run() error {
	for {
		b, phase := w.take()
		if len(b) == 0 {
			if phase != writing {
				return nil
			}
			<-w.wake
			continue
		}
		if err := w.write(b); err != nil {
			return err
		}
		w.giveBack(b)
	}
}

func (w *writer) take() ([]byte, phase) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ledger != nil && w.phase == writing {
		w.queued = w.ledger.appendRequest(w.queued)
	}
	b := w.queued
	if len(b) > 0 {
		w.queued, w.spare = w.spare[:0], nil
		w.release()
	}
	return b, w.phase
}

// giveBack keeps the buffer for the next turn, unless one huge stanza made it
// larger than a queue is meant to be.
func (w *writer) giveBack(b []byte) {
	if cap(b) > 2*maxQueued {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spare = b[:0]
}

// write gives each part a deadline of its own: a slow server is no dead one.
func (w *writer) write(b []byte) error {
	for part := range slices.Chunk(b, writeAtOnce) {
		if err := w.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return err
		}
		n, err := w.conn.Write(part)
		w.written.bytesOut.Add(uint64(n))
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return errStuck
		}
		if err != nil {
			return err
		}
	}
	return nil
}
