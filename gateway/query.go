package gateway

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/store"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// query is an iq of type get that a contact understands.
type query struct {
	space, local string
	answer       func(b *Bridge, q *asked) []byte
}

// asked is what an answer to a query depends on.
type asked struct {
	user    xmpp.JID
	to      xmpp.JID
	node    string
	twin    devices.Twin // of the device; without a Device when the house is asked
	payload *xmpp.Element
}

// queries is all that is answered; every other iq is refused (RFC 6120 8.2.3).
func queries() []query {
	return []query{
		{xep.NSDiscoInfo, "query", (*Bridge).discoInfo},
		{xep.NSDiscoItems, "query", (*Bridge).discoItems},
		{xep.NSVersion, "query", func(b *Bridge, _ *asked) []byte {
			return xep.Version("thingbridge", b.Version, runtime.GOOS)
		}},
		{xep.NSLast, "query", (*Bridge).lastActivity},
		{xep.NSTime, "time", func(*Bridge, *asked) []byte { return xep.EntityTime(time.Now()) }},
		{xmpp.NSPing, "ping", func(*Bridge, *asked) []byte { return nil }},
	}
}

// hearIQ answers an iq: with what was asked, or with an error.
func (b *Bridge) hearIQ(ctx context.Context, s *xmpp.Stanza) {
	if s.Type != "get" && s.Type != "set" {
		return
	}
	b.reply(ctx, b.answerIQ(nil, s))
}

func (b *Bridge) answerIQ(dst []byte, s *xmpp.Stanza) []byte {
	refused := func(t xmpp.ErrorType, c xmpp.Condition) []byte {
		return xmpp.AppendErrorReply(dst, s, xmpp.StanzaError{Type: t, Condition: c})
	}
	if len(s.Children) != 1 { // RFC 6120 8.2.3
		return refused(xmpp.Modify, xmpp.BadRequest)
	}
	payload := &s.Children[0]
	user, id := s.From.Bare(), b.contactOf(s)
	fromServer := user.Local() == ""
	if fromServer && payload.Space == xmpp.NSPing && s.Type == "get" {
		return xmpp.AppendResult(dst, s, nil) // a server may know that we live, and no more
	}
	if refusal := b.refuse(user, id); refusal != nil {
		return xmpp.AppendErrorReply(dst, s, *refusal)
	}
	i := slices.IndexFunc(queries(), func(q query) bool { return q.space == payload.Space && q.local == payload.Local })
	if i < 0 || s.Type != "get" {
		return refused(xmpp.Cancel, xmpp.ServiceUnavailable)
	}
	q := asked{user: user, to: s.To, node: payload.Attr("node"), payload: payload}
	if id != house {
		q.twin, _ = b.Registry.Get(id)
		if q.twin.Device == nil {
			return refused(xmpp.Cancel, xmpp.ItemNotFound)
		}
	}
	if q.node != "" {
		return refused(xmpp.Cancel, xmpp.ItemNotFound)
	}
	return xmpp.AppendResult(dst, s, queries()[i].answer(b, &q))
}

// discoInfo says what a contact is. A device is a registered account under its
// bare address, which clients ask while they have no presence, and a bot behind
// its resource.
func (b *Bridge) discoInfo(q *asked) []byte {
	identity := xep.Identity{Category: "gateway", Type: "iot", Name: "thingbridge"}
	if q.twin.Device != nil {
		identity = xep.Identity{Category: "account", Type: "registered", Name: q.twin.Device.Title()}
		if q.to.Resource() != "" || b.contacts.broadcast(q.twin.Device.ID) {
			identity.Category, identity.Type = "client", "bot"
		}
	}
	var features []string
	for _, known := range queries() {
		features = append(features, known.space)
	}
	slices.SortFunc(features, strings.Compare)
	return xep.DiscoInfo(q.node, identity, features)
}

// discoItems lists the devices that the asker may see; a device has no items.
func (b *Bridge) discoItems(q *asked) []byte {
	var items []xep.DiscoItem
	if q.twin.Device == nil {
		for _, twin := range b.visible(q.user, b.Registry.All()) {
			bare, _ := b.Identity.Address(twin.Device.ID)
			items = append(items, xep.DiscoItem{JID: bare.String(), Name: twin.Device.Title()})
		}
	}
	slices.SortFunc(items, func(a, b xep.DiscoItem) int { return strings.Compare(a.JID, b.JID) })
	return xep.DiscoItems(q.node, items)
}

// lastActivity says when a device was last heard of; of the house, how long the
// gateway runs (XEP-0012 4 and 5).
func (b *Bridge) lastActivity(q *asked) []byte {
	since := b.started
	if q.twin.Device != nil && !q.twin.LastSeen.IsZero() {
		since = q.twin.LastSeen
	}
	return xep.LastActivity(time.Since(since))
}

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

func subscription(user, contact xmpp.JID, state roster.State) store.Subscription {
	return store.Subscription{User: user.String(), Contact: contact.String(), From: uint8(state)}
}
