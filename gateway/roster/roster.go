// Package roster decides who sees whom. The gateway is the server of its
// contacts, so it keeps the contact's side of RFC 6121 sections 3 and 4 and of its
// appendix A: a table that says, for each presence stanza of a user and each wish
// of a contact, what becomes of their subscriptions and what is sent.
//
// The nine states of RFC 6121 A.1 are the product of two directions that do not
// touch each other: whether the user sees the contact ([From]) and whether the
// contact sees the user ([To]). Each has a table of its own.
package roster

// From is whether the user sees the contact. The numbers are stored.
type From uint8

// Whether the user sees the contact.
const (
	FromNone    From = iota
	FromYes          // the user receives the contact's presence
	FromPending      // the user has asked, and it is not yet known whether there is such a contact
)

// To is whether the contact sees the user. The numbers are stored.
type To uint8

// Whether the contact sees the user.
const (
	ToNone    To = iota
	ToYes        // the contact receives the user's presence
	ToPending    // the contact has asked, and the user has not answered
	ToRefused    // None of RFC 6121, and the user has said no: nobody asks again
)

// State is the subscriptions between one user and one contact, as the contact's
// server knows them. The zero State is worth no memory.
type State struct {
	From From
	To   To
}

// Event is a presence stanza from a user, or a wish of the contact's own.
type Event uint8

// The events. The words of the first eight are the types of RFC 6121 4.7.1.
const (
	Subscribe Event = iota
	Unsubscribe
	Probe
	Subscribed
	Unsubscribed
	Available
	Unavailable
	Error

	Ask    // the contact wishes to see the user
	Invite // the same, because the user wants it
	Leave  // the contact no longer wishes to see the user
	Revoke // the user may no longer see the contact, or it is gone

	// What we wrote into the user's roster ourselves (XEP-0356).
	Grant     // that the user sees the contact
	GrantBoth // that both see each other
)

// EventOf returns the event of a presence type, and whether there is one.
func EventOf(presenceType string) (Event, bool) {
	switch presenceType {
	case "":
		return Available, true
	case "subscribe":
		return Subscribe, true
	case "unsubscribe":
		return Unsubscribe, true
	case "probe":
		return Probe, true
	case "subscribed":
		return Subscribed, true
	case "unsubscribed":
		return Unsubscribed, true
	case "unavailable":
		return Unavailable, true
	case "error":
		return Error, true
	}
	return 0, false
}

// Permission is what access says of the user and the contact. It is a set where
// the tables name several.
type Permission uint8

// The permissions.
const (
	Denied    Permission = 1 << iota
	Undecided            // access allows it, but whether there is such a contact is not yet known
	Allowed
	may     = Undecided | Allowed
	whoever = Denied | may
)

// Answer is what is sent, in this order: presence where it is Gone, Type, Own,
// presence where it is Current.
type Answer struct {
	Type     string // about the user's subscription: "subscribed", "unsubscribed" or "" for nothing
	Own      string // about the contact's: "subscribe", "unsubscribe" or ""
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

// Transition is what becomes of the subscriptions.
type Transition struct {
	State  State
	Answer Answer
}

// Next returns what becomes of the subscriptions, and what is sent. An event that
// a table does not name concerns the other direction alone.
func Next(state State, event Event, permission Permission) Transition {
	next := Transition{State: state}
	for i := range fromTable {
		if line := &fromTable[i]; line.event == event && line.permission&permission != 0 && line.states&(1<<state.From) != 0 {
			next.State.From = line.next
			next.Answer.Type, next.Answer.Presence = line.send, line.presence
			break
		}
	}
	for i := range toTable {
		if line := &toTable[i]; line.event == event && line.permission&permission != 0 && line.states&(1<<state.To) != 0 {
			next.State.To = line.next
			next.Answer.Own = line.send
			break
		}
	}
	return next
}
