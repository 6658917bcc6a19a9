package xmpp

import (
	"context"
	"crypto/rand"
	"errors"
	"sync/atomic"

	"github.com/rs/zerolog"
)

// Errors of sending.
var (
	// ErrDown says that there is no stream, or that it ended before the answer
	// came.
	ErrDown = errors.New("no connection to the XMPP server")
	// ErrNotWhole says that bytes to be sent are not whole stanzas, or that one of
	// them is longer than the server takes. They would have ended the stream.
	ErrNotWhole = errors.New("not whole stanzas")
)

// Handler is told what happens on a link. Its methods are never called at the
// same time, and none must wait for a reply: Request and Fence called from them
// would wait for themselves.
type Handler interface {
	// Up is called when a stream is established, before its first stanza. It
	// must not block.
	Up()
	// Stanza is called for each stanza that no Request was waiting for, in the
	// order of their arrival. While it blocks nothing is read. The stanza belongs
	// to the handler.
	Stanza(s *Stanza)
	// Down is called once after each Up, when the stream has ended; err says why.
	// A stream that is resumed on another connection has not ended.
	Down(err error)
}

// Link is one live stream to a server at a time, as long as Run runs. All its
// methods can be called from any goroutine, Run by one at a time.
type Link struct {
	opener opener
	log    zerolog.Logger
	live   atomic.Pointer[stream] // nil: there is no stream
	ready  *opened                // for the next stream, of Run alone; nil: it must be opened
	status statusBoard
}

func newLink(o opener, jid JID, log zerolog.Logger) *Link {
	l := &Link{opener: o, log: log.With().Stringer("jid", jid).Logger()}
	l.status.set(Stopped)
	return l
}

// Send queues one or more whole stanzas, which are written in one piece and in
// the order of the calls. It copies them, and returns before they are written;
// [Link.Fence] tells when they have arrived. While the queue is full it waits,
// until ctx ends. It returns ErrDown when there is no stream or the stream ends
// meanwhile; what was queued on a stream that ends is lost. While a stream is
// being resumed (see [NewAccount]) it queues too, but does not wait: a full queue
// is ErrDown then.
func (l *Link) Send(ctx context.Context, stanzas []byte) error {
	s := l.live.Load()
	if s == nil {
		return ErrDown
	}
	return s.send(ctx, stanzas)
}

// Request sends the iq that build appends to dst, which must be addressed to to
// and carry that id, and waits for its reply: the stanza of type result or error
// that has this id and comes from exactly that address. A reply of type error is
// returned as a *[StanzaError] too. It returns ErrDown when the stream ends
// before, and ctx's error when ctx does.
func (l *Link) Request(ctx context.Context, to JID, build func(dst []byte, id string) []byte) (*Stanza, error) {
	s := l.live.Load()
	if s == nil {
		return nil, ErrDown
	}
	id := rand.Text()
	reply := s.requests.register(id, to)
	defer s.requests.forget(id, to)
	if err := s.send(ctx, build(nil, id)); err != nil {
		return nil, err
	}
	select {
	case r := <-reply:
		return r, r.Err()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.over:
		return nil, ErrDown
	}
}

// Fence returns nil when everything that was sent before the call has been
// handled by the server. An account's server acknowledges that where it has
// stream management (XEP-0198), if need be after the stream was resumed; else it
// is shown by the answer to a ping (XEP-0199) that follows on the same stream. It
// returns ErrDown when the stream ends before, which says nothing of what was
// sent, and ctx's error when ctx does.
func (l *Link) Fence(ctx context.Context) error {
	s := l.live.Load()
	if s == nil {
		return ErrDown
	}
	if s.out.ledger != nil {
		return s.out.settled(ctx, s.over)
	}
	_, err := l.Request(ctx, l.opener.self(), l.opener.appendPing)
	if refused := (*StanzaError)(nil); errors.As(err, &refused) {
		return nil // it came back: that is all a fence asks
	}
	return err
}

// Status returns what the link does and has done.
func (l *Link) Status() Status { return l.status.snapshot() }
