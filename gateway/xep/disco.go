package xep

import (
	"bytes"
	"slices"

	"gosrc.io/xmpp/stanza"
)

// Namespaces of service discovery (XEP-0030) and of what it announces.
const (
	NSDiscoInfo  = "http://jabber.org/protocol/disco#info"
	NSDiscoItems = "http://jabber.org/protocol/disco#items"
)

// Identity is what an entity is (XEP-0030 3.1).
type Identity struct{ Category, Type, Name string }

// DiscoItem is an entity that belongs to another (XEP-0030 4.1).
type DiscoItem struct{ JID, Name string }

// DiscoInfo encodes the answer to a disco#info query. A node is given back as it
// was asked for.
func DiscoInfo(node string, identity Identity, features []string) []byte {
	var iq stanza.IQ
	info := iq.DiscoInfo()
	info.Node = node
	info.AddIdentity(identity.Name, identity.Category, identity.Type)
	info.AddFeatures(features...)
	return marshal(info)
}

// DiscoItems encodes the answer to a disco#items query.
func DiscoItems(node string, items []DiscoItem) []byte {
	var iq stanza.IQ
	payload := iq.DiscoItems()
	payload.Node = node
	for _, item := range items {
		payload.AddItem(item.JID, "", item.Name)
	}
	return marshal(payload)
}

// AppendForm puts a data form to the end of the answer to a disco#info query
// (XEP-0128).
func AppendForm(info, form []byte) []byte {
	const end = "</query>"
	body, ok := bytes.CutSuffix(info, []byte(end))
	if !ok {
		return info
	}
	return append(append(slices.Clip(body), form...), end...)
}
