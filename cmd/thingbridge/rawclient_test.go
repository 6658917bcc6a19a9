package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"thingbridge/deploy/lab"
)

// rawClient is a user's session that sends whatever bytes it is given. It logs in
// with PLAIN and without TLS, which the server must allow.
type rawClient struct {
	JID  string // full
	conn net.Conn
	in   *bufio.Reader
	dec  *xml.Decoder
}

// rawStanza is what of a stanza tests look at.
type rawStanza struct {
	XMLName xml.Name
	From    string        `xml:"from,attr"`
	ID      string        `xml:"id,attr"`
	Type    string        `xml:"type,attr"`
	Body    string        `xml:"body"`
	Thread  string        `xml:"thread"`
	Status  string        `xml:"status"`
	JID     string        `xml:"bind>jid"`
	Error   rawError      `xml:"error"`
	Data    []rawQuantity `xml:"resp>ts>q"`
}

// rawQuantity is a field of sensor data.
type rawQuantity struct {
	Name  string `xml:"n,attr"`
	Value string `xml:"v,attr"`
}

// rawError is what a stanza of type error says.
type rawError struct {
	Text       string                       `xml:"text"`
	Conditions []struct{ XMLName xml.Name } `xml:",any"`
}

func (s *rawStanza) kind() string { return s.XMLName.Local }

// loginRaw opens a session and tells the server that the user is available.
func loginRaw(ctx context.Context, account lab.Account, resource string) (*rawClient, error) {
	dialing, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(dialing, "tcp", account.Addr)
	if err != nil {
		return nil, err
	}
	c := &rawClient{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := c.login(account, resource); err != nil {
		conn.Close()
		return nil, fmt.Errorf("log in as %s: %w", account.JID, err)
	}
	return c, conn.SetDeadline(time.Time{})
}

func (c *rawClient) login(account lab.Account, resource string) error {
	user, host, _ := strings.Cut(account.JID, "@")
	header := "<stream:stream to='" + host + "' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	secret := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + account.Password))
	steps := []struct{ send, want string }{
		{header, "features"},
		{"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + secret + "</auth>", "success"},
		{header, "features"},
		{"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + resource + "</resource></bind></iq>", "iq"},
	}
	for _, step := range steps {
		if step.send == header {
			c.dec = xml.NewDecoder(c.in) // a bufio.Reader is read no further than what is decoded
		}
		if err := c.send(step.send); err != nil {
			return err
		}
		got, err := c.next()
		if err != nil {
			return err
		}
		if got.kind() != step.want || got.Type == "error" {
			return fmt.Errorf("%s of type %q, want %s", got.kind(), got.Type, step.want)
		}
		c.JID = got.JID
	}
	return c.send("<presence/>")
}

func (c *rawClient) send(stanzas string) error {
	_, err := c.conn.Write([]byte(stanzas))
	return err
}

// next returns the next child of the stream.
func (c *rawClient) next() (*rawStanza, error) {
	for {
		token, err := c.dec.Token()
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local == "stream" {
			continue
		}
		s := &rawStanza{}
		return s, c.dec.DecodeElement(s, &start)
	}
}

// follower is a user who logs in again whenever the session ends.
type follower struct {
	account lab.Account
	hear    func(*rawStanza) // called by one goroutine

	mu     sync.Mutex
	client *rawClient // nil: not logged in
	up     chan struct{}
}

// follow logs a user in for as long as the test runs, and returns when that has
// worked once.
func follow(t *testing.T, account lab.Account, hear func(*rawStanza)) *follower {
	t.Helper()
	f := &follower{account: account, hear: hear, up: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { f.run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	select {
	case <-f.up:
	case <-time.After(patience):
		t.Fatalf("%s cannot log in", account.JID)
	}
	return f
}

func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		if c, err := loginRaw(ctx, f.account, "follower"); err == nil {
			f.serve(ctx, c)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (f *follower) serve(ctx context.Context, c *rawClient) {
	stop := context.AfterFunc(ctx, func() { c.conn.Close() })
	defer stop()
	defer c.conn.Close()
	f.set(c)
	defer f.set(nil)
	for {
		s, err := c.next()
		if err != nil {
			return
		}
		f.hear(s)
	}
}

func (f *follower) set(c *rawClient) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.client = c
	if c != nil {
		select {
		case f.up <- struct{}{}:
		default:
		}
	}
}

// again ends the session, so that the user logs in again.
func (f *follower) again() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.client != nil {
		f.client.conn.Close()
	}
}

// send sends, and reports whether the user was logged in.
func (f *follower) send(stanzas string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.client != nil && f.client.send(stanzas) == nil
}
