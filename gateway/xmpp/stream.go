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

// IDs of requests whose answers nobody waits for.
const (
	keepaliveID = "alive"  // of pings
	rosterID    = "roster" // of the request that makes the server tell of changes
)

// Why streams end.
var (
	errSilent    = errors.New("the server has not answered for 30 seconds")
	errHungUp    = errors.New("the server closed the connection")
	errStreamEnd = errors.New("the server ended the stream")
)

// stream is one established stream, from login to end. Where the server lets it
// be resumed, that is more than one connection.
type stream struct {
	*opened
	link     opener
	out      *writer
	requests requests
	counters *counters
	longest  int           // bytes of a stanza to be sent
	over     chan struct{} // closed when no reply can come any more
}

func newStream(o *opened, link opener, c *counters) *stream {
	s := &stream{
		opened: o, link: link, out: newWriter(o.conn, c), counters: c,
		longest: o.limit, over: make(chan struct{}),
	}
	if o.managed != nil {
		s.out.ledger = &ledger{}
	}
	s.frames.src = s
	for _, stanza := range o.greetings {
		s.out.addNow(stanza)
	}
	return s
}

func (s *stream) send(ctx context.Context, stanzas []byte) error {
	n, err := countStanzas(stanzas, s.longest)
	if err != nil {
		return err
	}
	if err := s.out.add(ctx, stanzas, n); err != nil {
		return err
	}
	s.counters.stanzasOut.Add(n)
	return nil
}

// serve reads and writes until one of them fails or ctx ends, and returns why.
// Both goroutines have ended and the connection is closed when it returns. The
// stream is over then, unless it is parked: it may be resumed after that error.
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
	if ctx.Err() != nil || !s.resumable(err) || !s.out.park() {
		s.end()
	}
	both.Wait()
	return plainError(err)
}

// end lets all who wait for something of the stream know that it will not come.
func (s *stream) end() {
	s.out.finish("")
	close(s.over)
}

// partFriendly writes what is queued and the end of the stream, and then waits
// for the server's: closing while it still sends would reset the connection, and
// with it what we wrote last.
func (s *stream) partFriendly(read, written <-chan error) {
	s.out.finish(s.lastAck() + "</stream:stream>")
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
	case errors.Is(err, errBadAck):
		return "<stream:error><undefined-condition xmlns='" + nsStreamErrors + "'/></stream:error>" + end
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
		s.askForLife()
		n, err = s.readWithin(pingTimeout, p)
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, errSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // the second is of TLS
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
// ErrNotWhole. None may be longer than longest.
func countStanzas(b []byte, longest int) (uint64, error) {
	s := scanner{depth: 1}
	count, rest := uint64(0), b
	for len(rest) > 0 {
		if isSpace(rest[0]) {
			rest = rest[1:]
			continue
		}
		if !beginsStanza(rest) {
			return 0, fmt.Errorf("%w: not a message, presence or iq", ErrNotWhole)
		}
		n, found, err := s.scan(rest)
		switch {
		case err != nil:
			return 0, fmt.Errorf("%w: %w", ErrNotWhole, err)
		case n > longest:
			return 0, fmt.Errorf("%w: one has %d bytes, want at most %d", ErrNotWhole, n, longest)
		case found == stanzaEnd:
			count++
		}
		rest = rest[n:]
	}
	if !s.between() {
		return 0, fmt.Errorf("%w: the last one has no end", ErrNotWhole)
	}
	return count, nil
}

// beginsStanza reports whether b begins with the tag of a stanza. Anything else
// would end a component's stream, and an account's would count it wrong.
func beginsStanza(b []byte) bool {
	for _, name := range [...]string{"<message", "<presence", "<iq"} {
		if len(b) > len(name) && string(b[:len(name)]) == name {
			return isSpace(b[len(name)]) || b[len(name)] == '>' || b[len(name)] == '/'
		}
	}
	return false
}

// plainError takes the addresses out of an error of package net: the local one
// is another each time, and the same failure must read the same.
func plainError(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}
