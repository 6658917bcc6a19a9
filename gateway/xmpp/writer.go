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
	conn    net.Conn
	written *counters
	wake    chan struct{} // holds one token when there is something to do

	mu     sync.Mutex
	queued []byte
	spare  []byte        // the other buffer, nil while it is being written
	room   chan struct{} // closed when queued was taken; nil: nobody waits for that
	closed bool          // nothing more is accepted
}

func newWriter(conn net.Conn, c *counters) *writer {
	return &writer{conn: conn, written: c, wake: make(chan struct{}, 1)}
}

// add queues b. While the queue is full it waits for room, until ctx ends. What
// is larger than the whole queue is taken when the queue is empty.
func (w *writer) add(ctx context.Context, b []byte) error {
	for {
		w.mu.Lock()
		if w.closed {
			w.mu.Unlock()
			return ErrDown
		}
		if len(w.queued) == 0 || len(w.queued)+len(b) <= maxQueued {
			w.queued = append(w.queued, b...)
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

// addNow queues b without waiting, or drops it when even the reserve is full.
func (w *writer) addNow(b []byte) {
	w.mu.Lock()
	if !w.closed && len(w.queued)+len(b) <= maxQueued+reserve {
		w.queued = append(w.queued, b...)
	}
	w.mu.Unlock()
	w.signal()
}

// finish lets run return when all that was queued, and footer after it, is
// written. Nothing is accepted any more.
func (w *writer) finish(footer string) {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
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

// run writes until a write fails, or until finish was called and all is written.
func (w *writer) run() error {
	for {
		b, closed := w.take()
		if len(b) == 0 {
			if closed {
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

func (w *writer) take() (b []byte, closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b = w.queued
	if len(b) > 0 {
		w.queued, w.spare = w.spare[:0], nil
		w.release()
	}
	return b, w.closed
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
