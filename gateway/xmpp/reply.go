package xmpp

// Condition is the defined condition of a stanza error (RFC 6120 8.3.3).
type Condition string

// The defined conditions.
const (
	BadRequest            Condition = "bad-request"
	Conflict              Condition = "conflict"
	FeatureNotImplemented Condition = "feature-not-implemented"
	Forbidden             Condition = "forbidden"
	Gone                  Condition = "gone"
	InternalServerError   Condition = "internal-server-error"
	ItemNotFound          Condition = "item-not-found"
	JIDMalformed          Condition = "jid-malformed"
	NotAcceptable         Condition = "not-acceptable"
	NotAllowed            Condition = "not-allowed"
	NotAuthorized         Condition = "not-authorized"
	PolicyViolation       Condition = "policy-violation"
	RecipientUnavailable  Condition = "recipient-unavailable"
	Redirect              Condition = "redirect"
	RegistrationRequired  Condition = "registration-required"
	RemoteServerNotFound  Condition = "remote-server-not-found"
	RemoteServerTimeout   Condition = "remote-server-timeout"
	ResourceConstraint    Condition = "resource-constraint"
	ServiceUnavailable    Condition = "service-unavailable"
	SubscriptionRequired  Condition = "subscription-required"
	UndefinedCondition    Condition = "undefined-condition"
	UnexpectedRequest     Condition = "unexpected-request"
)

// ErrorType says what can be done about a stanza error (RFC 6120 8.3.2).
type ErrorType string

// The types of stanza errors.
const (
	Auth     ErrorType = "auth"     // try again after providing credentials
	Cancel   ErrorType = "cancel"   // do not try again
	Continue ErrorType = "continue" // it was only a warning
	Modify   ErrorType = "modify"   // try again after changing what was sent
	Wait     ErrorType = "wait"     // try again later
)

// StanzaError is what a stanza of type error says.
type StanzaError struct {
	Type      ErrorType
	Condition Condition
	Text      string // for people; may be empty

	// The namespace and name of a condition of an application's own, which says more
	// (RFC 6120 8.3.4); "" for none.
	Space, Specific string
	Var             string // which of many things it is about: an attribute of Specific; "" for none
}

// Error returns the condition, with the text where there is one.
func (e *StanzaError) Error() string {
	if e.Text == "" {
		return string(e.Condition)
	}
	return string(e.Condition) + ": " + shorten(e.Text)
}

// Err returns what a stanza of type error says, as a *[StanzaError], or nil when
// s is of another type. A stanza that is of type error and does not say why has
// the condition undefined-condition.
func (s *Stanza) Err() error {
	if s.Type != "error" {
		return nil
	}
	e := &StanzaError{Type: Cancel, Condition: UndefinedCondition}
	element := s.Own("error")
	if element == nil {
		return e
	}
	if t := element.Attr("type"); t != "" {
		e.Type = ErrorType(t)
	}
	for i := range element.Children {
		c := &element.Children[i]
		switch {
		case c.Space != NSStanzas:
		case c.Local == "text":
			e.Text = c.Text
		default:
			e.Condition = Condition(c.Local)
		}
	}
	return e
}

// AppendErrorReply appends the reply of type error to s: addresses swapped, the
// id kept. Nothing is appended where RFC 6120 8.3.1 forbids a reply: to an error
// and to the result of an iq.
func AppendErrorReply(dst []byte, s *Stanza, e StanzaError) []byte {
	return headOf(s).appendError(dst, e)
}

// AppendResult appends the result of the iq s, with payload, which is whole
// elements or nothing, inside. Nothing is appended when s is not an iq of type
// get or set.
func AppendResult(dst []byte, s *Stanza, payload []byte) []byte {
	if s.Kind != IQ || s.Type != "get" && s.Type != "set" {
		return dst
	}
	dst = headOf(s).appendReply(dst, "result")
	if len(payload) == 0 {
		return append(dst, "/>"...)
	}
	dst = append(dst, '>')
	dst = append(dst, payload...)
	return append(dst, "</iq>"...)
}

// head is what a reply needs of a stanza. The addresses are text, because a
// stanza can be answered whose addresses are none.
type head struct {
	kind              Kind
	typ, id, from, to string
}

func headOf(s *Stanza) head {
	return head{kind: s.Kind, typ: s.Type, id: s.ID, from: s.From.String(), to: s.To.String()}
}

func (h head) appendError(dst []byte, e StanzaError) []byte {
	if h.kind == 0 || h.typ == "error" || h.kind == IQ && h.typ != "get" && h.typ != "set" {
		return dst
	}
	if e.Type == "" {
		e.Type = Cancel
	}
	if e.Condition == "" {
		e.Condition = UndefinedCondition
	}
	dst = h.appendReply(dst, "error")
	dst = append(dst, "><error type='"...)
	dst = AppendAttr(dst, e.Type)
	dst = append(dst, "'><"...)
	dst = append(dst, e.Condition...)
	dst = append(dst, " xmlns='"+NSStanzas+"'/>"...)
	if e.Text != "" {
		dst = append(dst, "<text xmlns='"+NSStanzas+"'>"...)
		dst = AppendText(dst, e.Text)
		dst = append(dst, "</text>"...)
	}
	if e.Specific != "" {
		dst = append(dst, '<')
		dst = append(dst, e.Specific...)
		dst = append(dst, " xmlns='"...)
		dst = AppendAttr(dst, e.Space)
		if e.Var != "" {
			dst = AppendAttr(append(dst, "' var='"...), e.Var)
		}
		dst = append(dst, "'/>"...)
	}
	dst = append(dst, "</error></"...)
	dst = append(dst, h.kind.String()...)
	return append(dst, '>')
}

// appendReply appends the start tag of the reply, without its end.
func (h head) appendReply(dst []byte, typ string) []byte {
	dst = append(dst, '<')
	dst = append(dst, h.kind.String()...)
	dst = append(dst, " type='"...)
	dst = append(dst, typ...)
	for _, a := range [...]struct{ name, value string }{{"' id='", h.id}, {"' from='", h.to}, {"' to='", h.from}} {
		if a.value != "" {
			dst = append(dst, a.name...)
			dst = AppendAttr(dst, a.value)
		}
	}
	return append(dst, '\'')
}
