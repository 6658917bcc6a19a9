package xep

import "thingbridge/gateway/xmpp"

// NSNick is the namespace of nicknames, and their node (XEP-0172).
const NSNick = "http://jabber.org/protocol/nick"

// AppendNick appends what somebody wants to be called.
func AppendNick(dst []byte, name string) []byte {
	dst = append(dst, "<nick xmlns='"+NSNick+"'>"...)
	dst = xmpp.AppendText(dst, name)
	return append(dst, "</nick>"...)
}

// Nick is the item that tells what somebody wants to be called.
func Nick(name string) Item {
	return Item{Node: NSNick, ID: "current", Payload: AppendNick(nil, name)}
}
