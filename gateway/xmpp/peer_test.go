package xmpp_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/gateway/xmpp"
)

const (
	header = `<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' ` +
		`xmlns:stream='http://etherx.jabber.org/streams' id='3BF96D32' from='things.test'>`
	good = `<message from='anna@home.test/phone' to='lamp@things.test' id='g'><body>good</body></message>`
)

var domain = mustJID("things.test")

func mustJID(s string) xmpp.JID {
	j, err := xmpp.ParseJID(s)
	if err != nil {
		panic(err)
	}
	return j
}

// network is what a link under test dials. Each connection comes out of conns
// at its other end, unless it is refused.
type network struct {
	conns   chan net.Conn
	refused atomic.Pointer[error]
	dialled atomic.Int64
}

func newNetwork() *network { return &network{conns: make(chan net.Conn, 1000)} }

func (n *network) refuse(err error) { n.refused.Store(&err) }

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	n.dialled.Add(1)
	if err := n.refused.Load(); err != nil && *err != nil {
		return nil, *err
	}
	ours, theirs := net.Pipe()
	n.conns <- theirs
	return ours, nil
}

// recorder is a handler that keeps what it is told.
type recorder struct {
	ups     chan struct{}
	downs   chan error
	stanzas chan *xmpp.Stanza
}

func newRecorder() *recorder {
	return &recorder{make(chan struct{}, 1000), make(chan error, 1000), make(chan *xmpp.Stanza, 1000)}
}

func (r *recorder) Up()                   { r.ups <- struct{}{} }
func (r *recorder) Stanza(s *xmpp.Stanza) { r.stanzas <- s }
func (r *recorder) Down(err error)        { r.downs <- err }

// bench is a link that runs against a scripted server.
type bench struct {
	t    *testing.T
	net  *network
	link *xmpp.Link
	told *recorder
	log  *bytes.Buffer
	stop context.CancelFunc
	done chan error
}

// within runs test in a bubble of its own time, with a link that is running, and
// expects everything to have ended afterwards.
func within(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, net: newNetwork(), told: newRecorder(), log: new(bytes.Buffer), done: make(chan error, 1)}
		b.link = xmpp.NewComponent(xmpp.ComponentConfig{
			Domain: domain, Server: "server:5347", Secret: "test", Dial: b.net.dial,
		}, zerolog.New(b.log))
		ctx, stop := context.WithCancel(t.Context())
		b.stop = stop
		go func() { b.done <- b.link.Run(ctx, b.told) }()
		test(t, b)
		stop()
		if err := <-b.done; err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
	})
}

// established is within, with a stream that is up.
func established(t *testing.T, test func(t *testing.T, b *bench, p *peer)) {
	t.Helper()
	within(t, func(t *testing.T, b *bench) {
		p := b.accept()
		test(t, b, p)
		_ = p.conn.Close()
	})
}

// accept takes the next connection and lets it log in.
func (b *bench) accept() *peer {
	b.t.Helper()
	p := b.connection()
	p.expect("to='things.test'>")
	p.write(header)
	p.expect("</handshake>")
	p.write("<handshake/>")
	<-b.told.ups
	return p
}

func (b *bench) connection() *peer { return &peer{t: b.t, conn: <-b.net.conns} }

// peer is the server's end of one connection.
type peer struct {
	t    *testing.T
	conn net.Conn
	got  []byte // and not yet expected
}

func (p *peer) write(s string) {
	p.t.Helper()
	if err := p.conn.SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
		p.t.Errorf("write %.80q: %v", s, err)
	}
	if _, err := io.WriteString(p.conn, s); err != nil {
		p.t.Errorf("write %.80q: %v", s, err)
	}
}

// expect reads until the link has written want, and returns all up to it.
func (p *peer) expect(want string) string {
	p.t.Helper()
	buf := make([]byte, 64<<10)
	for {
		if before, after, ok := bytes.Cut(p.got, []byte(want)); ok {
			p.got = bytes.Clone(after)
			return string(before) + want
		}
		if err := p.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			p.t.Fatal(err)
		}
		n, err := p.conn.Read(buf)
		p.got = append(p.got, buf[:n]...)
		if err != nil && !bytes.Contains(p.got, []byte(want)) {
			p.t.Fatalf("got %.300q and %v, want %.80q", p.got, err, want)
		}
	}
}

// drain reads and forgets, until the connection is closed.
func (p *peer) drain() { _, _ = io.Copy(io.Discard, p.conn) }

// body is the next message that the handler got.
func (r *recorder) body(t *testing.T) string {
	t.Helper()
	select {
	case s := <-r.stanzas:
		return s.Body()
	case err := <-r.downs:
		t.Fatalf("the stream ended: %v", err)
	}
	return ""
}

func repeat(n int, s string) string { return strings.Repeat(s, n) }

func newLinkOn(n *network) *xmpp.Link {
	return xmpp.NewComponent(xmpp.ComponentConfig{
		Domain: domain, Server: "server:5347", Secret: "test", Dial: n.dial,
	}, zerolog.Nop())
}
