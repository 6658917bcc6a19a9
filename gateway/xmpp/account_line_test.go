package xmpp_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
)

// line is the way to a server. It can break, and keeps what the client wrote.
type line struct {
	server string

	mu    sync.Mutex
	conns []*recordedConn
}

func newLine(server string) *line { return &line{server: server} }

func (l *line) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, l.server)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, &recordedConn{Conn: conn})
	return l.conns[len(l.conns)-1], nil
}

func (l *line) last() *recordedConn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conns[len(l.conns)-1]
}

func (l *line) swallow() { l.last().swallow() }

// cut resets the connection.
func (l *line) cut() {
	c := l.last().Conn.(*net.TCPConn)
	_ = c.SetLinger(0)
	_ = c.Close()
}

// expectSecrecy expects so many connections, all of which wrote nothing but a
// stream header and STARTTLS before the first record of TLS.
func (l *line) expectSecrecy(t *testing.T, connections int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.conns) < connections {
		t.Errorf("%d connections, want at least %d", len(l.conns), connections)
	}
	const want = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='home.test'>" +
		"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
	for i, c := range l.conns {
		clear, _, encrypted := strings.Cut(string(c.written()), "\x16\x03\x01") // a handshake record
		if clear != want || !encrypted {
			t.Errorf("connection %d wrote %q before TLS, want %q", i+1, clear, want)
		}
		for _, secret := range []string{"pässword", "gateway", "<auth", "<response", "<message", "<resume", "SCRAM"} {
			if strings.Contains(string(c.written()), secret) {
				t.Errorf("connection %d wrote %q in clear", i+1, secret)
			}
		}
	}
}

// recordedConn keeps what is written.
type recordedConn struct {
	net.Conn

	mu    sync.Mutex
	wrote []byte
	deaf  bool
}

// Write writes, or loses what it is given without saying so.
func (c *recordedConn) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.wrote = append(c.wrote, b...)
	deaf := c.deaf
	c.mu.Unlock()
	if deaf {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *recordedConn) swallow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = true
}

func (c *recordedConn) written() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.wrote)
}
