// Package roster decides who sees which device. The gateway is the server of its
// contacts, so it keeps the contact's side of RFC 6121 section 3: a table that
// says, for each presence stanza of a user, what becomes of the subscription and
// what is answered.
package roster

// State is the subscription of one user to one contact, as the contact sees it.
type State uint8

// The states. A user in From receives the contact's presence.
const (
	None State = iota
	From
)

// Event is a presence stanza from a user that concerns a subscription.
type Event uint8

// The events; the words in the stanza's type are those of RFC 6121 4.7.1.
const (
	Subscribe Event = iota
	Unsubscribe
	Probe
)

// EventOf returns the event of a presence type, and whether it is one.
func EventOf(presenceType string) (Event, bool) {
	switch presenceType {
	case "subscribe":
		return Subscribe, true
	case "unsubscribe":
		return Unsubscribe, true
	case "probe":
		return Probe, true
	}
	return 0, false
}

// Permission is what access says of the user and the contact.
type Permission uint8

// The permissions.
const (
	Denied Permission = iota
	Allowed
)

// Answer is what is sent back, in this order: the subscription stanza, then the
// current presence.
type Answer struct {
	Type     string // "subscribed", "unsubscribed" or "" for none
	Presence Visibility
}

// Visibility is the presence that goes with an answer.
type Visibility uint8

// The visibilities.
const (
	Silent  Visibility = iota // no presence is sent
	Current                   // the contact's presence as it is
	Gone                      // unavailable: the user no longer sees the contact
)

// Transition is what becomes of a subscription.
type Transition struct {
	State  State
	Answer Answer
}

type situation struct {
	event      Event
	permission Permission
	state      State
}

// table is complete: every situation has a line.
var table = map[situation]Transition{
	// RFC 6121 3.1.3 and 3.1.4. A repeated request is answered again: the first
	// answer may have been lost.
	{Subscribe, Allowed, None}: {From, Answer{"subscribed", Current}},
	{Subscribe, Allowed, From}: {From, Answer{"subscribed", Current}},
	{Subscribe, Denied, None}:  {None, Answer{"unsubscribed", Silent}},
	{Subscribe, Denied, From}:  {None, Answer{"unsubscribed", Gone}},

	// RFC 6121 3.3.3.
	{Unsubscribe, Allowed, From}: {None, Answer{"unsubscribed", Gone}},
	{Unsubscribe, Denied, From}:  {None, Answer{"unsubscribed", Gone}},
	{Unsubscribe, Allowed, None}: {None, Answer{}},
	{Unsubscribe, Denied, None}:  {None, Answer{}},

	// RFC 6121 4.3.2. A probe means that the user's roster holds the contact. Where
	// access allows it, a subscription that we do not know of was lost by us (a
	// store that had to be set up again): taking it up again is better than
	// ending it, which would show the user a prompt.
	{Probe, Allowed, From}: {From, Answer{"", Current}},
	{Probe, Allowed, None}: {From, Answer{"", Current}},
	{Probe, Denied, From}:  {None, Answer{"unsubscribed", Gone}},
	{Probe, Denied, None}:  {None, Answer{"unsubscribed", Silent}},
}

// Next returns what becomes of a subscription and what is answered.
func Next(state State, event Event, permission Permission) Transition {
	return table[situation{event, permission, state}]
}
