package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// counter is a server for one component at a time, which only reads, counts and
// answers pings. It shows what a bridge can do when the server costs nothing.
type counter struct {
	listener net.Listener
	trips    *arrivals
	running  sync.WaitGroup

	mu   sync.Mutex
	conn net.Conn // nil: nobody is connected
}

func startCounter(trips *arrivals) (*counter, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counter{listener: listener, trips: trips}
	c.running.Go(c.accept)
	return c, nil
}

func (c *counter) addr() string { return c.listener.Addr().String() }

// accept serves whoever connects, one after the other, until close.
func (c *counter) accept() {
	for {
		conn, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.enter(conn)
		_ = c.serve(conn) // ends with the bridge
		c.enter(nil)
		conn.Close()
	}
}

func (c *counter) enter(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn = conn
}

func (c *counter) serve(conn net.Conn) error {
	t := &tags{}
	for _, step := range []struct{ hear, say string }{
		{"<stream:stream ", "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='counter' from='" + domain + "'>"},
		{"</handshake>", "<handshake/>"},
	} {
		if err := expect(conn, t, step.hear); err != nil {
			return err
		}
		if _, err := io.WriteString(conn, step.say); err != nil {
			return err
		}
	}
	for {
		n, err := conn.Read(t.buf[t.rest:])
		if err != nil {
			return err
		}
		n += t.rest
		whole := t.cut(n)
		c.trips.take(whole, time.Now())
		if err := answerPings(conn, whole); err != nil {
			return err
		}
		t.keep(whole, n)
	}
}

// expect reads until a tag came.
func expect(conn net.Conn, t *tags, tag string) error {
	for {
		n, err := conn.Read(t.buf[t.rest:])
		if err != nil {
			return err
		}
		t.rest += n
		whole := t.cut(t.rest)
		if bytes.Contains(whole, []byte(tag)) {
			t.keep(whole, t.rest)
			return nil
		}
	}
}

// answerPings answers each iq of type get; the gateway sends only pings.
func answerPings(w io.Writer, xml []byte) error {
	start := []byte("<iq type='get' id='")
	for {
		i := bytes.Index(xml, start)
		if i < 0 {
			return nil
		}
		xml = xml[i+len(start):]
		id, rest, found := bytes.Cut(xml, []byte("'"))
		if !found {
			return nil
		}
		if _, err := fmt.Fprintf(w, "<iq type='result' id='%s' from='%s' to='%s'/>", id, domain, domain); err != nil {
			return err
		}
		xml = rest
	}
}

func (c *counter) close() {
	c.listener.Close()
	c.mu.Lock()
	if c.conn != nil {
		c.conn.Close()
	}
	c.mu.Unlock()
	c.running.Wait()
}
