package xep

import (
	"strings"

	"thingbridge/gateway/xmpp"
)

// Namespaces of rosters and of who may write them.
const (
	NSRoster     = "jabber:iq:roster"
	nsPrivileges = "urn:xmpp:privilege:" // XEP-0356; 1 of ejabberd 23.01, 2 of Prosody
)

// RosterPrivilege reads the message in which a server says what a component may do,
// and reports whether it may read and write the rosters of the server's users; ok
// is false for any other message.
func RosterPrivilege(s *xmpp.Stanza) (readWrite, ok bool) {
	for i := range s.Children {
		e := &s.Children[i]
		if e.Local != "privilege" || !strings.HasPrefix(e.Space, nsPrivileges) {
			continue
		}
		for j := range e.Children {
			perm := &e.Children[j]
			if perm.Local == "perm" && perm.Attr("access") == "roster" && perm.Attr("type") == "both" {
				readWrite = true
			}
		}
		return readWrite, true
	}
	return false, false
}

// RosterItem is one contact in a user's roster (RFC 6121 2.1.2).
type RosterItem struct {
	JID          xmpp.JID
	Name         string
	Subscription string
	Groups       []string
}

// RosterItems decodes the items of a roster that hold an address. There can be no
// more than fit into a stanza.
func RosterItems(query *xmpp.Element) []RosterItem {
	var items []RosterItem
	for i := range query.Children {
		e := &query.Children[i]
		jid, err := xmpp.ParseJID(e.Attr("jid"))
		if err != nil || e.Local != "item" {
			continue
		}
		item := RosterItem{JID: jid, Name: strings.Clone(e.Attr("name")), Subscription: strings.Clone(e.Attr("subscription"))}
		for j := range e.Children {
			if e.Children[j].Local == "group" {
				item.Groups = append(item.Groups, strings.Clone(e.Children[j].Text))
			}
		}
		items = append(items, item)
	}
	return items
}

// AppendRosterGet appends the request for a roster.
func AppendRosterGet(dst []byte) []byte { return append(dst, "<query xmlns='"+NSRoster+"'/>"...) }

// AppendRosterSet appends the change of one item; its subscription can be "remove".
func AppendRosterSet(dst []byte, item RosterItem) []byte {
	dst = append(dst, "<query xmlns='"+NSRoster+"'>"...)
	dst = appendItem(dst, item, "subscription", item.Subscription)
	return append(dst, "</query>"...)
}

func appendItem(dst []byte, item RosterItem, verb, value string) []byte {
	dst = append(dst, "<item jid='"...)
	dst = xmpp.AppendAttr(dst, item.JID.String())
	dst = append(append(append(dst, "' "...), verb...), "='"...)
	dst = xmpp.AppendAttr(dst, value)
	if item.Name != "" {
		dst = append(dst, "' name='"...)
		dst = xmpp.AppendAttr(dst, item.Name)
	}
	dst = append(dst, "'>"...)
	for _, group := range item.Groups {
		dst = appendElement(dst, "group", group)
	}
	return append(dst, "</item>"...)
}
