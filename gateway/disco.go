package gateway

import (
	"context"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// discoInfo says what a contact is. A device is a registered account under its
// bare address, which clients ask while they have no presence, and a bot behind
// its resource. Under the node of its presence it is what its hash says, and under
// that of another version nothing: what was announced then is not known any more.
func (b *Bridge) discoInfo(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	can := b.abilities.at(q.target())
	if q.node == capsNode+"#"+can.ver {
		return xep.DiscoInfo(q.node, can.info), nil
	}
	if q.node != "" {
		return b.commandInfo(q)
	}
	info := can.info
	if d := q.twin.Device; d != nil {
		name := d.Title()
		info.Identities = []xep.Identity{{Category: "client", Type: "bot", Name: name}}
		if q.to.Resource() == "" && !b.contacts.broadcast(q.id) {
			info.Identities = []xep.Identity{{Category: "account", Type: "registered", Name: name}, {Category: "pubsub", Type: "pep"}}
		}
		info.Forms = append(slices.Clone(info.Forms), formOf(d))
	}
	info.Forms = append(slices.Clip(info.Forms), reactionsForm(q.twin.Device))
	return xep.DiscoInfo("", info), nil
}

// formOf is what one device says of itself (XEP-0128). Of each property it says
// the type, the unit in brackets, and whether it can be set.
func formOf(d *devices.Device) xep.InfoForm {
	form := xep.InfoForm{Type: deviceForm}
	add := func(name string, values ...string) {
		if len(values) > 0 && values[0] != "" {
			form.Fields = append(form.Fields, xep.InfoField{Var: name, Values: values})
		}
	}
	add("manufacturer", d.Manufacturer)
	add("model", d.Model)
	add("serial", d.Serial)
	add("area", d.Area)
	add("kind", kindOf(d))
	capabilities := make([]string, 0, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		text := p.Name + " " + p.Type.String()
		if p.Unit != "" {
			text += " [" + p.Unit + "]"
		}
		if p.Writable {
			text += " writable"
		}
		capabilities = append(capabilities, text)
	}
	add("capabilities", capabilities...)
	return form
}

// kindOf is what a device is called, else what it looks like.
func kindOf(d *devices.Device) string {
	if d.Kind != "" {
		return d.Kind
	}
	return avatar.KindOf(d).String()
}

// discoItems lists the devices that the asker may see; of a device, its nodes.
func (b *Bridge) discoItems(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	if q.node != "" {
		return b.commandItems(q)
	}
	var items []xep.DiscoItem
	if q.id != house {
		bare, _ := b.Identity.Address(q.id)
		for _, node := range nodes {
			items = append(items, xep.DiscoItem{JID: bare.String(), Node: node})
		}
		return xep.DiscoItems(q.node, items), nil
	}
	for _, twin := range b.visible(q.user, b.Registry.All()) {
		bare, _ := b.Identity.Address(twin.Device.ID)
		items = append(items, xep.DiscoItem{JID: bare.String(), Name: twin.Device.Title()})
	}
	slices.SortFunc(items, func(a, b xep.DiscoItem) int { return strings.Compare(a.JID, b.JID) })
	return xep.DiscoItems(q.node, items), nil
}
