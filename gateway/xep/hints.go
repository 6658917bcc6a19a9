package xep

// NSHints is the namespace of message processing hints (XEP-0334).
const NSHints = "urn:xmpp:hints"

// AppendStore appends that servers shall keep a message that has no body.
func AppendStore(dst []byte) []byte { return append(dst, "<store xmlns='"+NSHints+"'/>"...) }

// AppendNoStore appends that servers shall not keep a message.
func AppendNoStore(dst []byte) []byte { return append(dst, "<no-store xmlns='"+NSHints+"'/>"...) }
