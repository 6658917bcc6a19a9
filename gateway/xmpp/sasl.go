package xmpp

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
	"mellium.im/sasl"
)

const (
	nsSASL    = "urn:ietf:params:xml:ns:xmpp-sasl"
	nsBinding = "urn:xmpp:sasl-cb:0" // XEP-0440

	// maxSteps is how many messages a server may send in one login: SCRAM has two.
	maxSteps = 4
	// maxSASL bounds one of them.
	maxSASL = 4 << 10
)

var (
	errNotEncrypted = errors.New("the connection is not encrypted")
	errNoMechanism  = errors.New("no mechanism in common")
	errNotProven    = errors.New("the server has not shown that it knows the password")
	errBadSASL      = errors.New("the server's part of the login makes no sense")
)

// saslFailure is why a server refused a login (RFC 6120 6.5).
type saslFailure struct{ condition, text string }

// Error returns the condition, with the text where there is one.
func (e *saslFailure) Error() string {
	if e.text == "" {
		return "login failure " + shorten(e.condition)
	}
	return fmt.Sprintf("login failure %s: %q", shorten(e.condition), shorten(e.text))
}

// authenticate logs in with the strongest mechanism that features offers, and
// only through TLS.
func (a *account) authenticate(o *opened, features *Element) error {
	secured, ok := o.conn.(*tls.Conn)
	if !ok || !secured.ConnectionState().HandshakeComplete {
		return errNotEncrypted
	}
	state := secured.ConnectionState()
	offered := offeredMechanisms(features)
	mechanism, err := chooseMechanism(offered, bindings(features), &state)
	if err != nil {
		return err
	}
	client := sasl.NewClient(mechanism, sasl.TLSState(state), sasl.RemoteMechanisms(offered...), sasl.Credentials(a.credentials))
	more, first, err := client.Step(nil)
	if err != nil {
		return fmt.Errorf("%w: %w", errBadSASL, err)
	}
	auth := append([]byte("<auth xmlns='"+nsSASL+"' mechanism='"), mechanism.Name...)
	auth = appendBase64(append(auth, "'>"...), first)
	if err := o.exchange(append(auth, "</auth>"...)); err != nil {
		return err
	}
	return o.converse(&conversation{client: client, more: more})
}

// credentials are in the form that SASLprep (RFC 4013) gives them, as far as a
// password that people use can differ from it: its compatibility characters are
// replaced. The localpart is normalised already.
func (a *account) credentials() (username, password, identity []byte) {
	return []byte(a.home.Local()), norm.NFKC.Bytes([]byte(a.cfg.Password)), nil
}

func offeredMechanisms(features *Element) []string {
	list := features.Child(nsSASL, "mechanisms")
	if list == nil {
		return nil
	}
	var names []string
	for i := range list.Children {
		if m := &list.Children[i]; m.Local == "mechanism" && m.Space == nsSASL {
			names = append(names, m.Text)
		}
	}
	return names
}

// bindings are the types of channel binding that a server says to know.
func bindings(features *Element) []string {
	list := features.Child(nsBinding, "sasl-channel-binding")
	if list == nil {
		return nil
	}
	var types []string
	for i := range list.Children {
		types = append(types, list.Children[i].Attr("type"))
	}
	return types
}

// chooseMechanism returns the strongest that was offered.
func chooseMechanism(offered, bindings []string, state *tls.ConnectionState) (sasl.Mechanism, error) {
	candidates := []sasl.Mechanism{sasl.ScramSha256, sasl.ScramSha1, sasl.Plain}
	if canBind(bindings, state) {
		candidates = slices.Insert(candidates, 0, sasl.ScramSha256Plus, sasl.ScramSha1Plus)
	}
	for _, m := range candidates {
		if slices.Contains(offered, m.Name) {
			return m, nil
		}
	}
	return sasl.Mechanism{}, fmt.Errorf("%w: it offers %q", errNoMechanism, shorten(strings.Join(offered, " ")))
}

// canBind reports whether a login can be bound to the TLS channel in a way that
// both sides know. Servers that do not name their types (XEP-0440) know only
// tls-unique, which TLS 1.3 does not have, and offer -PLUS all the same.
func canBind(bindings []string, state *tls.ConnectionState) bool {
	if state.Version >= tls.VersionTLS13 {
		return slices.Contains(bindings, "tls-exporter")
	}
	return len(state.TLSUnique) > 0 && (bindings == nil || slices.Contains(bindings, "tls-unique"))
}

// converse exchanges challenges and responses until the server decides.
func (o *opened) converse(c *conversation) error {
	for range maxSteps {
		e, err := o.element()
		if err != nil {
			return err
		}
		if e.Space != nsSASL {
			return fmt.Errorf("%w: %q", errBadSASL, shorten(e.Local))
		}
		switch e.Local {
		case "failure":
			return failureOf(&e)
		case "success":
			return c.success(e.Text)
		case "challenge":
			response, err := c.challenge(e.Text)
			if err != nil {
				return err
			}
			if err := o.exchange(response); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%w: more than %d messages", errBadSASL, maxSteps)
}

func failureOf(e *Element) error {
	failure := &saslFailure{condition: "undefined"}
	for i := range e.Children {
		switch c := &e.Children[i]; {
		case c.Space != nsSASL:
		case c.Local == "text":
			failure.text = c.Text
		default:
			failure.condition = c.Local
		}
	}
	return failure
}

func appendBase64(dst, data []byte) []byte {
	if len(data) == 0 {
		return append(dst, '=') // RFC 6120 6.4.2
	}
	return base64.StdEncoding.AppendEncode(dst, data)
}
