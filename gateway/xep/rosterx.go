package xep

import "thingbridge/gateway/xmpp"

// NSRosterX is the namespace of offers to add contacts (XEP-0144).
const NSRosterX = "http://jabber.org/protocol/rosterx"

// AppendRosterX appends the offer to add contacts (XEP-0144 3.1).
func AppendRosterX(dst []byte, items []RosterItem) []byte {
	dst = append(dst, "<x xmlns='"+NSRosterX+"'>"...)
	for _, item := range items {
		dst = appendItem(dst, item, "action", "add")
	}
	return append(dst, "</x>"...)
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
