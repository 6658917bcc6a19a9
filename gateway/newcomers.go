package gateway

import (
	"context"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

const (
	newcomersQuiet = 3 * time.Second  // without another newcomer, before admins are told: a broker tells of all at once
	newcomersAtMax = 30 * time.Second // however many still come
	newcomersPace  = 5 * time.Minute  // between two messages about them
)

// Inbox holds devices that wait until an admin accepts them.
type Inbox interface {
	// Newcomers returns the devices that nobody accepted; ok is false where devices
	// need not be.
	Newcomers() (all []talk.Newcomer, ok bool)
	// Untold returns those that wait and of which no admin knows, and since when the
	// first and the last of them wait.
	Untold() (waiting []talk.Newcomer, first, last time.Time)
	// Told stores that admins know of newcomers.
	Told(ctx context.Context, waiting []talk.Newcomer) error
	// Accept lets newcomers in, by their Ref; Refuse keeps them out for good.
	Accept(ctx context.Context, refs []string) error
	Refuse(ctx context.Context, refs []string) error
}

// Memory is what knows devices that have announced themselves, although they may be
// gone.
type Memory interface {
	// Forget removes a device, and all that would make it known again without its help.
	Forget(ctx context.Context, id devices.ID) error
	// Written returns where in the configuration a device is described; ok is false for
	// one that has announced itself.
	Written(id devices.ID) (place string, ok bool)
	// Adopts reports whether devices of an adapter can go on as others of it.
	Adopts(adapter string) bool
	// Adopt has the device old go on with what is heard as the device now.
	Adopt(ctx context.Context, old, now devices.ID) error
}

// mayTellNewcomers decides whether admins are told of newcomers now: when no more
// come, and not again soon after the last time.
func mayTellNewcomers(first, last, told, now time.Time) bool {
	if !told.IsZero() && now.Sub(told) < newcomersPace {
		return false
	}
	return now.Sub(last) >= newcomersQuiet || now.Sub(first) >= newcomersAtMax
}

// tellNewcomers tells admins in one message that new devices wait for them.
func (f *follower) tellNewcomers(ctx context.Context, now time.Time) {
	if id, account := f.Identity.Broadcasts(); f.Inbox == nil || account && id != house {
		return
	}
	waiting, first, last := f.Inbox.Untold()
	if len(waiting) == 0 || !mayTellNewcomers(first, last, f.inboxTold, now) {
		return
	}
	admins := f.admins()
	if len(admins) == 0 {
		return
	}
	f.inboxTold = now
	if err := f.Inbox.Told(ctx, waiting); err != nil {
		f.Log.Warn().Err(err).Msg("that admins know of new devices is not stored; they may be told again")
	}
	for _, user := range admins {
		lang := f.readers.lang(user)
		q := question{ID: messageID(now), User: user, Contact: house, Lang: lang, At: now}
		f.answer(ctx, q, talk.Waiting(waiting, lang))
	}
}

// admins returns the users who run the house, as far as they are known: those that
// the configuration names, and those of its patterns who have the house as a contact.
func (b *Bridge) admins() []xmpp.JID {
	policy := b.policy.Load()
	users := policy.Admins()
	_, others := b.contacts.those(house, func(s roster.State) bool { return s.From == roster.FromYes })
	for user := range b.members.all() {
		others = append(others, user)
	}
	for _, user := range others {
		if policy.House(user) == access.Admin && !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// Newcomers returns the devices that no admin has accepted, for admins.
func (v houseView) Newcomers() (all []talk.Newcomer, ok bool) {
	if v.bridge.Inbox == nil || v.bridge.policy.Load().House(v.user) != access.Admin {
		return nil, false
	}
	return v.bridge.Inbox.Newcomers()
}
