package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"thingbridge/deploy/lab"
)

// recipient is a client of the XMPP server that notes which messages arrive.
type recipient struct {
	conn      net.Conn
	trips     *arrivals
	presences atomic.Int64
	ended     chan struct{}
}

// loginRecipient logs in without TLS, so that the client costs little.
func loginRecipient(ctx context.Context, account lab.Account, trips *arrivals) (*recipient, error) {
	dialer := net.Dialer{Timeout: dialBudget}
	conn, err := dialer.DialContext(ctx, "tcp", account.Addr)
	if err != nil {
		return nil, err
	}
	r := &recipient{conn: conn, trips: trips, ended: make(chan struct{})}
	if err := r.login(account); err != nil {
		conn.Close()
		return nil, fmt.Errorf("log in as %s: %w", account.JID, err)
	}
	go r.read()
	return r, nil
}

func (r *recipient) login(account lab.Account) error {
	user, host, _ := strings.Cut(account.JID, "@")
	header := "<?xml version='1.0'?><stream:stream to='" + host + "' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + account.Password))
	for _, step := range []struct{ say, hear string }{
		{header, "</stream:features>"},
		{"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>" + plain + "</auth>", "<success"},
		{header, "</stream:features>"},
		{"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind></iq>", "</iq>"},
		{"<presence/><iq type='get' id='ready'><ping xmlns='urn:xmpp:ping'/></iq>", "ready"},
	} {
		if err := r.exchange(step.say, step.hear); err != nil {
			return err
		}
	}
	return nil
}

// exchange says something, and reads until the answer holds what is wanted.
func (r *recipient) exchange(say, hear string) error {
	if err := r.conn.SetDeadline(time.Now().Add(dialBudget)); err != nil {
		return err
	}
	if _, err := r.conn.Write([]byte(say)); err != nil {
		return err
	}
	var heard []byte
	part := make([]byte, 4096)
	for !bytes.Contains(heard, []byte(hear)) {
		n, err := r.conn.Read(part)
		if err != nil {
			return fmt.Errorf("want %s, got %q: %w", hear, heard, err)
		}
		heard = append(heard, part[:n]...)
	}
	return r.conn.SetDeadline(time.Time{})
}

func (r *recipient) read() {
	defer close(r.ended)
	t := &tags{}
	for {
		n, err := r.conn.Read(t.buf[t.rest:])
		if err != nil {
			return
		}
		n += t.rest
		whole := t.cut(n)
		r.trips.take(whole, time.Now())
		r.presences.Add(int64(bytes.Count(whole, []byte("<presence "))))
		t.keep(whole, n)
	}
}

// subscribe asks for the presence of devices.
func (r *recipient) subscribe(devices int) error {
	var b []byte
	for i := range devices {
		b = fmt.Appendf(b, "<presence type='subscribe' to='d%d@%s'/>", i+1, domain)
	}
	_, err := r.conn.Write(b)
	return err
}

func (r *recipient) close() {
	r.conn.Close()
	<-r.ended
}
