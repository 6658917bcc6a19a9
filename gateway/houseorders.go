package gateway

import (
	"context"
	"fmt"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

// houseRequest is what a user asks of the house.
func (b *Bridge) houseRequest(user xmpp.JID, text string, lang talk.Lang) talk.HouseRequest {
	return talk.HouseRequest{
		Text: text, Lang: lang, Twins: b.visible(user, b.Registry.All()),
		Role: b.policy.Load().House(user), House: houseView{b, user}, Reloads: b.Reload != nil, Forgets: b.Memory != nil,
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
		err = b.AddContacts(ctx, user, order.Devices)
		log = log.Str("order", "add contacts")
	case talk.RemoveContacts:
		err = b.RemoveContacts(ctx, user, order.Devices)
		log = log.Str("order", "remove contacts")
	case talk.Accept:
		err = b.Inbox.Accept(ctx, order.Newcomers)
		log = log.Str("order", "accept").Strs("newcomers", order.Newcomers)
	case talk.Refuse:
		err = b.Inbox.Refuse(ctx, order.Newcomers)
		log = log.Str("order", "refuse").Strs("newcomers", order.Newcomers)
	case talk.Forget:
		err = b.forget(ctx, order.Devices)
		log = log.Str("order", "forget").Any("forgotten", order.Devices)
	case talk.Replace:
		err = b.Memory.Adopt(ctx, order.Devices[0], order.Devices[1])
		log = log.Str("order", "replace").Any("replaced", order.Devices)
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

// forget forgets devices, as far as it goes.
func (b *Bridge) forget(ctx context.Context, ids []devices.ID) error {
	for _, id := range ids {
		if err := b.Memory.Forget(ctx, id); err != nil {
			return fmt.Errorf("forget %s: %w", id, err)
		}
	}
	return nil
}

// Written returns where in the configuration a device is described.
func (v houseView) Written(id devices.ID) (place string, ok bool) {
	return v.bridge.Memory.Written(id)
}

// Adopts reports whether devices of an adapter can go on as others of it.
func (v houseView) Adopts(adapter string) bool { return v.bridge.Memory.Adopts(adapter) }

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
	return bare.String(), v.bridge.contacts.state(id, v.user).From == roster.FromYes
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
