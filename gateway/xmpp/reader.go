package xmpp

import (
	"errors"
	"fmt"
)

// read takes what arrives, until the stream ends.
func (s *stream) read(h Handler) error {
	for len(s.early) > 0 {
		e := s.early[0]
		s.early = s.early[1:]
		if err := s.receive(e, nil, h); err != nil {
			return err
		}
	}
	for {
		f, err := s.frames.next()
		if err != nil {
			return err
		}
		if f.end == streamEnd {
			return errStreamEnd
		}
		if err := s.take(f, h); err != nil {
			return err
		}
	}
}

// take handles one element. Its error ends the stream.
func (s *stream) take(f frame, h Handler) error {
	if f.truncated {
		e, err := s.parser.start(f.bytes)
		if err != nil {
			e = Element{} // the head was longer than what is kept of it
		}
		s.countIn()
		s.discard(e, &StanzaError{Type: Modify, Condition: PolicyViolation, Text: tooLong})
		return nil
	}
	e, err := s.parser.element(f.bytes)
	if s.managed != nil {
		if err == nil && e.Space == nsManagement {
			return s.manage(&e)
		}
		if kindOf(&e, s.space) != 0 {
			defer s.countIn() // when it is handled
		}
	}
	return s.receive(e, err, h)
}

// receive handles one element, or the parser's refusal of it.
func (s *stream) receive(e Element, err error, h Handler) error {
	var stanza *Stanza
	if err == nil {
		if e.Space == NSStreams && e.Local == "error" {
			return streamError(&e)
		}
		if kindOf(&e, s.space) == 0 {
			s.counters.discarded.Add(1) // stream features and the like: nothing we asked for
			return nil
		}
		stanza, err = newStanza(&e, s.space)
	}
	if bad := (*StanzaError)(nil); errors.As(err, &bad) {
		s.discard(e, bad)
		return nil
	}
	if err != nil {
		return err
	}
	s.pass(stanza, h)
	return nil
}

func (s *stream) pass(stanza *Stanza, h Handler) {
	s.counters.stanzasIn.Add(1)
	s.complete(stanza)
	switch {
	case s.link.answers(stanza):
		s.out.addNow(AppendResult(nil, stanza, nil))
	case stanza.ID == keepaliveID && stanza.From == s.link.self():
	case stanza.ID == rosterID && stanza.Kind == IQ && stanza.From == s.home && !s.home.IsZero():
	case s.requests.deliver(stanza):
	default:
		h.Stanza(stanza)
	}
}

// complete adds the addresses that a server may leave out on an account's stream
// (RFC 6120 8.1.1.1 and 8.1.2.1).
func (s *stream) complete(stanza *Stanza) {
	if stanza.From.IsZero() {
		stanza.From = s.home
	}
	if stanza.To.IsZero() {
		stanza.To = s.bound
	}
}

// discard counts a bad stanza and answers it where it can be. An answer that
// finds the queue full is not sent: who floods us with bad stanzas may not make
// us wait.
func (s *stream) discard(e Element, reason *StanzaError) {
	s.counters.discarded.Add(1)
	h := rawHead(&e, s.space)
	if h.kind == Presence || h.typ == "groupchat" || h.typ == "headline" || !h.readable() {
		return // nobody waits for an answer, and a room would throw out who sends it an error
	}
	if reply := h.appendError(nil, *reason); len(reply) > 0 {
		s.out.addNow(reply)
	}
}

// maxID is how many bytes the id of a stanza may have. We echo it, and a reply
// must not outgrow what the server takes from us.
const maxID = 1023

const tooLong = "the stanza is too long"

func kindOf(e *Element, space string) Kind {
	if e.Space != space {
		return 0
	}
	switch e.Local {
	case "message":
		return Message
	case "presence":
		return Presence
	case "iq":
		return IQ
	}
	return 0
}

func rawHead(e *Element, space string) head {
	return head{kind: kindOf(e, space), typ: e.Attr("type"), id: e.Attr("id"), from: e.Attr("from"), to: e.Attr("to")}
}

// readable reports whether a reply can be addressed.
func (h head) readable() bool {
	return h.from != "" && len(h.id) <= maxID && len(h.from) <= maxJID && len(h.to) <= maxJID
}

// newStanza makes a stanza of e, whose error is a *StanzaError.
func newStanza(e *Element, space string) (*Stanza, error) {
	s := &Stanza{
		Kind: kindOf(e, space), Space: space,
		Type: e.Attr("type"), ID: e.Attr("id"), Lang: e.Lang(), Children: e.Children,
	}
	if len(s.ID) > maxID {
		return nil, refuse(PolicyViolation, fmt.Sprintf("an id of %d bytes", len(s.ID)))
	}
	for _, a := range [...]struct {
		name string
		to   *JID
	}{{"from", &s.From}, {"to", &s.To}} {
		text := e.Attr(a.name)
		if text == "" {
			continue
		}
		var err error
		if *a.to, err = ParseJID(text); err != nil {
			return nil, refuse(JIDMalformed, fmt.Sprintf("%s: %v", a.name, err))
		}
	}
	return s, nil
}

// StreamError is why the server ended a stream (RFC 6120 4.9).
type StreamError struct {
	Condition string // not-authorized, conflict, system-shutdown, …
	Text      string // for people; may be empty
	Host      string // of see-other-host: where to go instead
}

// Error returns the condition, with the text where there is one.
func (e *StreamError) Error() string {
	if e.Text == "" {
		return "stream error " + shorten(e.Condition)
	}
	return fmt.Sprintf("stream error %s: %q", shorten(e.Condition), shorten(e.Text))
}

func streamError(e *Element) error {
	out := &StreamError{Condition: string(UndefinedCondition)}
	for i := range e.Children {
		c := &e.Children[i]
		switch {
		case c.Space != nsStreamErrors:
		case c.Local == "text":
			out.Text = c.Text
		default:
			out.Condition = c.Local
			out.Host = c.Text
		}
	}
	return out
}
