package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/store"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// appearing is how long after the start a device that is not there may still
// come: its adapter has not spoken yet. Until then a request for it is kept, and
// afterwards refused.
const appearing = 2 * time.Minute

// hearPresence handles what concerns subscriptions. That a user is available is
// news for feeds and for the outbox alone.
func (b *Bridge) hearPresence(ctx context.Context, s *xmpp.Stanza) {
	user := s.From.Bare()
	b.meet(ctx, s)
	if s.Type != "unavailable" {
		b.Outbox.Available(user.String())
		b.feeds.available(user) // a server that probes for its user shows as well that the user is back
	}
	if s.Type == "unavailable" {
		b.events.leave(s.From)
	}
	event, ok := roster.EventOf(s.Type)
	if !ok {
		return
	}
	if event == roster.Available || event == roster.Unavailable {
		return // the tables say that neither changes a subscription
	}
	b.readers.learn(ctx, user, s.Lang, "")
	id := b.contactOf(s)
	b.returned.forget(sight{id, user})
	to := user
	if event == roster.Probe {
		to = s.From // RFC 6121 4.3.2: the answer goes to who probed
	}
	b.step(ctx, id, user, to, event)
	switch event {
	case roster.Subscribe:
		if id == house && b.contacts.state(id, user).From == roster.FromYes {
			b.step(ctx, house, user, user, roster.Ask) // nobody but the house asks unasked
		}
	case roster.Unsubscribe, roster.Unsubscribed:
		b.members.gaveUp(user, id)
		b.events.drop(id, func(o *observer) bool { return o.is(user) })
	}
	b.asking.heard(user)
}

// permission is what access says of a user and a contact.
func (b *Bridge) permission(user xmpp.JID, id devices.ID) roster.Permission {
	switch {
	case !b.mayView(user, id):
		return roster.Denied
	case id == house || b.exists(id):
		return roster.Allowed
	case time.Since(b.started) < appearing:
		return roster.Undecided
	}
	if state := b.contacts.state(id, user); state.From == roster.FromYes || state.To == roster.ToYes || state.To == roster.ToPending {
		return roster.Undecided // an adapter that is away takes no contact from anybody
	}
	return roster.Denied
}

func (b *Bridge) exists(id devices.ID) bool {
	_, ok := b.Registry.Device(id)
	return ok
}

// step lets an event happen to the subscriptions between a user and a contact:
// what becomes of them is stored, then what follows is sent to the user, presence
// to the address to.
func (b *Bridge) step(ctx context.Context, id devices.ID, user, to xmpp.JID, event roster.Event) {
	b.stepping.Lock()
	defer b.stepping.Unlock()
	before := b.contacts.state(id, user)
	next := roster.Next(before, event, b.permission(user, id))
	if err := b.keepSubscription(ctx, id, user, before, next.State); err != nil {
		// Without an answer the user's server asks again: better than a promise
		// that the next restart breaks.
		b.Log.Error().Err(err).Stringer("jid", user).Str("device", string(id)).Msg("subscription not stored, so not answered")
		return
	}
	bare, full := b.Identity.Address(id)
	var out []byte
	if next.Answer.Presence == roster.Gone && !b.contacts.broadcast(id) {
		out = appendPresence(out, full, to, &face{gone: true}, "")
	}
	if next.Answer.Type != "" {
		out = appendSubscription(out, bare, user, next.Answer.Type)
	}
	switch next.Answer.Own {
	case "":
	case "subscribe":
		out = b.appendAsk(out, id, bare, user)
	default:
		out = appendSubscription(out, bare, user, next.Answer.Own)
	}
	if next.Answer.Presence == roster.Current && !b.contacts.broadcast(id) {
		out = b.appendCurrent(out, id, full, user, to)
	}
	if next.Answer.Type == "subscribed" || (event == roster.Grant || event == roster.GrantBoth) && next.Answer.Presence == roster.Current {
		out = b.appendNews(out, id, b.visitors.wishes(user))
	}
	b.reply(ctx, out)
}

func (b *Bridge) keepSubscription(ctx context.Context, id devices.ID, user xmpp.JID, before, after roster.State) error {
	if before == after {
		return nil
	}
	bare, _ := b.Identity.Address(id)
	if after == (roster.State{}) {
		if err := b.Subscriptions.DeleteSubscription(ctx, user.String(), bare.String()); err != nil {
			return err
		}
	} else if err := b.Subscriptions.SaveSubscription(ctx, subscription(user, bare, after)); err != nil {
		return err
	}
	b.contacts.set(id, user, after)
	b.Log.Info().Stringer("jid", user).Stringer("contact", bare).
		Bool("sees", after.From == roster.FromYes).Bool("seen", after.To == roster.ToYes).Msg("subscription changed")
	return nil
}

// appendAsk appends the request of a contact to see a user, with its name
// (XEP-0172 4.2) and why it asks.
func (b *Bridge) appendAsk(dst []byte, id devices.ID, bare, user xmpp.JID) []byte {
	lang := b.readers.lang(user)
	name, thing := talk.HouseName(lang), ""
	if d, ok := b.Registry.Device(id); ok {
		name, thing = d.Title(), d.Title()
	}
	dst = append(dst, "<presence from='"...)
	dst = xmpp.AppendAttr(dst, bare.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, user.String())
	dst = append(dst, "' type='subscribe'><status>"...)
	dst = xmpp.AppendText(dst, talk.AskReason(thing, lang))
	dst = append(dst, "</status>"...)
	return append(xep.AppendNick(dst, name), "</presence>"...)
}

func subscription(user, contact xmpp.JID, state roster.State) store.Subscription {
	return store.Subscription{User: user.String(), Contact: contact.String(), From: uint8(state.From), To: uint8(state.To)}
}

// revoke ends the subscriptions of those who may no longer see a contact, or whose
// request nobody is left to grant.
func (b *Bridge) revoke(ctx context.Context) {
	for _, id := range b.contacts.all() {
		_, users := b.contacts.those(id, func(s roster.State) bool { return s != roster.State{To: roster.ToRefused} })
		for _, user := range users {
			if b.permission(user, id) == roster.Denied {
				b.step(ctx, id, user, user, roster.Revoke)
			}
		}
	}
}

// decidePending answers the requests for a device that has come.
func (b *Bridge) decidePending(ctx context.Context, id devices.ID) {
	_, users := b.contacts.those(id, func(s roster.State) bool { return s.From == roster.FromPending })
	for _, user := range users {
		b.step(ctx, id, user, user, roster.Subscribe)
	}
}

// appendProbes asks the servers of the users whom contacts see for their presence
// (RFC 6121 4.3.1): each user once, for all contacts are of one mind. Where the
// server keeps the subscriptions, it probes itself.
func (b *Bridge) appendProbes(dst []byte) []byte {
	if _, ok := b.Identity.Broadcasts(); ok {
		return dst
	}
	probed := make(map[xmpp.JID]bool)
	for _, id := range b.contacts.all() { // the house comes first
		bare, _ := b.Identity.Address(id)
		_, users := b.contacts.those(id, func(s roster.State) bool { return s.To == roster.ToYes })
		for _, user := range users {
			if !probed[user] {
				probed[user] = true
				dst = appendSubscription(dst, bare, user, "probe")
			}
		}
	}
	return dst
}
