package gateway

import (
	"context"
	"errors"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// busyTimeout bounds the refusal of a stanza that nobody has time for. It is
// sent from the link's reader, which must not wait.
const busyTimeout = 10 * time.Millisecond

// Stanza is called by the link for each stanza that arrives.
func (b *Bridge) Stanza(s *xmpp.Stanza) {
	if _, ours := b.Identity.Contact(s.From); ours || s.From.IsZero() {
		b.hearOwnServer(s)
		return // one of us, or nobody to answer
	}
	if b.fromRoom(s) {
		return
	}
	if s.Kind != xmpp.IQ && s.Type == "error" { // never answered (RFC 6120 8.3.1)
		if s.Kind == xmpp.Message {
			b.feeds.bounced(s.From.Bare(), s.ID)
			b.bounced(s)
			b.events.bounced(b.contactOf(s), s)
			if mayPass(s.Err()) {
				b.Outbox.Returned(s.From.Bare().String(), s.ID)
			}
		} else {
			b.returned.note(sight{b.contactOf(s), s.From.Bare()}, time.Now())
		}
		return
	}
	if b.hearPrivilege(s) {
		return
	}
	b.acknowledge(s)
	if b.talks.add(s) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), busyTimeout)
	defer cancel()
	b.reply(ctx, xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{
		Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "Too many at once; try again in a moment.",
	}))
}

// mayPass reports whether a message that came back with err may be taken later:
// its recipient, or the server of its recipient, was not there (RFC 6121 8.5.2.2,
// RFC 6120 8.3.3). Others would only come back again.
func mayPass(err error) bool {
	refused := (*xmpp.StanzaError)(nil)
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Condition {
	case xmpp.RecipientUnavailable, xmpp.ServiceUnavailable, xmpp.RemoteServerNotFound, xmpp.RemoteServerTimeout,
		xmpp.InternalServerError, xmpp.ResourceConstraint:
		return true
	}
	return refused.Type == xmpp.Wait
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
		if !b.hearInvitation(ctx, s) {
			b.hearMessage(ctx, s)
		}
	case xmpp.IQ:
		b.hearIQ(ctx, s)
	}
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
