package xep

import "thingbridge/gateway/xmpp"

// commandsNode is the node under which commands are listed (XEP-0050 2.2).
const commandsNode = "http://jabber.org/protocol/commands"

// CommandItem is one command that an entity offers.
type CommandItem struct{ JID, Node, Name string }

// AppendCommandItems appends the list of commands that a message offers. No
// specification puts it into a message; Cheogram shows it as buttons.
func AppendCommandItems(dst []byte, items []CommandItem) []byte {
	dst = append(dst, "<query xmlns='"+NSDiscoItems+"' node='"+commandsNode+"'>"...)
	for _, item := range items {
		dst = append(dst, "<item jid='"...)
		dst = xmpp.AppendAttr(dst, item.JID)
		dst = append(dst, "' node='"...)
		dst = xmpp.AppendAttr(dst, item.Node)
		dst = append(dst, "' name='"...)
		dst = xmpp.AppendAttr(dst, item.Name)
		dst = append(dst, "'/>"...)
	}
	return append(dst, "</query>"...)
}
