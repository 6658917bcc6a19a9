package xmpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

const (
	idleTimeout = 20 * time.Second       // of silence, after which we ping
	pingTimeout = 10 * time.Second       // for the answer, or anything else
	lastWords   = 2 * time.Second        // for what is queued when ctx has ended, and the server's farewell
	farewell    = 250 * time.Millisecond // for ours, when the server has ended the stream
)

const keepaliveID = "alive" // of the pings whose answers nobody waits for

// Why streams end.
var (
	errSilent    = errors.New("the server has not answered for 30 seconds")
	errHungUp    = errors.New("the server closed the connection")
	errStreamEnd = errors.New("the server ended the stream")
)

// stream is one established stream, from login to end.
type stream struct {
	conn     net.Conn
	frames   *framer
	parser   *parser
	space    string // of its stanzas
	link     opener
	out      *writer
	requests requests
	counters *counters
	over     chan struct{} // closed when no reply can come any more
}

func newStream(o *opened, link opener, c *counters) *stream {
	s := &stream{
		conn: o.conn, frames: o.frames, parser: o.parser, space: o.space, link: link,
		out: newWriter(o.conn, c), counters: c, over: make(chan struct{}),
	}
	s.frames.src = s
	return s
}

func (s *stream) send(ctx context.Context, stanzas []byte) error {
	n, err := countStanzas(stanzas)
	if err != nil {
		return err
	}
	if err := s.out.add(ctx, stanzas); err != nil {
		return err
	}
	s.counters.stanzasOut.Add(n)
	return nil
}

// serve reads and writes until one of them fails or ctx ends, and returns why.
// Both goroutines have ended and the connection is closed when it returns.
func (s *stream) serve(ctx context.Context, h Handler) error {
	var both sync.WaitGroup
	read, written := make(chan error, 1), make(chan error, 1)
	both.Go(func() { read <- s.read(h) })
	both.Go(func() { written <- s.out.run() })

	var err error
	select {
	case err = <-read:
		if last := lastTag(err); last != "" {
			s.out.finish(last)
			await(farewell, written)
		}
	case err = <-written:
	case <-ctx.Done():
		err = context.Cause(ctx)
		s.partFriendly(read, written)
	}
	_ = s.conn.Close()
	s.out.finish("")
	close(s.over)
	both.Wait()
	return plainError(err)
}

// partFriendly writes what is queued and the end of the stream, and then waits
// for the server's: closing while it still sends would reset the connection, and
// with it what we wrote last.
func (s *stream) partFriendly(read, written <-chan error) {
	s.out.finish("</stream:stream>")
	begin := time.Now()
	if !await(lastWords, written) {
		return
	}
	if half, ok := s.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	await(lastWords-time.Since(begin), read)
}

// await reports whether ended came within d.
func await(d time.Duration, ended <-chan error) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-ended:
		return err == nil
	case <-timer.C:
		return false
	}
}

// lastTag is what is left to say to the server after a reader ended with err;
// nothing where it cannot hear us.
func lastTag(err error) string {
	const end = "</stream:stream>"
	ended := (*StreamError)(nil)
	switch {
	case errors.Is(err, errNotWellFormed):
		return "<stream:error><not-well-formed xmlns='" + nsStreamErrors + "'/></stream:error>" + end
	case errors.Is(err, errRestricted):
		return "<stream:error><restricted-xml xmlns='" + nsStreamErrors + "'/></stream:error>" + end
	case errors.Is(err, errStreamEnd), errors.As(err, &ended):
		return end
	}
	return ""
}

// Read reads from the connection for the framer. Silence is broken by a ping;
// silence after that is an error.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.readWithin(idleTimeout, p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.out.addNow(s.link.appendPing(nil, keepaliveID))
		n, err = s.readWithin(pingTimeout, p)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, errSilent
	case errors.Is(err, io.EOF):
		return n, errHungUp
	}
	return n, err
}

func (s *stream) readWithin(d time.Duration, p []byte) (int, error) {
	_ = s.conn.SetReadDeadline(time.Now().Add(d)) // a closed connection says so itself
	n, err := s.conn.Read(p)
	s.counters.bytesIn.Add(uint64(n))
	if n > 0 {
		return n, nil
	}
	return 0, err
}

// countStanzas returns how many stanzas b holds, or an error that wraps
// ErrNotWhole.
func countStanzas(b []byte) (uint64, error) {
	s := scanner{depth: 1}
	count, rest := uint64(0), b
	for len(rest) > 0 {
		n, found, err := s.scan(rest)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%w: %w", ErrNotWhole, err)
		case n > MaxStanza-stanzaMargin:
			return 0, fmt.Errorf("%w: one has %d bytes, want at most %d", ErrNotWhole, n, MaxStanza-stanzaMargin)
		case found == stanzaEnd:
			count++
		case found == streamEnd:
			return 0, fmt.Errorf("%w: an end tag without a start tag", ErrNotWhole)
		}
		rest = rest[n:]
	}
	if !s.between() {
		return 0, fmt.Errorf("%w: the last one has no end", ErrNotWhole)
	}
	return count, nil
}

// plainError takes the addresses out of an error of package net: the local one
// is another each time, and the same failure must read the same.
func plainError(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}
