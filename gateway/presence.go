package gateway

import (
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// appendCurrent appends the presence of a contact as it is, for who asks or was
// not there when it was told. Of a dead device it says since when (RFC 6121 4.3.2).
func (b *Bridge) appendCurrent(dst []byte, id devices.ID, from, user, to xmpp.JID) []byte {
	lang := b.readers.lang(user)
	if id == house {
		f := b.houseFace(lang)
		return appendPresence(dst, from, to, &f, b.houseStatus(user, b.Registry.All()))
	}
	twin, ok := b.Registry.Get(id)
	if !ok || b.policy.Load().Role(user, id) < access.View {
		return appendPresence(dst, from, to, &face{gone: true}, "")
	}
	f := b.faceOf(&twin)
	if f.gone {
		f.left = twin.LastSeen
	}
	b.contacts.answered(id, f, time.Now())
	return appendPresence(dst, from, to, &f, talk.StatusLine(&twin, lang))
}

// faceOf returns what a twin looks like now, dressed.
func (b *Bridge) faceOf(t *devices.Twin) face {
	f := faceOf(t, time.Now(), b.presence.Load().Stale)
	f.look = b.lookOf(t.Device.ID, t)
	f.dress = dress{caps: b.abilities.device.caps, photo: b.gallery.Picture(f.look).ID, nick: t.Device.Title()}
	return f
}

// houseFace returns what the house looks like, for readers of a language.
func (b *Bridge) houseFace(lang talk.Lang) face {
	f := face{look: avatar.Look{Kind: avatar.House}}
	f.dress = dress{caps: b.abilities.house.caps, photo: b.gallery.Picture(f.look).ID, nick: talk.HouseName(lang)}
	return f
}

// appendPresence appends the presence of a contact for one reader, or, to the zero
// JID, for all. It names no priority: 0, which that means, is right where there is
// one resource, and makes an account receive what is written to it.
func appendPresence(dst []byte, from, to xmpp.JID, f *face, text string) []byte {
	dst = append(dst, "<presence from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	if !to.IsZero() {
		dst = append(dst, "' to='"...)
		dst = xmpp.AppendAttr(dst, to.String())
	}
	if f.gone {
		dst = append(dst, "' type='unavailable"...)
	}
	dst = append(dst, "'>"...)
	if f.show != "" && !f.gone {
		dst = append(dst, "<show>"...)
		dst = append(dst, f.show...)
		dst = append(dst, "</show>"...)
	}
	if text != "" {
		dst = append(dst, "<status>"...)
		dst = xmpp.AppendText(dst, text)
		dst = append(dst, "</status>"...)
	}
	if f.gone {
		if !f.left.IsZero() {
			dst = xep.AppendDelay(dst, f.left)
		}
		return append(dst, "</presence>"...)
	}
	if !f.idle.IsZero() {
		dst = xep.AppendIdle(dst, f.idle)
	}
	dst = append(dst, f.caps...)
	if f.photo != "" {
		dst = xep.AppendPhoto(dst, f.photo)
	}
	if f.nick != "" {
		dst = xep.AppendNick(dst, f.nick)
	}
	return append(dst, "</presence>"...)
}

// appendSubscription appends a stanza of the types subscribed, unsubscribed.
func appendSubscription(dst []byte, from, to xmpp.JID, presenceType string) []byte {
	dst = append(dst, "<presence from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, to.String())
	dst = append(dst, "' type='"...)
	dst = append(dst, presenceType...)
	return append(dst, "'/>"...)
}
