package xmpp

import (
	"errors"
	"fmt"
	"strings"

	"mellium.im/xmpp/jid"
)

// maxPart is how many bytes each part of a JID may have (RFC 7622 3.1), and
// maxJID how many all of them together with the separators.
const (
	maxPart = 1023
	maxJID  = 3*maxPart + 2
)

// ErrBadJID is wrapped by every error about an address.
var ErrBadJID = errors.New("bad JID")

// JID is an address: localpart@domainpart/resourcepart, of which only the
// domainpart must be there. It is normalised (RFC 7622), so that == compares
// addresses and a JID can be the key of a map. The zero JID is no address.
type JID struct {
	text  string
	local uint16 // length of the localpart; 0: there is none
	bare  uint16 // length of the bare JID
}

// ParseJID returns the address that s writes, normalised, or an error that wraps
// [ErrBadJID]. The JID keeps no reference to s.
func ParseJID(s string) (JID, error) {
	if len(s) > maxJID {
		return JID{}, fmt.Errorf("%w: %d bytes, want at most %d", ErrBadJID, len(s), maxJID)
	}
	if j, ok := parsePlain(s); ok {
		return j, nil
	}
	return parseAny(s)
}

// NewJID joins parts to an address; local and resource may be empty. The error
// wraps [ErrBadJID].
func NewJID(local, domain, resource string) (JID, error) {
	j, err := jid.New(local, domain, resource)
	if err != nil {
		return JID{}, fmt.Errorf("%w: %q: %w", ErrBadJID, shorten(local+"@"+domain+"/"+resource), err)
	}
	return settle(j)
}

// parsePlain knows the addresses that normalising would leave as they are:
// nearly all. It refuses what it is not sure of.
func parsePlain(s string) (JID, bool) {
	bare, slash := len(s), strings.IndexByte(s, '/')
	if slash >= 0 {
		bare = slash
	}
	local := max(strings.IndexByte(s[:bare], '@'), 0)
	domain := s[:bare]
	if local > 0 {
		domain = s[local+1 : bare]
	}
	ok := plainLocal(s[:local]) && plainDomain(domain) && (slash < 0 || plainResource(s[slash+1:]))
	if !ok {
		return JID{}, false
	}
	return JID{text: strings.Clone(s), local: uint16(local), bare: uint16(bare)}, true
}

func plainLocal(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == '+', c == '\\':
		default:
			return false
		}
	}
	return len(s) <= maxPart
}

// plainDomain accepts names whose labels are of letters and digits with single
// hyphens between them, and whose last label begins with a letter: neither an
// A-label (xn--) nor a number of an IP address can be among them.
func plainDomain(s string) bool {
	if s == "" || len(s) > maxPart {
		return false
	}
	last := byte('.')
	for i := 0; i < len(s); i++ {
		c := s[i]
		separator := c == '.' || c == '-'
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !separator && !letter || separator && (last == '.' || last == '-') {
			return false
		}
		if c == '.' && i-strings.LastIndexByte(s[:i], '.') > 64 {
			return false
		}
		last = c
	}
	label := s[strings.LastIndexByte(s, '.')+1:]
	return last != '.' && last != '-' && len(label) <= 63 && label[0] >= 'a'
}

func plainResource(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= maxPart
}

func parseAny(s string) (JID, error) {
	j, err := jid.Parse(s)
	if err != nil {
		return JID{}, fmt.Errorf("%w: %q: %w", ErrBadJID, shorten(s), err)
	}
	return settle(j)
}

// settle makes our JID of one that was normalised once. What normalising again
// would still change has no canonical form, and two of it could not be compared.
func settle(j jid.JID) (JID, error) {
	again, err := jid.Parse(j.String())
	if err != nil {
		return JID{}, fmt.Errorf("%w: %q: %w", ErrBadJID, shorten(j.String()), err)
	}
	if !again.Equal(j) {
		return JID{}, fmt.Errorf("%w: %q has no stable form", ErrBadJID, shorten(j.String()))
	}
	local, bare := len(j.Localpart()), len(j.Bare().String())
	return JID{text: j.String(), local: uint16(local), bare: uint16(bare)}, nil
}

// IsZero reports whether j is no address at all.
func (j JID) IsZero() bool { return j.text == "" }

// IsBare reports whether j is an address without a resourcepart.
func (j JID) IsBare() bool { return j.text != "" && len(j.text) == int(j.bare) }

// Bare returns j without its resourcepart.
func (j JID) Bare() JID { return JID{text: j.text[:j.bare], local: j.local, bare: j.bare} }

// Local returns the localpart, or "".
func (j JID) Local() string { return j.text[:j.local] }

// Domain returns the domainpart; it is empty only in the zero JID.
func (j JID) Domain() string {
	if j.local == 0 {
		return j.text[:j.bare]
	}
	return j.text[j.local+1 : j.bare]
}

// Resource returns the resourcepart, or "".
func (j JID) Resource() string {
	if len(j.text) == int(j.bare) {
		return ""
	}
	return j.text[j.bare+1:]
}

// WithResource returns the full JID of j's bare JID and that resourcepart; an
// empty one gives the bare JID. The error wraps [ErrBadJID].
func (j JID) WithResource(resource string) (JID, error) {
	if resource == "" {
		return j.Bare(), nil
	}
	if j.IsZero() {
		return JID{}, fmt.Errorf("%w: a resourcepart without an address", ErrBadJID)
	}
	return ParseJID(j.text[:j.bare] + "/" + resource)
}

// String writes the address. It does not allocate.
func (j JID) String() string { return j.text }

// MarshalText writes what String does.
func (j JID) MarshalText() ([]byte, error) { return []byte(j.text), nil }

// UnmarshalText reads what [ParseJID] does; nothing gives the zero JID.
func (j *JID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*j = JID{}
		return nil
	}
	parsed, err := ParseJID(string(text))
	if err != nil {
		return err
	}
	*j = parsed
	return nil
}

// shorten keeps outside text from filling a log line.
func shorten(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
