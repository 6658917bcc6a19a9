package xmpp

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

const (
	nsBind    = "urn:ietf:params:xml:ns:xmpp-bind"
	nsSession = "urn:ietf:params:xml:ns:xmpp-session" // RFC 3921; gone from RFC 6121
	nsRoster  = "jabber:iq:roster"
	nsLimits  = "urn:xmpp:stream-limits:0" // XEP-0478
	nsState   = "urn:xmpp:csi:0"           // XEP-0352

	// clientStanza is what servers take of a client that say nothing about it:
	// Prosody and ejabberd have this limit.
	clientStanza = 256 << 10
	// maxEarly is how many elements may come before the answer of a login's step.
	maxEarly = 32
)

var (
	errChatty   = errors.New("the server sends stanzas but no answer")
	errOtherJID = errors.New("the server has bound another address")
)

// login makes the secured o a stream of the account. If last is not nil and the
// server knows that stream, it is that one, else another.
func (a *account) login(o *opened, last *management) (*opened, error) {
	features, err := a.greet(o)
	if err != nil {
		return nil, err
	}
	if err := a.identify(o, &features); err != nil {
		return nil, err
	}
	a.known = true
	o = newOpened(o.conn)
	if features, err = a.greet(o); err != nil {
		return nil, err
	}
	o.home, o.limit = a.home, clientStanza-stanzaMargin
	if most := limitOf(&features); most > 0 {
		o.limit = min(max(most-stanzaMargin, stanzaMargin), MaxStanza)
	}
	manages := features.Child(nsManagement, "sm") != nil
	if last != nil && manages {
		if err := o.resume(last); err != nil {
			return nil, err
		}
	}
	if !o.resumed {
		if err := a.establish(o, &features, manages); err != nil {
			return nil, err
		}
	}
	if err := o.sayActive(&features); err != nil {
		return nil, err
	}
	return o, o.conn.SetDeadline(time.Time{})
}

// sayActive asks a server that knows two states of a client to hold nothing back:
// it must not take us for a phone in a pocket, whatever it remembers of a stream
// that is resumed. There is no answer, and it is not counted as a stanza.
func (o *opened) sayActive(features *Element) error {
	if features.Child(nsState, "csi") == nil {
		return nil
	}
	return o.exchange([]byte("<active xmlns='" + nsState + "'/>"))
}

// identify logs in, and registers the account first where that is wanted.
func (a *account) identify(o *opened, features *Element) error {
	err := a.authenticate(o, features)
	failure := (*saslFailure)(nil)
	if !a.cfg.Register || a.known || !errors.As(err, &failure) || failure.condition != "not-authorized" {
		return err
	}
	if err := a.register(o, features); err != nil {
		return err
	}
	return a.authenticate(o, features)
}

// establish gives a stream that is logged in its address and what belongs to it.
func (a *account) establish(o *opened, features *Element, manages bool) error {
	wish := a.resource()
	err := a.bind(o, wish)
	taken := (*StanzaError)(nil)
	if errors.As(err, &taken) && taken.Condition == Conflict && wish != "" {
		err = a.bind(o, "")
	}
	if err != nil {
		return fmt.Errorf("bind a resource: %w", err)
	}
	if s := features.Child(nsSession, "session"); s != nil && s.Child(nsSession, "optional") == nil {
		if _, err := o.request("set", "<session xmlns='"+nsSession+"'/>"); err != nil {
			return fmt.Errorf("begin a session: %w", err)
		}
	}
	if manages {
		if err := o.enable(); err != nil {
			return err
		}
	}
	o.greetings = [][]byte{[]byte("<iq type='get' id='" + rosterID + "'><query xmlns='" + nsRoster + "'/></iq>")}
	return nil
}

// bind asks for a resource (RFC 6120 7); the server may give another one.
func (a *account) bind(o *opened, resource string) error {
	payload := []byte("<bind xmlns='" + nsBind + "'>")
	if resource != "" {
		payload = append(AppendText(append(payload, "<resource>"...), resource), "</resource>"...)
	}
	result, err := o.request("set", string(append(payload, "</bind>"...)))
	if err != nil {
		return err
	}
	text := ""
	if b := result.Child(nsBind, "bind"); b != nil {
		if j := b.Child(nsBind, "jid"); j != nil {
			text = j.Text
		}
	}
	if o.bound, err = ParseJID(text); err != nil || o.bound.Bare() != a.home {
		return fmt.Errorf("%w: %q", errOtherJID, shorten(text))
	}
	return nil
}

// request sends an iq to the server as a step of the login. An answer of type
// error is a *StanzaError.
func (o *opened) request(typ, payload string) (*Stanza, error) {
	const id = "login"
	if err := o.exchange([]byte("<iq type='" + typ + "' id='" + id + "'>" + payload + "</iq>")); err != nil {
		return nil, err
	}
	e, err := o.reply(func(e *Element) bool {
		t := e.Attr("type")
		return kindOf(e, o.space) == IQ && e.Attr("id") == id && (t == "result" || t == "error")
	})
	if err != nil {
		return nil, err
	}
	s, err := newStanza(&e, o.space)
	if err != nil {
		return nil, err
	}
	return s, s.Err()
}

// reply reads up to the element that answers a step. Stanzas that come before
// are kept for the handler.
func (o *opened) reply(answers func(*Element) bool) (Element, error) {
	for range maxEarly {
		e, err := o.element()
		if err != nil || answers(&e) {
			return e, err
		}
		if kindOf(&e, o.space) != 0 {
			o.early = append(o.early, e)
		}
	}
	return Element{}, errChatty
}

// limitOf is how many bytes a stanza may have, or 0 where the server does not say.
func limitOf(features *Element) int {
	limits := features.Child(nsLimits, "limits")
	if limits == nil {
		return 0
	}
	e := limits.Child(nsLimits, "max-bytes")
	if e == nil {
		return 0
	}
	n, err := strconv.ParseUint(e.Text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
