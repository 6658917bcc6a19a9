package gateway

import (
	"net/url"

	"thingbridge/devices"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// card returns the card of a contact, for a reader of a language. Twin is without a
// Device for the house. The fields are those that clients show: the maker as the
// organisation, the room as its unit, the model as the title, and all of it once
// more in the note.
func (b *Bridge) card(id devices.ID, twin *devices.Twin, lang talk.Lang) xep.Card {
	bare, _ := b.Identity.Address(id)
	c := xep.Card{JID: bare.String(), URI: uriOf(bare), Photo: b.image(id, twin)}
	if twin.Device == nil {
		c.Name, c.Kind = talk.HouseName(lang), "location"
		return c
	}
	d := twin.Device
	c.Name, c.Kind, c.Organization, c.Unit, c.Title = d.Title(), "device", d.Manufacturer, d.Area, d.Model
	c.Note = talk.CardNote(d, avatar.KindOf(d).String(), lang)
	return c
}

// uriOf returns the xmpp: URI of a contact (RFC 5122).
func uriOf(bare xmpp.JID) string {
	if bare.Local() == "" {
		return "xmpp:" + bare.Domain()
	}
	return "xmpp:" + url.PathEscape(bare.Local()) + "@" + bare.Domain()
}

// image returns the picture of a twin, or of the house.
func (b *Bridge) image(id devices.ID, twin *devices.Twin) xep.Image {
	look := avatar.Look{Kind: avatar.House}
	if twin.Device != nil {
		look = b.lookOf(id, twin)
	}
	return imageOf(b.gallery.Picture(look))
}

// lookOf returns which picture a device shows. That of an account is always at
// rest: its server gives it to strangers too, and whether somebody is at home is not
// for them.
func (b *Bridge) lookOf(id devices.ID, twin *devices.Twin) avatar.Look {
	if b.contacts.broadcast(id) {
		return avatar.Look{Kind: avatar.KindOf(twin.Device)}
	}
	return lookOf(twin)
}

func imageOf(p *avatar.Picture) xep.Image {
	return xep.Image{Type: avatar.Type, Base64: p.Base64, ID: p.ID, Bytes: len(p.PNG), Side: avatar.Side}
}
