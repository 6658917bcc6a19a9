package labtest

import "fmt"

// Kind tells events of a client apart.
type Kind string

// The kinds of events.
const (
	Message      Kind = "message"      // a message of any type
	Presence     Kind = "presence"     // available, unavailable, probe or error
	Subscription Kind = "subscription" // a presence of type subscribe, subscribed, unsubscribe or unsubscribed
	IQ           Kind = "iq"           // an IQ get or set that reached the client, or the answer to one of its own
	RosterPush   Kind = "roster"       // the server says that the roster changed
	Connected    Kind = "connected"    // logged in, at first or again
	Disconnected Kind = "disconnected" // the stream is gone
)

// Event is something that a client saw.
type Event struct {
	Kind   Kind   `json:"kind"`
	From   string `json:"from"`
	To     string `json:"to"`
	ID     string `json:"id"`
	Type   string `json:"type"`   // as on the wire; "normal" for a message without, empty for available presence
	Body   string `json:"body"`   // of a message
	Show   string `json:"show"`   // of a presence
	Status string `json:"status"` // of a presence, in the client's language
	XML    string `json:"xml"`    // the whole stanza
}

// String describes the event in one line.
func (e Event) String() string {
	if e.XML != "" {
		return fmt.Sprintf("%s: %s", e.Kind, e.XML)
	}
	return string(e.Kind)
}

// RosterItem is one contact in a client's roster.
type RosterItem struct {
	JID          string   `json:"jid"`
	Name         string   `json:"name"`
	Subscription string   `json:"subscription"` // none, to, from, both
	Ask          string   `json:"ask"`          // subscribe while a request is pending
	Groups       []string `json:"groups"`
}
