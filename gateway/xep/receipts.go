package xep

import "thingbridge/gateway/xmpp"

// NSReceipts is the namespace of delivery receipts (XEP-0184).
const NSReceipts = "urn:xmpp:receipts"

// maxID is the longest id that is taken from a payload; those that we and the
// usual clients give are far shorter.
const maxID = 256

// WantsReceipt reports whether a message asks for a receipt (XEP-0184 5.3).
func WantsReceipt(s *xmpp.Stanza) bool { return s.Child(NSReceipts, "request") != nil }

// Receipt returns the id of the message whose arrival a message confirms, or "".
func Receipt(s *xmpp.Stanza) string { return idOf(s.Child(NSReceipts, "received")) }

// AppendReceiptRequest appends the wish for a receipt.
func AppendReceiptRequest(dst []byte) []byte {
	return append(dst, "<request xmlns='"+NSReceipts+"'/>"...)
}

// AppendReceipt appends the receipt for the message with that id.
func AppendReceipt(dst []byte, id string) []byte {
	return appendWithID(dst, "received", NSReceipts, id)
}

// idOf returns the attribute id of e, or "" when there is none or it is longer
// than any we would know.
func idOf(e *xmpp.Element) string {
	if e == nil {
		return ""
	}
	if id := e.Attr("id"); len(id) <= maxID {
		return id
	}
	return ""
}

// appendWithID appends an empty element that says no more than an id.
func appendWithID(dst []byte, local, space, id string) []byte {
	dst = append(dst, '<')
	dst = append(dst, local...)
	dst = append(dst, " xmlns='"...)
	dst = append(dst, space...)
	dst = append(dst, "' id='"...)
	dst = xmpp.AppendAttr(dst, id)
	return append(dst, "'/>"...)
}
