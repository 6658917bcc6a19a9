package xmpp

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/rs/zerolog"
)

// AccountConfig is what an account needs: a login at somebody's server, as
// people have it.
type AccountConfig struct {
	JID      JID // with the resource to bind if that matters, else one is made for this machine
	Password Secret

	// Server is where to connect instead of what DNS says (SRV records, and the
	// domain itself without any): host:port for STARTTLS, or tls://host:port
	// where TLS begins with the first byte. The certificate must be for the
	// JID's domain all the same.
	Server string
	// CAs are the authorities whose certificates count; nil: the system's.
	CAs *x509.CertPool
	// Register makes the account (XEP-0077) when the server does not take the
	// login, allows everybody to register, and has no such account.
	Register bool

	Resolver Resolver // nil: the system's
	// Dial connects to a server; nil is a plain TCP connection.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// NewAccount returns a Link that Run connects as a client of that account. It
// touches nothing.
//
// The password is sent to nobody who has not shown, in a TLS handshake of that
// same connection, a certificate for the JID's domain from an authority in CAs.
// The strongest mechanism that both sides have is used: SCRAM, bound to the TLS
// channel where the server says how, or PLAIN where there is nothing else.
//
// A lost connection is hidden from the Handler where the server has stream
// management (XEP-0198) and the stream can be resumed within a minute: what was
// sent and did not arrive is then written again. Where it cannot, Down is called
// and everything that was not acknowledged is forgotten, as with a component.
//
// The link fetches the roster, so that the server tells it of changes, which it
// acknowledges, and asks for none of it: who wants the roster requests it. It
// sends no presence. To a server that tells active clients from others (XEP-0352)
// it says after each login that it is active, and so gets everything at once.
//
// On an account's stream the Space of stanzas is [NSClient]. From and To are
// complete: what comes from the account itself has its bare JID in From.
func NewAccount(cfg AccountConfig, log zerolog.Logger) *Link {
	if cfg.Dial == nil {
		cfg.Dial = (&net.Dialer{}).DialContext
	}
	if cfg.Resolver == nil {
		cfg.Resolver = net.DefaultResolver
	}
	return newLink(newAccount(cfg), cfg.JID.Bare(), log)
}

// account logs in as RFC 6120 says. Its methods open and explain are called by
// Run alone.
type account struct {
	cfg    AccountConfig
	home   JID    // the bare JID
	server JID    // its domain
	host   string // the same for DNS and certificates

	known   bool // the server has the account: it must not be registered
	yielded bool // another login has our resource
}

func newAccount(cfg AccountConfig) *account {
	server, err := ParseJID(cfg.JID.Domain())
	if err != nil {
		server = cfg.JID.Bare() // the zero JID, which no server takes
	}
	return &account{cfg: cfg, home: cfg.JID.Bare(), server: server, host: hostOf(cfg.JID.Domain())}
}

func (a *account) self() JID { return a.server }

// appendPing appends a ping to the server, which needs no addresses of ours.
func (a *account) appendPing(dst []byte, id string) []byte {
	dst = append(dst, "<iq type='get' id='"...)
	dst = AppendAttr(dst, id)
	dst = append(dst, "' to='"...)
	dst = AppendAttr(dst, a.server.String())
	return append(dst, "'><ping xmlns='"+NSPing+"'/></iq>"...)
}

// answers knows the server's pings, and its news of the roster. Those count only
// from the account itself: others would change what we believe of our contacts
// (RFC 6121 2.1.6).
func (a *account) answers(s *Stanza) bool {
	switch {
	case s.Kind != IQ:
		return false
	case s.Type == "get":
		return (s.From == a.server || s.From == a.home) && s.Child(NSPing, "ping") != nil
	}
	return s.Type == "set" && s.From == a.home && s.Child(nsRoster, "query") != nil
}

// resource is the one to ask for. It is the same after each start on this
// machine, so that a login replaces what is left of the one before, and another
// one on other machines. "" leaves the choice to the server.
func (a *account) resource() string {
	if a.yielded {
		return ""
	}
	if r := a.cfg.JID.Resource(); r != "" {
		return r
	}
	machine, err := os.Hostname()
	if err != nil {
		return ""
	}
	sum := sha256.Sum256([]byte(machine + "\x00" + a.home.String()))
	return "thingbridge-" + hex.EncodeToString(sum[:2])
}

func (a *account) open(ctx context.Context, last *management) (*opened, error) {
	targets, err := a.targets(ctx)
	if err != nil {
		return nil, err
	}
	var failure error
	for _, t := range targets {
		o, err := a.visit(ctx, t, last, 0)
		if err == nil {
			return o, nil
		}
		if final := (*verdict)(nil); errors.As(err, &final) {
			return nil, final.error
		}
		if ctx.Err() != nil {
			return nil, err
		}
		failure = moreTelling(failure, err)
	}
	return nil, failure
}

// moreTelling is the first error that a person can mend, else the last.
func moreTelling(a, b error) error {
	refused := (*RefusedError)(nil)
	if errors.As(a, &refused) {
		return a
	}
	return b
}

func (a *account) targets(ctx context.Context) ([]target, error) {
	if a.cfg.Server == "" {
		targets, err := resolve(ctx, a.cfg.Resolver, a.host)
		if err != nil {
			return nil, a.refuse(err, remedyNoServer, target{})
		}
		return targets, nil
	}
	t, err := parseTarget(a.cfg.Server)
	if err != nil {
		return nil, a.refuse(err, remedyServerKey, target{})
	}
	return []target{t}, nil
}

// maxHops is how often in a row a server may send us to another one.
const maxHops = 4

// visit opens a stream at t, or where t sends us (RFC 6120 4.9.3.19). Wherever
// that is, it must show a certificate for our domain.
func (a *account) visit(ctx context.Context, t target, last *management, hops int) (*opened, error) {
	o, err := a.enter(ctx, t, last)
	ended := (*StreamError)(nil)
	if !errors.As(err, &ended) || ended.Condition != "see-other-host" {
		return o, err
	}
	other, bad := parseTarget(ended.Host)
	if bad != nil || other.direct || hops == maxHops {
		return nil, a.refuse(err, remedyElsewhere, t)
	}
	other.direct = t.direct
	return a.visit(ctx, other, last, hops+1)
}

// enter makes one connection and logs in on it.
func (a *account) enter(ctx context.Context, t target, last *management) (*opened, error) {
	dialing, cancel := context.WithTimeout(ctx, loginTimeout)
	defer cancel()
	conn, err := a.cfg.Dial(dialing, "tcp", t.address)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", t, plainError(err))
	}
	o, err := guard(ctx, conn, func(conn net.Conn) (*opened, error) {
		o, err := a.secure(ctx, conn, t)
		if err != nil {
			return nil, a.explainTLS(t, err)
		}
		o, err = a.login(o, last)
		return o, a.explainLogin(t, err)
	})
	return o, err
}
