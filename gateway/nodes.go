package gateway

import (
	"context"
	"slices"

	"thingbridge/devices"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// nodes is what each contact has published about itself, as an account does on its
// own server (XEP-0163). Each holds one item.
var nodes = []string{xep.NSAvatarData, xep.NSAvatarMetadata, xep.NSNick, xep.NodeVCard}

// items answers a request for what a contact has published.
func (b *Bridge) items(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	wanted, ok := xep.ParseItemsQuery(q.payload)
	if !ok {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.FeatureNotImplemented}
	}
	item, ok := b.published(q.id, &q.twin, wanted.Node, b.readers.lang(q.user))
	if !ok {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	}
	if len(wanted.IDs) == 0 || slices.Contains(wanted.IDs, item.ID) {
		return xep.PubSubItems(wanted.Node, item), nil
	}
	kind := avatar.House
	if q.twin.Device != nil {
		kind = avatar.KindOf(q.twin.Device)
	}
	// The picture may have changed since the client was told of it.
	if picture, found := b.gallery.Find(kind, wanted.IDs[0]); found && wanted.Node == xep.NSAvatarData {
		return xep.PubSubItems(wanted.Node, xep.AvatarData(imageOf(picture))), nil
	}
	return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
}

// published returns the item of a node. Twin is without a Device for the house.
func (b *Bridge) published(id devices.ID, twin *devices.Twin, node string, lang talk.Lang) (xep.Item, bool) {
	switch node {
	case xep.NSAvatarData:
		return xep.AvatarData(b.image(id, twin)), true
	case xep.NSAvatarMetadata:
		return xep.AvatarMetadata(b.image(id, twin)), true
	case xep.NSNick:
		return xep.Nick(b.card(id, twin, lang).Name), true
	case xep.NodeVCard:
		return xep.VCard4Item(b.card(id, twin, lang)), true
	}
	return xep.Item{}, false
}

// appendEvent appends the news that a contact published an item.
func appendEvent(dst []byte, from, to xmpp.JID, it xep.Item) []byte {
	dst = append(dst, "<message type='headline' from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, to.String())
	dst = append(dst, "'>"...)
	dst = xep.AppendEvent(dst, it)
	return append(dst, "</message>"...)
}
