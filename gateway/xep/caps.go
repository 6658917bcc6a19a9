package xep

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"

	"thingbridge/gateway/xmpp"
)

// NSCaps is the namespace of entity capabilities (XEP-0115).
const NSCaps = "http://jabber.org/protocol/caps"

// HashSHA1 is the hash that all implementations of XEP-0115 know.
const HashSHA1 = "sha-1"

// Caps is what a presence says about what its sender can: node and ver name the
// disco#info under which it is found.
type Caps struct{ Hash, Node, Ver string }

// Ver returns the verification string of what an entity says of itself (XEP-0115
// 5.1).
func (info Info) Ver() string {
	var parts []string
	add := func(sorted []string) {
		slices.Sort(sorted)
		parts = append(parts, sorted...)
	}
	identities := make([]string, 0, len(info.Identities))
	for _, it := range info.Identities {
		identities = append(identities, it.Category+"/"+it.Type+"/"+it.Lang+"/"+it.Name)
	}
	add(identities)
	add(slices.Clone(info.Features))
	forms := slices.SortedFunc(slices.Values(info.Forms), func(a, b InfoForm) int { return strings.Compare(a.Type, b.Type) })
	for _, form := range forms {
		parts = append(parts, form.Type)
		fields := slices.SortedFunc(slices.Values(form.Fields), func(a, b InfoField) int { return strings.Compare(a.Var, b.Var) })
		for _, field := range fields {
			parts = append(parts, field.Var)
			add(slices.Clone(field.Values))
		}
	}
	sum := sha1.Sum([]byte(strings.Join(parts, "<") + "<"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// AppendCaps appends the element that a presence carries.
func AppendCaps(dst []byte, c Caps) []byte {
	return closeTag(appendTag(dst, "c", "xmlns", NSCaps, "hash", c.Hash, "node", c.Node, "ver", c.Ver))
}

// Longest node and version that are taken; both are kept.
const (
	maxNode = 1024
	maxVer  = 64
)

// CapsOf returns what a presence says; ok is false where it says nothing that can
// be verified.
func CapsOf(presence *xmpp.Stanza) (c Caps, ok bool) {
	e := presence.Child(NSCaps, "c")
	if e == nil {
		return Caps{}, false
	}
	c = Caps{Hash: e.Attr("hash"), Node: e.Attr("node"), Ver: e.Attr("ver")}
	sensible := c.Node != "" && len(c.Node) <= maxNode && c.Ver != "" && len(c.Ver) <= maxVer
	return c, sensible && c.Hash == HashSHA1
}

// DiscoInfoQuery encodes a disco#info query for a node.
func DiscoInfoQuery(node string) []byte {
	return closeTag(appendTag(nil, "query", "xmlns", NSDiscoInfo, "node", node))
}
