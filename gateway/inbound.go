package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/xmpp"
)

// busyTimeout bounds the refusal of a stanza that nobody has time for. It is
// sent from the link's reader, which must not wait.
const busyTimeout = 10 * time.Millisecond

// Stanza is called by the link for each stanza that arrives.
func (b *Bridge) Stanza(s *xmpp.Stanza) {
	if _, ours := b.Identity.Contact(s.From); ours || s.From.IsZero() {
		return // one of us, or nobody to answer
	}
	if s.Kind != xmpp.IQ && s.Type == "error" { // never answered (RFC 6120 8.3.1)
		if s.Kind == xmpp.Message {
			b.feeds.bounced(s.From.Bare(), s.ID)
		} else {
			b.returned.note(sight{b.contactOf(s), s.From.Bare()}, time.Now())
		}
		return
	}
	if b.talks.add(s) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), busyTimeout)
	defer cancel()
	b.reply(ctx, xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{
		Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "Too many at once; try again in a moment.",
	}))
}

// contactOf returns the contact that a stanza is for.
func (b *Bridge) contactOf(s *xmpp.Stanza) devices.ID {
	id, _ := b.Identity.Contact(s.To)
	return id
}

// converse handles the stanzas of one user to one contact, one after the other.
func (b *Bridge) converse(ctx context.Context, s *xmpp.Stanza) {
	switch s.Kind {
	case xmpp.Presence:
		b.hearPresence(ctx, s)
	case xmpp.Message:
		b.hearMessage(ctx, s)
	case xmpp.IQ:
		b.hearIQ(ctx, s)
	}
}

// hearPresence handles what concerns subscriptions. That a user is available is
// news for feeds alone.
func (b *Bridge) hearPresence(ctx context.Context, s *xmpp.Stanza) {
	user := s.From.Bare()
	if s.Type != "unavailable" {
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

// reply sends an answer that is worth nothing on another stream.
func (b *Bridge) reply(ctx context.Context, out []byte) {
	if len(out) == 0 {
		return
	}
	if err := b.Link.Send(ctx, out); err != nil {
		b.Log.Debug().Err(err).Msg("an answer was not sent")
	}
}
