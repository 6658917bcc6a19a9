package gateway

import (
	"context"
	"slices"
	"strings"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// discoInfo says what a contact is. A device is a registered account under its
// bare address, which clients ask while they have no presence, and a bot behind
// its resource.
func (b *Bridge) discoInfo(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	if q.node != "" {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	}
	identity := xep.Identity{Category: "gateway", Type: "iot", Name: "thingbridge"}
	if q.twin.Device != nil {
		identity = xep.Identity{Category: "account", Type: "registered", Name: q.twin.Device.Title()}
		if q.to.Resource() != "" || b.contacts.broadcast(q.id) {
			identity.Category, identity.Type = "client", "bot"
		}
	}
	return xep.AppendForm(xep.DiscoInfo(q.node, identity, features(q.target())), reactionsForm(q.twin.Device)), nil
}

// features returns the namespaces that contacts announce, in order.
func features(at target) []string {
	all := messageFeatures()
	for _, q := range queries() {
		if q.at&at != 0 && !q.hidden {
			all = append(all, q.space)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// discoItems lists the devices that the asker may see; a device has no items.
func (b *Bridge) discoItems(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	if q.node != "" {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	}
	var items []xep.DiscoItem
	if q.id == house {
		for _, twin := range b.visible(q.user, b.Registry.All()) {
			bare, _ := b.Identity.Address(twin.Device.ID)
			items = append(items, xep.DiscoItem{JID: bare.String(), Name: twin.Device.Title()})
		}
	}
	slices.SortFunc(items, func(a, b xep.DiscoItem) int { return strings.Compare(a.JID, b.JID) })
	return xep.DiscoItems(q.node, items), nil
}
