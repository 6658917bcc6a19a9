package xmpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// A server that is just ending closes connections like this too, so they are hints
// beside what happened, and not a reason to wait for a person.
var (
	errNoCertificate = fmt.Errorf("%w instead of beginning TLS; has its component listener a certificate "+
		"(in ejabberd, certfile: beside tls: true)?", errHungUp)
	errPerhapsTLS = fmt.Errorf("%w before its first word; where it speaks TLS with components, "+
		"write tls://host:port in xmpp.component.server", errHungUp)
)

// componentRemedies are, for a component, what the remedies of an account say in
// the words of its own keys. {server} is what we connected to.
var componentRemedies = map[string]string{
	remedyAuthority: "the certificate of {server} is self-signed or of an authority that this machine does not know; " +
		"if it is the right one, name a file with that authority in xmpp.component.ca_file",
	remedyExpired: "the certificate of {server} has expired or is not valid yet; " +
		"correct this machine's clock, or have the server's operator renew it",
	remedyName: "the certificate of {server} is for another host; write the name that it is for in xmpp.component.server, " +
		"or have the server's operator get another one",
	remedyCertificate: "the certificate of {server} cannot be accepted; have the server's operator replace it",
	remedyNoPort: "{server} does not speak TLS from the first byte; let its component listener do so, " +
		"or write xmpp.component.server without tls://, if the server is on this machine",
	remedyTLS: "{server} and this machine find no common way to encrypt; have the server's operator allow TLS 1.2 or newer",
}

// address returns host:port of the server, and whether TLS begins with the first
// byte.
func (c *component) address() (address string, encrypted bool) {
	return strings.CutPrefix(c.cfg.Server, "tls://")
}

// connect dials, and encrypts where that is asked for.
func (c *component) connect(ctx context.Context) (net.Conn, error) {
	address, encrypted := c.address()
	conn, err := c.cfg.Dial(ctx, "tcp", address)
	if err != nil || !encrypted {
		return conn, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: c.cfg.CAs, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, c.explainTLS(err)
	}
	return secure, nil
}

// explainTLS says what to do when there is no encryption.
func (c *component) explainTLS(err error) error {
	remedy, cause := tlsRemedy(err)
	text, ok := componentRemedies[remedy]
	switch {
	case !ok && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		return errNoCertificate
	case !ok:
		return err
	}
	return &RefusedError{Cause: cause, Remedy: strings.ReplaceAll(text, "{server}", c.cfg.Server)}
}
