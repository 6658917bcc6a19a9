package gateway

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// publishPace is the shortest time between two publications of an account: it is some kilobytes, which the server stores.
const publishPace = time.Minute

// publication starts the ids of iqs by which an account publishes.
const publication = "publish-"

// shown is what is told of a contact beside its presence.
type shown struct {
	look avatar.Look
	name string
}

// show tells a contact's picture and name when they are others than before, at most
// every presence.interval: to the clients that want to be told, or, where the server
// answers for the contact, to the server.
func (a *announcer) show(ctx context.Context, id devices.ID, next shown) {
	pace := a.presence.Load().Interval
	if a.contacts.broadcast(id) {
		pace = max(pace, publishPace)
	}
	now, due := a.contacts.showing(id, next, pace, time.Now())
	if !now {
		if first, waits := a.waiting[id]; !due.IsZero() && (!waits || due.Before(first)) {
			a.waiting[id] = due
		}
		return
	}
	a.out = a.out[:0]
	if a.contacts.broadcast(id) {
		a.out = a.appendPublication(a.out, id)
	} else {
		_, users := a.contacts.subscribed(id)
		for _, user := range users {
			a.out = a.appendNews(a.out, id, a.visitors.wishes(user))
		}
	}
	if len(a.out) > 0 && a.Link.Send(ctx, a.out) != nil {
		a.contacts.notShown(id) // there is no stream; the next one is told all
	}
}

// showing notes that what is shown of a contact is about to be told, and returns true; or
// returns false with the time at which it shall be told, zero for not at all.
func (c *contacts) showing(id devices.ID, next shown, pace time.Duration, now time.Time) (tell bool, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	switch {
	case !ok || it.isShown && it.shown == next:
		return false, time.Time{}
	case !it.shownAt.IsZero() && now.Sub(it.shownAt) < pace:
		return false, it.shownAt.Add(pace)
	}
	it.shown, it.shownAt, it.isShown = next, now, true
	return true, time.Time{}
}

// notShown takes back what showing noted.
func (c *contacts) notShown(id devices.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok {
		it.shownAt, it.isShown = time.Time{}, false
	}
}

// appendNews appends what some clients want to be told of a contact.
func (b *Bridge) appendNews(dst []byte, id devices.ID, wishes []wish) []byte {
	if len(wishes) == 0 {
		return dst
	}
	var twin devices.Twin
	if id != house {
		twin, _ = b.Registry.Get(id)
		if twin.Device == nil {
			return dst
		}
	}
	bare, _ := b.Identity.Address(id)
	for _, w := range wishes {
		for _, node := range w.nodes {
			if it, ok := b.published(id, &twin, node, b.readers.lang(w.to.Bare())); ok {
				dst = appendEvent(dst, bare, w.to, it)
			}
		}
	}
	return dst
}

// appendPublication appends what makes the server of an account answer for it: the
// vCard, the picture, then the news of it. Servers show that to whoever asks, so it
// is no more than a name and what kind of thing it is; see [Bridge.lookOf].
func (b *Bridge) appendPublication(dst []byte, id devices.ID) []byte {
	var twin devices.Twin
	if id != house {
		twin, _ = b.Registry.Get(id)
		if twin.Device == nil {
			return dst
		}
	}
	card := b.card(id, &twin, talk.English)
	card = xep.Card{Name: card.Name, JID: card.JID, URI: card.URI, Kind: card.Kind, Photo: card.Photo}
	dst = appendSet(dst, xep.VCard(card))
	for _, it := range []xep.Item{xep.AvatarData(card.Photo), xep.AvatarMetadata(card.Photo), xep.Nick(card.Name), xep.VCard4Item(card)} {
		dst = appendSet(dst, xep.PubSubPublish(it))
	}
	return dst
}

// appendSet appends an iq to an account's own server.
func appendSet(dst, payload []byte) []byte {
	dst = append(dst, "<iq type='set' id='"+publication...)
	dst = append(append(dst, rand.Text()...), "'>"...)
	return append(append(dst, payload...), "</iq>"...)
}

// hearOwnServer takes what an account's server says to what the account published.
func (b *Bridge) hearOwnServer(s *xmpp.Stanza) {
	if s.Kind != xmpp.IQ || !strings.HasPrefix(s.ID, publication) {
		return
	}
	if err := s.Err(); err != nil {
		bare, _ := b.Identity.Address(house)
		b.Log.Warn().Err(err).Stringer("jid", bare).Msg("the server does not keep what the account tells of itself; clients may show no picture or name")
	}
}
