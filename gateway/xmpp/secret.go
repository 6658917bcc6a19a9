package xmpp

// Secret is a password. It prints as "<secret>"; convert it to string to use it.
type Secret string

// String returns "<secret>", or "" for an empty one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "<secret>"
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }
