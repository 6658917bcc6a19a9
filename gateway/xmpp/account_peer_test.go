package xmpp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/deploy/lab"
	"thingbridge/gateway/xmpp"
)

const (
	accountHeader = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' ` +
		`xmlns:stream='http://etherx.jabber.org/streams' id='1' from='home.test' version='1.0'>`
	startTLS   = `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>`
	plainOnly  = `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>`
	bindOnly   = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>`
	managed    = bindOnly + `<sm xmlns='urn:xmpp:sm:3'/>`
	loggedIn   = `<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`
	enabled    = `<enabled xmlns='urn:xmpp:sm:3' resume='true' id='some-id' max='300'/>`
	rosterGet  = `<iq type='get' id='roster'><query xmlns='jabber:iq:roster'/></iq>`
	request    = `<r xmlns='urn:xmpp:sm:3'/>`
	streamsNS  = " xmlns='urn:ietf:params:xml:ns:xmpp-streams'"
	saslNS     = " xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
	stanzasNS  = " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
	accountJID = "gateway@home.test"
)

// accountBench is a bench for the account gateway@home.test with password "pw".
type accountBench struct {
	*bench
	ca   *lab.Authority
	tls  *tls.Config // of the scripted server
	conf xmpp.AccountConfig
}

// asAccount runs test in a bubble of its own time, with a link that is running
// unless change says otherwise by its configuration.
func asAccount(t *testing.T, change func(b *accountBench), test func(t *testing.T, b *accountBench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newAccountBench(t)
		if change != nil {
			change(b)
		}
		b.link = xmpp.NewAccount(b.conf, zerolog.New(b.log))
		ctx, stop := context.WithCancel(t.Context())
		b.stop = stop
		go func() { b.done <- b.link.Run(ctx, b.told) }()
		test(t, b)
		stop()
		if err := <-b.done; err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		close(b.net.conns)
		for conn := range b.net.conns {
			_ = conn.Close()
		}
	})
}

func newAccountBench(t *testing.T) *accountBench {
	t.Helper()
	ca, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	b := &accountBench{
		bench: &bench{t: t, net: newNetwork(), told: newRecorder(), log: new(bytes.Buffer), done: make(chan error, 1)},
		ca:    ca,
	}
	b.certify(ca, "home.test")
	b.conf = xmpp.AccountConfig{
		JID: mustJID(accountJID), Password: "pw", Server: "server:5222", CAs: ca.Pool(), Dial: b.net.dial,
	}
	return b
}

// certify gives the scripted server a certificate.
func (b *accountBench) certify(ca *lab.Authority, names ...string) {
	b.t.Helper()
	issued, err := ca.Issue(names...)
	if err != nil {
		b.t.Fatal(err)
	}
	certificate, err := issued.TLS()
	if err != nil {
		b.t.Fatal(err)
	}
	// A ticket would be written while the client writes too, which a pipe cannot.
	b.tls = &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true}
}

// greet takes a stream header and offers features.
func (p *peer) greet(features string) {
	p.t.Helper()
	p.expect("to='home.test'>")
	p.write(accountHeader + "<stream:features>" + features + "</stream:features>")
}

// encrypt lets the client begin TLS, and returns why that fails.
func (p *peer) encrypt(config *tls.Config) error {
	p.t.Helper()
	p.greet(startTLS)
	p.expect("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	p.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
	return p.handshake(config)
}

func (p *peer) handshake(config *tls.Config) error {
	p.t.Helper()
	if len(p.got) > 0 {
		return errors.New("the client sends more before TLS: " + string(p.got))
	}
	if err := p.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	secured := tls.Server(p.conn, config)
	if err := secured.Handshake(); err != nil {
		return err
	}
	p.conn = secured
	return nil
}

// secured takes the next connection as far as TLS.
func (b *accountBench) secured() *peer {
	b.t.Helper()
	p := b.connection()
	if err := p.encrypt(b.tls); err != nil {
		b.t.Fatalf("TLS: %v", err)
	}
	return p
}

// authenticated takes the next connection through the login.
func (b *accountBench) authenticated() *peer {
	b.t.Helper()
	p := b.secured()
	p.greet(plainOnly)
	p.expect("<auth" + saslNS + " mechanism='PLAIN'>")
	want := base64.StdEncoding.EncodeToString([]byte("\x00gateway\x00pw"))
	if got := p.expect("</auth>"); got != want+"</auth>" {
		b.t.Errorf("PLAIN sends %q, want %q", got, want)
	}
	p.write(loggedIn)
	return p
}

// bindAs answers the request for a resource, and returns it.
func (p *peer) bindAs(full string) string {
	p.t.Helper()
	p.expect("<iq type='set' id='login'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>")
	wish := p.expect("</iq>")
	p.write("<iq type='result' id='login'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>" + full + "</jid></bind></iq>")
	wish, _, _ = strings.Cut(strings.TrimPrefix(wish, "<resource>"), "</")
	return wish
}

// accepted takes the next connection through login and binding. With managed
// among the features stream management is enabled too.
func (b *accountBench) accepted(features string) *peer {
	b.t.Helper()
	p := b.authenticated()
	p.greet(features)
	p.bindAs(accountJID + "/one")
	if features == managed {
		p.expect("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")
		p.write(enabled)
	}
	p.expect(rosterGet)
	<-b.told.ups
	if features == managed {
		p.expect(request)
		p.write("<a xmlns='urn:xmpp:sm:3' h='1'/>")
	}
	return p
}

// cut breaks the line without a word.
func (p *peer) cut() {
	if secured, ok := p.conn.(*tls.Conn); ok {
		_ = secured.NetConn().Close()
		return
	}
	_ = p.conn.Close()
}
