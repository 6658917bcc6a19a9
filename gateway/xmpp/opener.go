package xmpp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// loginTimeout is for each step of a login: to connect, for the server's header,
// for its answer.
const loginTimeout = 10 * time.Second

// opener is what differs between the sorts of streams: a component's and an
// account's.
type opener interface {
	// open connects and logs in. Each step has a deadline, and ctx ends it. An
	// error that only a person can mend is a *RefusedError. If last is not nil
	// and the server knows that stream, it goes on with it.
	open(ctx context.Context, last *management) (*opened, error)

	// explain makes a *RefusedError of the reason why a stream ended, if only a
	// person can mend it, and returns any other as it is.
	explain(err error) error

	// self is the address from which a ping of appendPing is answered.
	self() JID

	// appendPing appends an iq whose answer shows that the server has handled
	// what was sent before it.
	appendPing(dst []byte, id string) []byte

	// answers reports whether s is an iq to which the link itself answers with
	// an empty result: a ping from appendPing that came back, one of the
	// server's own, and the like.
	answers(s *Stanza) bool
}

// opened is a stream after the login. What was read too much is in frames.
type opened struct {
	conn   net.Conn
	frames *framer
	parser *parser
	space  string // of the stanzas
	limit  int    // bytes of a stanza that the server takes

	// The rest is of accounts.
	home, bound JID         // the account, and with the resource of this stream
	early       []Element   // stanzas that came before the login was complete
	greetings   [][]byte    // stanzas to send first
	managed     *management // nil: the server has no stream management
	resumed     bool        // it is the stream that managed says
	handled     uint32      // what the server says to have handled of that
}

// newOpened begins to speak XML on conn, from nothing.
func newOpened(conn net.Conn) *opened {
	return &opened{conn: conn, frames: newFramer(conn), parser: newParser(), limit: MaxStanza - stanzaMargin}
}

// guard closes conn when ctx ends before login returns, or when login fails.
func guard(ctx context.Context, conn net.Conn, login func(net.Conn) (*opened, error)) (*opened, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	o, err := login(conn)
	if !stop() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return o, nil
}

// exchange writes one step of a login, and gives the answer its deadline.
func (o *opened) exchange(b []byte) error {
	if err := o.conn.SetDeadline(time.Now().Add(loginTimeout)); err != nil {
		return err
	}
	_, err := o.conn.Write(b)
	return loginError(err)
}

// header reads the start tag of the server's stream.
func (o *opened) header() (Element, error) {
	f, err := o.frames.next()
	if err != nil {
		return Element{}, loginError(err)
	}
	e, err := o.parser.streamHeader(f.bytes)
	if err != nil || f.end == streamEnd || e.Space != NSStreams || e.Local != "stream" {
		return Element{}, errNotWellFormed
	}
	o.space, err = o.parser.space("")
	return e, err
}

// element reads what follows the header. A stream error is returned as one.
func (o *opened) element() (Element, error) {
	f, err := o.frames.next()
	if err != nil {
		return Element{}, loginError(err)
	}
	if f.end == streamEnd {
		return Element{}, errStreamEnd
	}
	e, err := o.parser.element(f.bytes)
	if err == nil && e.Space == NSStreams && e.Local == "error" {
		err = streamError(&e)
	}
	return e, err
}

func loginError(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errors.New("the server does not answer")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errHungUp
	}
	return err
}

// RefusedError says that trying again is in vain until a person has changed
// something.
type RefusedError struct {
	Cause  error  // mostly a *[StreamError]
	Remedy string // what is wrong and what to change, a sentence without capital and full stop
}

// Error returns the remedy and the cause.
func (e *RefusedError) Error() string { return e.Remedy + " (" + e.Cause.Error() + ")" }

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Cause }
