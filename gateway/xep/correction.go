package xep

import "thingbridge/gateway/xmpp"

// Namespaces of messages that change earlier ones.
const (
	NSCorrection = "urn:xmpp:message-correct:0" // XEP-0308
	NSRetraction = "urn:xmpp:message-retract:1" // XEP-0424
)

// Replaces returns the id of the message that a message corrects, or "".
func Replaces(s *xmpp.Stanza) string { return idOf(s.Child(NSCorrection, "replace")) }

// IsRetraction reports whether a message takes another one back.
func IsRetraction(s *xmpp.Stanza) bool { return s.Child(NSRetraction, "retract") != nil }

// AppendReplace appends that the message it stands in corrects the one with that
// id.
func AppendReplace(dst []byte, id string) []byte {
	return appendWithID(dst, "replace", NSCorrection, id)
}
