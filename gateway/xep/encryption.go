package xep

import (
	"cmp"
	"strings"

	"thingbridge/gateway/xmpp"
)

// NSEncryption is the namespace of explicit message encryption (XEP-0380).
const NSEncryption = "urn:xmpp:eme:0"

// maxEncryptionName bounds the name that a stranger gives to an encryption.
const maxEncryptionName = 40

// encryptions names the usual ones (XEP-0380 4).
func encryptions() map[string]string {
	return map[string]string{
		"eu.siacs.conversations.axolotl": "OMEMO",
		"urn:xmpp:omemo:1":               "OMEMO",
		"urn:xmpp:omemo:2":               "OMEMO",
		"urn:xmpp:openpgp:0":             "OpenPGP",
		"jabber:x:encrypted":             "OpenPGP",
		"urn:xmpp:otr:0":                 "OTR",
		"urn:xmpp:encryption:otr:0":      "OTR",
	}
}

// Encryption returns what the text of a message is encrypted with, or "" when it
// is not, or when it carries keys and no text.
func Encryption(s *xmpp.Stanza) string {
	if strings.HasPrefix(s.Body(), "?OTR") {
		return "OTR"
	}
	names := encryptions()
	for i := range s.Children {
		e := &s.Children[i]
		if name := names[e.Space]; name == "" || e.Local != "encrypted" && e.Local != "openpgp" && e.Local != "x" {
			continue
		} else if name == "OMEMO" && e.Child(e.Space, "payload") == nil {
			return "" // keys are exchanged (XEP-0384 4.6)
		} else {
			return name
		}
	}
	e := s.Child(NSEncryption, "encryption")
	if e == nil || s.Body() == "" {
		return ""
	}
	name := cmp.Or(names[e.Attr("namespace")], e.Attr("name"), e.Attr("namespace"), "?")
	if len(name) > maxEncryptionName {
		name = strings.ToValidUTF8(name[:maxEncryptionName], "")
	}
	return name
}
