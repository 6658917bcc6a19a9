package gateway

import (
	"context"
	"fmt"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

// rosters makes devices contacts of a user, or takes them away.
type rosters interface {
	AddContacts(ctx context.Context, user xmpp.JID, ids []devices.ID) error
	RemoveContacts(ctx context.Context, user xmpp.JID, ids []devices.ID) error
}

// houseRequest is what a user asks of the house.
func (b *Bridge) houseRequest(user xmpp.JID, text string, lang talk.Lang) talk.HouseRequest {
	return talk.HouseRequest{
		Text: text, Lang: lang, Twins: b.visible(user, b.Registry.All()),
		Role: b.policy.Load().House(user), House: houseView{b, user}, Reloads: b.Reload != nil,
	}
}

// houseAnswer does what a plan for the house says and answers for it.
func (b *Bridge) houseAnswer(ctx context.Context, user xmpp.JID, plan *talk.Plan) string {
	if plan.Order == nil {
		return plan.Answer
	}
	return talk.Ordered(plan.Order, b.obey(ctx, user, plan.Order), plan.Lang)
}

// obey carries out an order to the house.
func (b *Bridge) obey(ctx context.Context, user xmpp.JID, order *talk.Order) error {
	log := b.Log.Info().Stringer("jid", user).Int("devices", len(order.Devices))
	var err error
	switch order.Verb {
	case talk.AddContacts:
		err = b.rosters.AddContacts(ctx, user, order.Devices)
		log = log.Str("order", "add contacts")
	case talk.RemoveContacts:
		err = b.rosters.RemoveContacts(ctx, user, order.Devices)
		log = log.Str("order", "remove contacts")
	case talk.Reload:
		err = b.Reload()
		log = log.Str("order", "reload")
	}
	if err != nil {
		b.Log.Warn().Err(err).Stringer("jid", user).Msg("an order to the house was not carried out")
		return err
	}
	log.Msg("order to the house")
	return nil
}

// houseView is what the house knows, for one user.
type houseView struct {
	bridge *Bridge
	user   xmpp.JID
}

// Contact returns the address of a device. An account has one contact only, which
// its user has to speak to it; the server keeps its subscriptions.
func (v houseView) Contact(id devices.ID) (address string, added bool) {
	if _, account := v.bridge.Identity.Broadcasts(); account {
		return "", false
	}
	bare, _ := v.bridge.Identity.Address(id)
	return bare.String(), v.bridge.contacts.state(id, v.user) == roster.From
}

func (v houseView) Stats() talk.Stats {
	stats := talk.Stats{Version: v.bridge.Version, Uptime: time.Since(v.bridge.started)}
	if link, ok := v.bridge.Link.(interface{ Status() xmpp.Status }); ok {
		status := link.Status()
		stats.In, stats.Out = status.StanzasIn, status.StanzasOut
		stats.Reconnects = max(status.Streams, 1) - 1
	}
	return stats
}

func (v houseView) Subscribers() []talk.Subscriber {
	var all []talk.Subscriber
	for _, id := range v.bridge.contacts.all() {
		bare, _ := v.bridge.Identity.Address(id)
		_, users := v.bridge.contacts.subscribed(id)
		for _, user := range users {
			all = append(all, talk.Subscriber{Contact: bare.String(), User: user.String()})
		}
	}
	return all
}

// requests asks users for their subscription, device by device: the way of a
// component that has no hand in their rosters.
type requests struct{ *Bridge }

// AddContacts has devices ask the user, in steps that a client can show.
func (r requests) AddContacts(ctx context.Context, user xmpp.JID, ids []devices.ID) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id devices.ID) bool { return !r.mayView(user, id) || !r.exists(id) })
	for some := range slices.Chunk(ids, resendStep) {
		var out []byte
		for _, id := range some {
			bare, _ := r.Identity.Address(id)
			out = appendSubscription(out, bare, user, "subscribe")
		}
		if err := r.Link.Send(ctx, out); err != nil {
			return fmt.Errorf("ask %s: %w", user, err)
		}
		pause(ctx, resendPause)
	}
	return nil
}

// RemoveContacts ends both subscriptions.
func (r requests) RemoveContacts(ctx context.Context, user xmpp.JID, ids []devices.ID) error {
	for _, id := range ids {
		r.applyTransition(ctx, id, user, user, roster.Transition{
			State: roster.None, Answer: roster.Answer{Type: "unsubscribed", Presence: roster.Gone},
		})
		bare, _ := r.Identity.Address(id)
		if err := r.Link.Send(ctx, appendSubscription(nil, bare, user, "unsubscribe")); err != nil {
			return fmt.Errorf("leave %s: %w", user, err)
		}
	}
	return nil
}
