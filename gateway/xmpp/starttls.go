package xmpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

const nsTLS = "urn:ietf:params:xml:ns:xmpp-tls"

// Why there is no encryption.
var (
	errNoTLS      = errors.New("it does not offer STARTTLS")
	errTLSRefused = errors.New("it answers STARTTLS with a failure")
	errInjected   = errors.New("somebody has written into the stream before TLS")
	errWordless   = fmt.Errorf("%w before its first word; a port for direct TLS is written tls://host:port in xmpp.accounts[].server", errHungUp)
	errNoClients  = errors.New("it does not speak XMPP with clients")
)

// secure begins TLS on conn, which shows the certificate for our domain. Nothing
// that was said before is believed: the stream begins anew (RFC 6120 5.4.3.3).
func (a *account) secure(ctx context.Context, conn net.Conn, t target) (*opened, error) {
	if t.direct {
		return a.handshake(ctx, conn, []string{"xmpp-client"})
	}
	o := newOpened(conn)
	features, err := a.greet(o)
	if errors.Is(err, errHungUp) {
		return nil, errWordless
	}
	if err != nil {
		return nil, err
	}
	if features.Child(nsTLS, "starttls") == nil {
		return nil, errNoTLS
	}
	if err := o.exchange([]byte("<starttls xmlns='" + nsTLS + "'/>")); err != nil {
		return nil, err
	}
	answer, err := o.element()
	switch {
	case err != nil:
		return nil, err
	case answer.Space != nsTLS || answer.Local != "proceed":
		return nil, errTLSRefused
	case !o.frames.idle():
		return nil, errInjected
	}
	return a.handshake(ctx, conn, nil)
}

// handshake makes a TLS client of conn. There is no session to resume: each
// connection verifies anew.
func (a *account) handshake(ctx context.Context, conn net.Conn, protocols []string) (*opened, error) {
	if err := conn.SetDeadline(time.Now().Add(loginTimeout)); err != nil {
		return nil, err
	}
	secured := tls.Client(conn, &tls.Config{
		ServerName: a.host,
		RootCAs:    a.cfg.CAs,
		MinVersion: tls.VersionTLS12,
		NextProtos: protocols,
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return newOpened(secured), nil
}

// greet exchanges stream headers and returns what the server offers.
func (a *account) greet(o *opened) (Element, error) {
	hello := append([]byte("<stream:stream xmlns='"+NSClient+"' xmlns:stream='"+NSStreams+"' version='1.0' to='"), a.server.String()...)
	if err := o.exchange(append(hello, "'>"...)); err != nil {
		return Element{}, err
	}
	header, err := o.header()
	if err != nil {
		return Element{}, err
	}
	if o.space != NSClient {
		return Element{}, errNoClients
	}
	features, err := o.element()
	if err != nil {
		return Element{}, err
	}
	if header.Attr("version") == "" || features.Space != NSStreams || features.Local != "features" {
		return Element{}, errNoClients
	}
	return features, nil
}
