package xep

import "thingbridge/gateway/xmpp"

// NSQuickResponse is the namespace of quick responses (XEP-0439).
const NSQuickResponse = "urn:xmpp:tmp:quick-response"

// AppendResponse appends one text with which a message can be answered.
func AppendResponse(dst []byte, value, label string) []byte {
	dst = append(dst, "<response xmlns='"+NSQuickResponse+"' value='"...)
	dst = xmpp.AppendAttr(dst, value)
	dst = append(dst, "' label='"...)
	dst = xmpp.AppendAttr(dst, label)
	return append(dst, "'/>"...)
}
