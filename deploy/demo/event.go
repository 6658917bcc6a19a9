package demo

import (
	"encoding/xml"

	"mellium.im/xmpp/jid"
)

// eventKind is what a contact did.
type eventKind int

const (
	eventSaid       eventKind = iota // wrote a message
	eventRefused                     // did not take a message
	eventShown                       // is available
	eventGone                        // is not available any more
	eventSubscribed                  // lets us see it
	eventDenied                      // does not let us see it (yet)
)

// event is one thing that a contact did.
type event struct {
	kind    eventKind
	contact string // bare JID
	text    string // of the message, the status or the error
	show    string // empty, away, chat, dnd or xa
	thread  string // of the message that this answers
}

// incoming is what the chat wants to know of a message or a presence.
type incoming struct {
	XMLName xml.Name
	From    string   `xml:"from,attr"`
	Type    string   `xml:"type,attr"`
	ID      string   `xml:"id,attr"`
	Body    string   `xml:"jabber:client body"`
	Thread  string   `xml:"jabber:client thread"`
	Show    string   `xml:"jabber:client show"`
	Status  string   `xml:"jabber:client status"`
	Error   *problem `xml:"jabber:client error"`
}

type problem struct {
	Text      string `xml:"urn:ietf:params:xml:ns:xmpp-stanzas text"`
	Condition []struct {
		XMLName xml.Name
	} `xml:",any"`
}

func (p *problem) String() string {
	switch {
	case p == nil:
		return "refused"
	case p.Text != "":
		return p.Text
	case len(p.Condition) > 0:
		return p.Condition[0].XMLName.Local
	}
	return "refused"
}

// decodeEvent returns what a stanza means; false when it means nothing to the chat.
func decodeEvent(r xml.TokenReader) (event, bool) {
	var s incoming
	if err := xml.NewTokenDecoder(r).Decode(&s); err != nil {
		return event{}, false
	}
	from, err := jid.Parse(s.From)
	if err != nil {
		return event{}, false // from the server itself
	}
	e := event{contact: from.Bare().String(), show: s.Show, text: s.Status, thread: s.Thread}
	switch s.XMLName.Local + " " + s.Type {
	case "message error":
		// An error has the ID of what it refuses, and no thread.
		e.kind, e.text, e.thread = eventRefused, s.Error.String(), s.ID
	case "message ", "message chat", "message normal", "message headline":
		if s.Body == "" {
			return event{}, false // typing, a receipt
		}
		e.kind, e.text = eventSaid, s.Body
	case "presence ":
		e.kind = eventShown
	case "presence unavailable":
		e.kind = eventGone
	case "presence subscribed":
		e.kind = eventSubscribed
	case "presence unsubscribed", "presence error":
		e.kind = eventDenied
	default:
		return event{}, false
	}
	return e, true
}
