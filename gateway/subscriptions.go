package gateway

import (
	"context"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// hearPresence handles what concerns subscriptions. That a user is available is
// news for feeds and for the outbox alone.
func (b *Bridge) hearPresence(ctx context.Context, s *xmpp.Stanza) {
	user := s.From.Bare()
	b.meet(ctx, s)
	if s.Type != "unavailable" {
		b.Outbox.Available(user.String())
		b.feeds.available(user) // a server that probes for its user shows as well that the user is back
	}
	event, ok := roster.EventOf(s.Type)
	if !ok {
		return
	}
	b.readers.learn(ctx, user, s.Lang, "")
	id := b.contactOf(s)
	b.returned.forget(sight{id, user})
	state := b.contacts.state(id, user)
	permission := roster.Denied
	if b.mayView(user, id) && (id == house || state == roster.From || b.exists(id)) {
		permission = roster.Allowed
	}
	to := user
	if event == roster.Probe {
		to = s.From // RFC 6121 4.3.2: the answer goes to who probed
	}
	b.applyTransition(ctx, id, user, to, roster.Next(state, event, permission))
}

func (b *Bridge) exists(id devices.ID) bool {
	_, ok := b.Registry.Get(id)
	return ok
}

// applyTransition stores what becomes of a subscription, then answers.
func (b *Bridge) applyTransition(ctx context.Context, id devices.ID, user, to xmpp.JID, next roster.Transition) {
	before := b.contacts.state(id, user)
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
	if next.Answer.Presence == roster.Current && !b.contacts.broadcast(id) {
		out = b.appendCurrent(out, id, full, user, to)
	}
	if next.Answer.Type == "subscribed" {
		out = b.appendNews(out, id, b.visitors.wishes(user))
	}
	b.reply(ctx, out)
}

func (b *Bridge) keepSubscription(ctx context.Context, id devices.ID, user xmpp.JID, before, after roster.State) error {
	if before == after {
		return nil
	}
	bare, _ := b.Identity.Address(id)
	if after == roster.None {
		if err := b.Subscriptions.DeleteSubscription(ctx, user.String(), bare.String()); err != nil {
			return err
		}
	} else if err := b.Subscriptions.SaveSubscription(ctx, subscription(user, bare, after)); err != nil {
		return err
	}
	b.contacts.set(id, user, after)
	b.Log.Info().Stringer("jid", user).Stringer("contact", bare).Bool("sees", after == roster.From).Msg("subscription changed")
	return nil
}

func subscription(user, contact xmpp.JID, state roster.State) store.Subscription {
	return store.Subscription{User: user.String(), Contact: contact.String(), From: uint8(state)}
}
