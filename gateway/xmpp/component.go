package xmpp

import (
	"context"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// ComponentConfig is what a component (XEP-0114) needs.
type ComponentConfig struct {
	Domain JID    // the component's own domain
	Server string // host:port of the server's component listener; tls://host:port where TLS begins with the first byte
	Secret Secret // shared with the server
	// CAs are the authorities whose certificates count; nil: the system's.
	CAs *x509.CertPool
	// Dial connects to Server; nil is a plain TCP connection.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewComponent returns a Link that Run connects as a component. It touches
// nothing. What cfg holds is not checked: a domain that is none is refused by
// the server.
func NewComponent(cfg ComponentConfig, log zerolog.Logger) *Link {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	return newLink(&component{cfg: cfg, domain: cfg.Domain.Bare()}, cfg.Domain.Bare(), log)
}

// component logs in as XEP-0114 says.
type component struct {
	cfg    ComponentConfig
	domain JID
}

func (c *component) self() JID { return c.domain }

// appendPing appends a ping from the component to itself. The server cannot know
// that we would ask ourselves: it routes the ping back to us, we answer it, and
// it routes the answer back too. Both Prosody 0.12 and ejabberd 23.01 do, and no
// other address of the server can be known from the component's domain. Where a
// server answers in our name, or with an error, the answer still comes from our
// domain and shows the same.
func (c *component) appendPing(dst []byte, id string) []byte {
	dst = append(dst, "<iq type='get' id='"...)
	dst = AppendAttr(dst, id)
	dst = append(dst, "' from='"...)
	dst = AppendAttr(dst, c.domain.String())
	dst = append(dst, "' to='"...)
	dst = AppendAttr(dst, c.domain.String())
	return append(dst, "'><ping xmlns='"+NSPing+"'/></iq>"...)
}

func (c *component) answers(s *Stanza) bool {
	return s.Kind == IQ && s.Type == "get" && s.From == c.domain && s.To == c.domain && s.Child(NSPing, "ping") != nil
}

func (c *component) open(ctx context.Context, _ *management) (*opened, error) {
	dialing, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	conn, err := c.connect(dialing)
	if refused := (*RefusedError)(nil); errors.As(err, &refused) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", c.cfg.Server, plainError(err))
	}
	o, err := guard(ctx, conn, c.login)
	if err != nil {
		return nil, c.explainLogin(plainError(err))
	}
	return o, nil
}

// login exchanges headers and the handshake (XEP-0114 3).
func (c *component) login(conn net.Conn) (*opened, error) {
	o := newOpened(conn)
	hello := append([]byte("<stream:stream xmlns='"+NSComponent+"' xmlns:stream='"+NSStreams+"' to='"), c.domain.String()...)
	if err := o.exchange(append(hello, "'>"...)); err != nil {
		return nil, err
	}
	header, err := o.header()
	if _, encrypted := c.address(); errors.Is(err, errHungUp) && !encrypted {
		return nil, errPerhapsTLS
	}
	if err != nil {
		return nil, err
	}
	if o.space != NSComponent {
		return nil, fmt.Errorf("%w: its streams are of %q", errNoComponents, shorten(o.space))
	}
	sum := sha1.Sum([]byte(header.Attr("id") + string(c.cfg.Secret)))
	handshake := append([]byte("<handshake>"), hex.EncodeToString(sum[:])...)
	writing := o.exchange(append(handshake, "</handshake>"...))
	answer, err := o.element()
	if ended := (*StreamError)(nil); writing != nil && !errors.As(err, &ended) {
		return nil, writing // else the server had closed behind an error that says more
	}
	if err != nil {
		return nil, err
	}
	if answer.Space != NSComponent || answer.Local != "handshake" {
		return nil, fmt.Errorf("%w: it answered the handshake with %q", errNoComponents, shorten(answer.Local))
	}
	return o, conn.SetDeadline(time.Time{})
}

var errNoComponents = errors.New("the server does not speak the component protocol")

func (c *component) explain(err error) error {
	ended := (*StreamError)(nil)
	if !errors.As(err, &ended) {
		return err
	}
	remedy := ""
	switch ended.Condition {
	case "see-other-host": // not followed: nothing shows that the server may send our secret there
		remedy = "the server sends %s to " + strings.ReplaceAll(other(ended.Host), "%", "%%") +
			"; if that is right, write it in xmpp.component.server, else ask the server's operator"
	case "not-authorized": // to ejabberd, also a domain that it does not know
		remedy = "the server has another secret for %s, or does not know that component; " +
			"correct the file that xmpp.component.secret_file names, or xmpp.component.domain"
	case "host-unknown":
		remedy = "the server has no component %s; add it to the server's configuration, or correct xmpp.component.domain"
	case "conflict":
		remedy = "somebody else is connected as %s; stop the other gateway, or give this one another xmpp.component.domain"
	default:
		return err
	}
	return &RefusedError{Cause: err, Remedy: fmt.Sprintf(remedy, c.domain)}
}

// other is the host of see-other-host, as a person reads it.
func other(host string) string {
	if host == "" {
		return "another host"
	}
	return strconv.Quote(shorten(host))
}

// explainLogin knows the ways in which a port is not the server's component port.
func (c *component) explainLogin(err error) error {
	if errors.Is(err, errNoComponents) || errors.Is(err, errNotWellFormed) || errors.Is(err, errRestricted) {
		return &RefusedError{Cause: err, Remedy: fmt.Sprintf(
			"%s is not the component port of an XMPP server; correct xmpp.component.server", c.cfg.Server)}
	}
	explained := c.explain(err)
	if refused := (*RefusedError)(nil); errors.As(explained, &refused) {
		return explained
	}
	return fmt.Errorf("log in to %s: %w", c.cfg.Server, explained)
}
