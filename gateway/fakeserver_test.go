package gateway_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"

	"thingbridge/gateway/xmpp"
)

// fakeServer is a server with one component, which fails as told.
type fakeServer struct {
	t *testing.T

	mu      sync.Mutex
	gone    bool          // refuses connections
	swallow bool          // takes everything and answers nothing
	slice   bool          // takes and gives one byte at a time
	goes    chan struct{} // closed: it is not halted
	conns   map[net.Conn]bool
	fed     map[string]map[string]int // how often each body of a feed came, by id
	threads map[string]map[string]int // the same of answers, by thread
	status  string                    // of the boiler
	serving sync.WaitGroup
}

func newFakeServer(t *testing.T) *fakeServer {
	s := &fakeServer{
		t: t, goes: make(chan struct{}), conns: make(map[net.Conn]bool),
		fed: make(map[string]map[string]int), threads: make(map[string]map[string]int),
	}
	close(s.goes)
	return s
}

// change changes how the server fails.
func (s *fakeServer) change(do func(*fakeServer)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(s)
}

func (s *fakeServer) halt()   { s.change(func(s *fakeServer) { s.goes = make(chan struct{}) }) }
func (s *fakeServer) resume() { s.change(func(s *fakeServer) { close(s.goes) }) }

// hangUp ends all connections.
func (s *fakeServer) hangUp() {
	s.change(func(s *fakeServer) {
		for conn := range s.conns {
			conn.Close()
		}
	})
}

func (s *fakeServer) dial(context.Context, string, string) (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	theirs, ours := net.Pipe()
	s.conns[ours] = true
	s.serving.Go(func() { s.serve(ours) })
	return theirs, nil
}

// Read reads for the decoder what the faults let through.
type faultyConn struct {
	net.Conn
	server *fakeServer
}

func (c faultyConn) Read(p []byte) (int, error) {
	for {
		<-c.state().goes
		if c.state().slice {
			p = p[:1]
		}
		n, err := c.Conn.Read(p)
		<-c.state().goes // what had come before the halt is read after it
		if err != nil || !c.state().swallow {
			return n, err
		}
	}
}

func (c faultyConn) Write(p []byte) (int, error) {
	<-c.state().goes
	switch state := c.state(); {
	case state.swallow:
		return len(p), nil
	case !state.slice:
		return c.Conn.Write(p)
	}
	for i := range p {
		if _, err := c.Conn.Write(p[i : i+1]); err != nil {
			return i, err
		}
	}
	return len(p), nil
}

type faultState struct {
	goes           chan struct{}
	swallow, slice bool
}

func (c faultyConn) state() faultState {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return faultState{c.server.goes, c.server.swallow, c.server.slice}
}

// serve logs a component in, routes to it what it sends to itself, and notes
// what it sends to others.
func (s *fakeServer) serve(conn net.Conn) {
	defer s.change(func(s *fakeServer) { delete(s.conns, conn) })
	defer conn.Close()
	line := faultyConn{conn, s}
	in := xml.NewDecoder(line)
	for {
		token, err := in.Token()
		if err != nil {
			return
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "stream" {
			_, err = fmt.Fprintf(line, "<stream:stream xmlns='%s' xmlns:stream='%s' id='%p' from='%s'>", xmpp.NSComponent, xmpp.NSStreams, conn, domain)
		} else {
			err = s.take(in, start, line)
		}
		if err != nil {
			return
		}
	}
}

// sentStanza is what of a stanza the server looks at.
type sentStanza struct {
	From   string `xml:"from,attr"`
	To     string `xml:"to,attr"`
	ID     string `xml:"id,attr"`
	Type   string `xml:"type,attr"`
	Body   string `xml:"body"`
	Thread string `xml:"thread"`
	Status string `xml:"status"`
	Inner  string `xml:",innerxml"`
}

func (s *fakeServer) take(in *xml.Decoder, start xml.StartElement, line net.Conn) error {
	var it sentStanza
	if err := in.DecodeElement(&it, &start); err != nil {
		return err
	}
	switch {
	case start.Name.Local == "handshake":
		_, err := line.Write([]byte("<handshake/>"))
		return err
	case start.Name.Local == "iq" && it.To == domain.String():
		_, err := fmt.Fprintf(line, "<iq type='%s' id='%s' from='%s' to='%s'>%s</iq>", it.Type, it.ID, it.From, it.To, it.Inner)
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case start.Name.Local == "presence":
		s.status = it.Status + it.Type
	case it.Thread != "":
		count(s.threads, it.Thread, it.ID)
	default:
		count(s.fed, it.Body, it.ID)
	}
	return nil
}

func count(in map[string]map[string]int, key, id string) {
	if in[key] == nil {
		in[key] = make(map[string]int)
	}
	in[key][id]++
}

// say routes a stanza to the component, on every connection that it has.
func (s *fakeServer) say(stanza string) {
	s.mu.Lock()
	conns := make([]net.Conn, 0, len(s.conns))
	for conn := range s.conns {
		conns = append(conns, conn)
	}
	s.mu.Unlock()
	for _, conn := range conns {
		if _, err := (faultyConn{conn, s}).Write([]byte(stanza)); err != nil {
			s.t.Logf("%s: %v", stanza, err)
		}
	}
}
