package gateway

import (
	"context"
	"runtime"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// query is an iq that contacts understand. What it does not say is refused.
type query struct {
	space, local string
	at           target
	get, set     reply // nil: this type is not understood
	hidden       bool  // disco#info does not announce the namespace
}

// reply answers one iq: with the payload of the result, or with an error.
type reply func(b *Bridge, ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError)

// target is which contacts understand a query.
type target uint8

const (
	atHouse target = 1 << iota
	atDevice
	anywhere = atHouse | atDevice
)

// asked is what an answer to a query depends on.
type asked struct {
	from    xmpp.JID // full, or bare where a server asks for its user
	user    xmpp.JID // bare
	to      xmpp.JID
	id      devices.ID   // of the contact
	twin    devices.Twin // of the device; without a Device when the house is asked
	node    string
	lang    string // xml:lang of the iq
	payload *xmpp.Element
	then    func() // what follows once a result is sent; nil: nothing
}

func (q *asked) target() target {
	if q.id == house {
		return atHouse
	}
	return atDevice
}

// queries is all that is answered; every other iq is refused (RFC 6120 8.2.3).
func queries() []query {
	return []query{
		{space: xep.NSDiscoInfo, local: "query", at: anywhere, get: (*Bridge).discoInfo},
		{space: xep.NSDiscoItems, local: "query", at: anywhere, get: (*Bridge).discoItems},
		{space: xep.NSPubSub, local: "pubsub", at: anywhere, get: (*Bridge).items},
		{space: xep.NSVCard, local: "vCard", at: anywhere, get: plain(func(b *Bridge, q *asked) []byte { return xep.VCard(b.card(q.id, &q.twin, b.readers.lang(q.user))) })},
		{space: xep.NSVCard4, local: "vcard", at: anywhere, get: plain(func(b *Bridge, q *asked) []byte { return xep.VCard4(b.card(q.id, &q.twin, b.readers.lang(q.user))) })},
		{space: xep.NSCommands, local: "command", at: anywhere, set: (*Bridge).command},
		{space: xep.NSVersion, local: "query", at: anywhere, get: plain((*Bridge).softwareVersion)},
		{space: xep.NSLast, local: "query", at: anywhere, get: plain((*Bridge).lastActivity)},
		{space: xep.NSTime, local: "time", at: anywhere, get: plain((*Bridge).entityTime)},
		{space: xep.NSRegister, local: "query", at: atHouse, get: (*Bridge).registrationForm, set: (*Bridge).register},
		{space: xep.NSGateway, local: "query", at: atHouse, get: (*Bridge).gatewayPrompt, set: (*Bridge).gatewayJID},
		{space: xep.NSSearch, local: "query", at: atHouse, get: (*Bridge).searchForm, set: (*Bridge).search},
		{space: xep.NSSensorData, local: "req", at: anywhere, get: (*Bridge).readout, set: (*Bridge).readout},
		{space: xep.NSSensorData, local: "cancel", at: anywhere, set: plain(func(*Bridge, *asked) []byte { return nil })}, // nothing is under way
		{space: xep.NSEvents, local: "subscribe", at: atDevice, set: (*Bridge).subscribe},
		{space: xep.NSEvents, local: "unsubscribe", at: atDevice, set: (*Bridge).unsubscribe},
		{space: xep.NSControl, local: "set", at: anywhere, set: (*Bridge).control},
		{space: xep.NSControl, local: "getForm", at: anywhere, get: (*Bridge).controlForm},
		{space: xep.NSRoster, local: "query", at: atHouse, set: (*Bridge).rosterPush, hidden: true},
		{space: xmpp.NSPing, local: "ping", at: anywhere, get: plain(func(*Bridge, *asked) []byte { return nil })},
	}
}

// plain is the reply of a query that has no nodes and never fails.
func plain(payload func(b *Bridge, q *asked) []byte) reply {
	return func(b *Bridge, _ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
		if q.node != "" {
			return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
		}
		return payload(b, q), nil
	}
}

// hearIQ answers an iq: with what was asked, or with an error.
func (b *Bridge) hearIQ(ctx context.Context, s *xmpp.Stanza) {
	if s.Type != "get" && s.Type != "set" {
		b.hearAbilities(s)
		return
	}
	var q asked
	payload, refusal := b.answerIQ(ctx, s, &q)
	if refusal != nil {
		b.reply(ctx, xmpp.AppendErrorReply(nil, s, *refusal))
		return
	}
	b.reply(ctx, xmpp.AppendResult(nil, s, payload))
	if q.then != nil {
		q.then()
	}
}

// answerIQ returns the payload of a result, or an error. It fills q in.
func (b *Bridge) answerIQ(ctx context.Context, s *xmpp.Stanza, q *asked) ([]byte, *xmpp.StanzaError) {
	if len(s.Children) != 1 { // RFC 6120 8.2.3
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest}
	}
	payload := &s.Children[0]
	fromServer := s.From.Local() == ""
	if fromServer && payload.Space == xmpp.NSPing && s.Type == "get" {
		return nil, nil // a server may know that we live, and no more
	}
	*q = asked{
		from: s.From, user: s.From.Bare(), to: s.To, id: b.contactOf(s),
		node: payload.Attr("node"), lang: s.Lang, payload: payload,
	}
	if refusal := b.refuse(q.user, q.id); refusal != nil {
		return nil, refusal
	}
	if q.id != house {
		q.twin, _ = b.Registry.Get(q.id)
		if q.twin.Device == nil {
			return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
		}
	}
	answer := replyTo(s.Type, payload, q.target())
	if answer == nil {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ServiceUnavailable}
	}
	return answer(b, ctx, q)
}

// replyTo returns who answers an iq, or nil when it is not understood there.
func replyTo(iqType string, payload *xmpp.Element, at target) reply {
	all := queries()
	i := slices.IndexFunc(all, func(q query) bool {
		return q.space == payload.Space && q.local == payload.Local && q.at&at != 0
	})
	switch {
	case i < 0:
		return nil
	case iqType == "set":
		return all[i].set
	}
	return all[i].get
}

func (b *Bridge) softwareVersion(*asked) []byte {
	return xep.Version("thingbridge", b.Version, runtime.GOOS)
}

func (b *Bridge) entityTime(*asked) []byte { return xep.EntityTime(time.Now()) }

// lastActivity says when a device was last heard of, and of one that cannot be
// reached also how it was; of the house, how long the gateway runs (XEP-0012 3
// to 5).
func (b *Bridge) lastActivity(q *asked) []byte {
	since, status := b.started, ""
	if q.twin.Device != nil && !q.twin.LastSeen.IsZero() {
		since = q.twin.LastSeen
	}
	if q.twin.Device != nil && q.twin.Availability == devices.Offline {
		status = talk.StatusLine(&q.twin, b.readers.lang(q.user))
	}
	return xep.LastActivity(time.Since(since), status)
}
