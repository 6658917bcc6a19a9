package labtest

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
)

// maxClear bounds what a wire keeps of one direction of a connection.
const maxClear = 1 << 20

// Wire is a relay to a server that looks at what passes: it tells what is readable
// from what is TLS. Its methods can be called from any goroutine.
type Wire struct {
	Addr string // to be used in place of the server's

	server   string
	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  []net.Conn
	sides  []*splitter // two for each connection
}

// Tap puts a wire before a server for the duration of the test.
func Tap(t testing.TB, server string) *Wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Wire{Addr: listener.Addr().String(), server: server, listener: listener}
	w.running.Go(w.accept)
	t.Cleanup(w.close)
	return w
}

// Clear returns all that passed outside TLS, one text for each direction of each
// connection in which there was any.
func (w *Wire) Clear() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var texts []string
	for _, side := range w.sides {
		if len(side.clear) > 0 {
			texts = append(texts, string(side.clear))
		}
	}
	return texts
}

// Encrypted returns how many bytes passed as data inside TLS.
func (w *Wire) Encrypted() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := 0
	for _, side := range w.sides {
		sum += side.encrypted
	}
	return sum
}

func (w *Wire) accept() {
	for {
		conn, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.running.Go(func() { w.relay(conn) })
	}
}

// relay carries one connection until both ends have closed it.
func (w *Wire) relay(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	there, back, ok := w.add(client, server)
	if !ok {
		return
	}
	var copying sync.WaitGroup
	copying.Go(func() { w.carry(server, client, there) })
	copying.Go(func() { w.carry(client, server, back) })
	copying.Wait()
	w.remove(client, server)
}

func (w *Wire) add(client, server net.Conn) (there, back *splitter, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, nil, false
	}
	there, back = &splitter{}, &splitter{}
	w.conns = append(w.conns, client, server)
	w.sides = append(w.sides, there, back)
	return there, back, true
}

func (w *Wire) remove(client, server net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conns = slices.DeleteFunc(w.conns, func(c net.Conn) bool { return c == client || c == server })
}

// carry copies one direction up to its end, of which it tells the receiver.
func (w *Wire) carry(to, from net.Conn, side *splitter) {
	_, _ = io.Copy(to, io.TeeReader(from, lockedWriter{&w.mu, side}))
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

func (w *Wire) close() {
	w.listener.Close()
	w.mu.Lock()
	w.closed = true
	for _, conn := range w.conns {
		conn.Close()
	}
	w.mu.Unlock()
	w.running.Wait()
}

// lockedWriter holds a lock while it writes.
type lockedWriter struct {
	mu *sync.Mutex
	to io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}
