package xep

import "thingbridge/gateway/xmpp"

// Namespaces of messages inside of messages.
const (
	NSCarbons = "urn:xmpp:carbons:2" // XEP-0280
	NSForward = "urn:xmpp:forward:0" // XEP-0297
)

// IsCopy reports whether a message carries another one, which somebody else has
// said to somebody else.
func IsCopy(s *xmpp.Stanza) bool {
	return s.Child(NSCarbons, "received") != nil || s.Child(NSCarbons, "sent") != nil || s.Child(NSForward, "forwarded") != nil
}
