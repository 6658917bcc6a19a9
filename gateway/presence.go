package gateway

import (
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// appendCurrent appends the presence of a contact as it is.
func (b *Bridge) appendCurrent(dst []byte, id devices.ID, from, user, to xmpp.JID) []byte {
	lang := b.readers.lang(user)
	if id == house {
		return appendPresence(dst, from, to, &face{}, b.houseStatus(user, b.Registry.All()))
	}
	twin, ok := b.Registry.Get(id)
	if !ok || b.policy.Load().Role(user, id) < access.View {
		return appendPresence(dst, from, to, &face{gone: true}, "")
	}
	f := faceOf(&twin, time.Now(), b.presence.Load().Stale)
	b.contacts.answered(id, f, time.Now())
	return appendPresence(dst, from, to, &f, talk.StatusLine(&twin, lang))
}

// appendPresence appends the presence of a contact for one reader, or, to the zero
// JID, for all.
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
	if !f.idle.IsZero() && !f.gone {
		dst = xep.AppendIdle(dst, f.idle)
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
