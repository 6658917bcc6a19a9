package xep

// NSStyling is the namespace of message styling (XEP-0393).
const NSStyling = "urn:xmpp:styling:0"

// AppendUnstyled appends that nothing in the body is styling (XEP-0393 6): *x* is
// an x between asterisks.
func AppendUnstyled(dst []byte) []byte { return append(dst, "<unstyled xmlns='"+NSStyling+"'/>"...) }
