package xep

import "thingbridge/gateway/xmpp"

// NSReply is the namespace of message replies (XEP-0461).
const NSReply = "urn:xmpp:reply:0"

// RepliesTo returns the id of the message that a message replies to, or "".
func RepliesTo(s *xmpp.Stanza) string { return idOf(s.Child(NSReply, "reply")) }

// AppendReply appends that the message it stands in replies to the one of that
// author with that id.
func AppendReply(dst []byte, author xmpp.JID, id string) []byte {
	dst = append(dst, "<reply xmlns='"+NSReply+"' to='"...)
	dst = xmpp.AppendAttr(dst, author.String())
	dst = append(dst, "' id='"...)
	dst = xmpp.AppendAttr(dst, id)
	return append(dst, "'/>"...)
}
