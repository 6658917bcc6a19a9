package doctor

import (
	"bytes"
	"context"
	"net"
	"sync"
)

// gate hands one connection to a link, and holds back the handshake of XEP-0114
// until it is opened: what came before shows whether the port is the right one,
// and disturbs nobody.
type gate struct {
	net.Conn
	taken  sync.Once
	asked  chan struct{} // closed when the link is about to log in
	opened chan struct{} // closed when it may
	closed chan struct{} // closed when it will not
	close  sync.Once
}

func newGate(conn net.Conn) *gate {
	return &gate{Conn: conn, asked: make(chan struct{}), opened: make(chan struct{}), closed: make(chan struct{})}
}

// dial gives away the connection. There is no second one: a link that asks again
// waits, with the reason why the first has failed in its status.
func (g *gate) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	first := false
	g.taken.Do(func() { first = true })
	if first {
		return g, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

// Write passes p on; the handshake once the gate is open.
func (g *gate) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("<handshake")) {
		return g.Conn.Write(p)
	}
	close(g.asked)
	select {
	case <-g.opened:
		return g.Conn.Write(p)
	case <-g.closed:
		return 0, net.ErrClosed
	}
}

// Close closes the connection; a handshake that waits is not written.
func (g *gate) Close() error {
	g.close.Do(func() { close(g.closed) })
	return g.Conn.Close()
}
