package adhoc

import (
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// Request is what a user asks of a command.
type Request struct {
	From    xmpp.JID // full; a session belongs to it
	Contact string   // whose command it is
	xep.CommandRequest
}

// Step is what becomes of a request: a form is asked, the session is canceled, or
// the command is to be run.
type Step struct {
	Answer xep.Command // its Status says which; without notes and form when it is completed
	Given  talk.Values // what to run it with when it is completed
}

// Error is a condition of the protocol that a request meets.
type Error string

// The conditions (XEP-0050 4.4 and the errors of RFC 6120 beside them).
const (
	BadAction       Error = "bad-action"
	MalformedAction Error = "malformed-action"
	BadLocale       Error = "bad-locale"
	BadPayload      Error = "bad-payload"
	BadSession      Error = "bad-sessionid"
	SessionExpired  Error = "session-expired"
)

func (e Error) Error() string { return string(e) }

// StanzaError returns the error as it is sent.
func (e Error) StanzaError() *xmpp.StanzaError {
	out := &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Space: xep.NSCommands, Specific: string(e)}
	if e == SessionExpired {
		out.Type, out.Condition = xmpp.Cancel, xmpp.NotAllowed
	}
	return out
}

// CheckLocale returns an error for what cannot be the tag of a language (RFC 5646).
func CheckLocale(tag string) error {
	const longest = 35
	for i := range len(tag) {
		c := tag[i]
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') || i >= longest {
			return BadLocale
		}
	}
	return nil
}
