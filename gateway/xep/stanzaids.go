package xep

import "thingbridge/gateway/xmpp"

// NSStanzaIDs is the namespace of unique and stable ids (XEP-0359).
const NSStanzaIDs = "urn:xmpp:sid:0"

// OriginID returns the id that the sender of a message gave it, whatever became
// of its attribute on the way, or "".
func OriginID(s *xmpp.Stanza) string { return idOf(s.Child(NSStanzaIDs, "origin-id")) }

// AppendOriginID appends the id of the message that it stands in.
func AppendOriginID(dst []byte, id string) []byte {
	return appendWithID(dst, "origin-id", NSStanzaIDs, id)
}
