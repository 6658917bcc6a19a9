package xep

import "thingbridge/gateway/xmpp"

// Namespaces that offer contacts and names.
const (
	NSRosterX = "http://jabber.org/protocol/rosterx" // XEP-0144
	NSNick    = "http://jabber.org/protocol/nick"    // XEP-0172
)

// AppendRosterX appends the offer to add contacts (XEP-0144 3.1).
func AppendRosterX(dst []byte, items []RosterItem) []byte {
	dst = append(dst, "<x xmlns='"+NSRosterX+"'>"...)
	for _, item := range items {
		dst = appendItem(dst, item, "action", "add")
	}
	return append(dst, "</x>"...)
}

// AppendNick appends the name that a contact wishes to be called by (XEP-0172 3).
func AppendNick(dst []byte, name string) []byte {
	dst = append(dst, "<nick xmlns='"+NSNick+"'>"...)
	return append(xmpp.AppendText(dst, name), "</nick>"...)
}

// HasFeature reports whether the result of a disco#info query names a feature.
func HasFeature(info *xmpp.Stanza, feature string) bool {
	query := info.Child(NSDiscoInfo, "query")
	if query == nil {
		return false
	}
	for i := range query.Children {
		if e := &query.Children[i]; e.Local == "feature" && e.Attr("var") == feature {
			return true
		}
	}
	return false
}
