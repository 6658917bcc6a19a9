package xep

import "thingbridge/gateway/xmpp"

// NSMarkers is the namespace of displayed markers (XEP-0333).
const NSMarkers = "urn:xmpp:chat-markers:0"

// Markable reports whether a message wants to be marked as displayed.
func Markable(s *xmpp.Stanza) bool { return s.Child(NSMarkers, "markable") != nil }

// Displayed returns the id of the message up to which its reader has seen all, or
// "".
func Displayed(s *xmpp.Stanza) string { return idOf(s.Child(NSMarkers, "displayed")) }

// AppendMarkable appends the wish to be marked.
func AppendMarkable(dst []byte) []byte { return append(dst, "<markable xmlns='"+NSMarkers+"'/>"...) }

// AppendDisplayed appends the mark on the message with that id.
func AppendDisplayed(dst []byte, id string) []byte {
	return appendWithID(dst, "displayed", NSMarkers, id)
}
