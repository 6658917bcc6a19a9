package demo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"mellium.im/sasl"
	"mellium.im/xmlstream"
	"mellium.im/xmpp"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"thingbridge/deploy/lab"
)

const (
	// loginPatience bounds a login from the first packet to the bound resource.
	loginPatience = 15 * time.Second

	// farewell bounds what the server may take to hear that the client leaves.
	farewell = time.Second

	// eventsKept is how many events wait for the chat; a client that is not read
	// makes its server wait.
	eventsKept = 64
)

// client is an ordinary XMPP client. Its events must be received until close.
type client struct {
	events chan event
	// ended is closed when there is no connection any more.
	ended chan struct{}

	conn    net.Conn
	session *xmpp.Session
	closing chan struct{}
}

// login connects as any client does: STARTTLS with a verified certificate, then
// SCRAM.
func login(ctx context.Context, account lab.Account) (*client, error) {
	ctx, cancel := context.WithTimeout(ctx, loginPatience)
	defer cancel()
	c, err := dial(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("log in as %s at %s: %w", account.JID, account.Addr, err)
	}
	go c.serve()
	if err := c.session.Send(context.WithoutCancel(ctx), stanza.Presence{}.Wrap(nil)); err != nil {
		return nil, errors.Join(fmt.Errorf("go online as %s: %w", account.JID, err), c.close())
	}
	return c, nil
}

func dial(ctx context.Context, account lab.Account) (*client, error) {
	address, err := jid.Parse(account.JID + "/terminal")
	if err != nil {
		return nil, err
	}
	certificate, err := os.ReadFile(account.CAFile)
	if err != nil {
		return nil, err
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(certificate)
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", account.Addr)
	if err != nil {
		return nil, err
	}
	// When a context that the session was given ends, even long after, a write that is
	// under way may be broken off. So it gets one that never ends.
	inTime := context.AfterFunc(ctx, func() { _ = conn.Close() })
	session, err := xmpp.NewClientSession(context.WithoutCancel(ctx), address, conn,
		xmpp.StartTLS(&tls.Config{ServerName: address.Domainpart(), RootCAs: trusted, MinVersion: tls.VersionTLS12}),
		xmpp.SASL("", account.Password, sasl.ScramSha256, sasl.ScramSha1),
		xmpp.BindResource(),
	)
	if !inTime() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &client{
		events:  make(chan event, eventsKept),
		ended:   make(chan struct{}),
		conn:    conn,
		session: session,
		closing: make(chan struct{}),
	}, nil
}

// serve reads the stream until it ends.
func (c *client) serve() {
	defer close(c.ended)
	// How the stream ended is of no use to the person: the chat says that it has.
	_ = c.session.Serve(xmpp.HandlerFunc(c.receive))
}

// receive is called for one stanza after the other. It never returns an error:
// that would end the stream.
func (c *client) receive(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	e, ok := decodeEvent(xmlstream.MultiReader(xmlstream.Token(*start), t))
	if !ok {
		return nil // requests are refused by the library
	}
	select {
	case c.events <- e:
	case <-c.closing:
	}
	return nil
}

// say sends text to a contact. Its answer has the same thread.
func (c *client) say(ctx context.Context, contact, text, thread string) error {
	to, err := jid.Parse(contact)
	if err != nil {
		return err
	}
	return c.session.Encode(ctx, struct {
		stanza.Message
		Body   string `xml:"body"`
		Thread string `xml:"thread"`
	}{
		Message: stanza.Message{To: to, Type: stanza.ChatMessage, ID: thread},
		Body:    text,
		Thread:  thread,
	})
}

// subscribe asks a contact to let us see its presence.
func (c *client) subscribe(ctx context.Context, contact string) error {
	to, err := jid.Parse(contact)
	if err != nil {
		return err
	}
	return c.session.Send(ctx, stanza.Presence{To: to, Type: stanza.SubscribePresence}.Wrap(nil))
}

// close goes offline.
func (c *client) close() error {
	close(c.closing)
	// So that neither a server that hangs nor one that is gone keeps us.
	err := c.conn.SetWriteDeadline(time.Now().Add(farewell))
	if err == nil {
		_ = c.session.Close() // the server may be gone before us
	}
	err = errors.Join(err, c.conn.Close())
	<-c.ended
	return err
}
