package gateway

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	askAtOnce   = 5               // requests that a user's phone shows at a time
	askPatience = 2 * time.Minute // for an answer, before others are asked for as well
	maxAskers   = 1000            // users who wait for contacts
	maxOffered  = 100             // contacts in one offer; a stanza holds them with room to spare
	infoTimeout = 5 * time.Second // for a client to say what it understands
)

// asking is the contacts that users want to be asked about, where nobody lets us
// write their rosters: a few at a time.
type asking struct {
	wake chan struct{}

	mu     sync.Mutex
	queues map[xmpp.JID]*askQueue
}

type askQueue struct {
	waiting []devices.ID
	offered bool                     // it was tried to offer all at once
	open    map[devices.ID]time.Time // asked for and not answered, since when
}

func newAsking(wake chan struct{}) *asking {
	return &asking{wake: wake, queues: make(map[xmpp.JID]*askQueue)}
}

// add queues contacts for a user, each once, and reports whether there was room.
func (a *asking) add(user xmpp.JID, ids []devices.ID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.queues[user]
	if q == nil {
		if len(a.queues) >= maxAskers {
			return false
		}
		q = &askQueue{open: make(map[devices.ID]time.Time)}
		a.queues[user] = q
	}
	q.offered = false
	for _, id := range ids {
		if _, open := q.open[id]; !open && !slices.Contains(q.waiting, id) {
			q.waiting = append(q.waiting, id)
		}
	}
	wake(a.wake)
	return true
}

// heard wakes the asking: a user may have answered.
func (a *asking) heard(user xmpp.JID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.queues[user] != nil {
		wake(a.wake)
	}
}

// forget drops what waits for a user.
func (a *asking) forget(user xmpp.JID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.queues, user)
}

func (a *asking) users() []xmpp.JID {
	a.mu.Lock()
	defer a.mu.Unlock()
	users := make([]xmpp.JID, 0, len(a.queues))
	for user := range a.queues {
		users = append(users, user)
	}
	return users
}

// next returns the contacts that a user is to be asked about now; answered says of
// one whether it was answered.
func (a *asking) next(user xmpp.JID, now time.Time, answered func(devices.ID) bool) []devices.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.queues[user]
	if q == nil {
		return nil
	}
	for id, since := range q.open {
		if answered(id) || now.Sub(since) > askPatience {
			delete(q.open, id)
		}
	}
	var ids []devices.ID
	for len(q.open) < askAtOnce && len(q.waiting) > 0 {
		id := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.open[id] = now
		ids = append(ids, id)
	}
	if len(q.open) == 0 && len(q.waiting) == 0 {
		delete(a.queues, user)
	}
	return ids
}

// all takes everything that waits for a user, once after each time that something
// was added.
func (a *asking) all(user xmpp.JID) []devices.ID {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.queues[user]
	if q == nil || q.offered {
		return nil
	}
	q.offered = true
	return slices.Clone(q.waiting)
}

// AddContacts gets a user the contacts of devices, of which those are left out that
// the user may not see or has already. Where the user's server lets us, they are put into the roster; else a client that
// understands it is offered all of them, or the devices ask one after the other,
// however often they were refused before. It does not wait for any of that.
func (b *Bridge) AddContacts(_ context.Context, user xmpp.JID, ids []devices.ID) error {
	user = user.Bare()
	var wanted []devices.ID
	for _, id := range ids {
		bare, _ := b.Identity.Address(id)
		at, ok := b.Identity.Contact(bare)
		if ok && at == id && id != house && b.exists(id) && b.mayView(user, id) && b.contacts.state(id, user).From != roster.FromYes {
			wanted = append(wanted, id)
		}
	}
	if len(wanted) > 0 && !b.asking.add(user, wanted) {
		return fmt.Errorf("%d users wait for contacts already; try again later", maxAskers)
	}
	return nil
}

// RemoveContacts takes the contacts of devices away from a user: they are no longer
// seen, and do not come back by themselves.
func (b *Bridge) RemoveContacts(ctx context.Context, user xmpp.JID, ids []devices.ID) error {
	user = user.Bare()
	for _, id := range ids {
		b.members.gaveUp(user, id)
		b.step(ctx, id, user, user, roster.Revoke)
		if b.grants.has(user) {
			if err := b.dropItem(ctx, user, id); err != nil {
				return fmt.Errorf("take %s out of the roster of %s: %w", id, user, err)
			}
		}
	}
	wake(b.members.wake)
	return nil
}

// ask does what users want who asked for contacts.
func (f *follower) ask(ctx context.Context) {
	for _, user := range f.asking.users() {
		if f.grants.has(user) {
			ids := f.asking.all(user)
			if f.write(ctx, user, func() error { return f.putAll(ctx, user, ids) }) {
				f.asking.forget(user)
				continue
			}
			f.asking.add(user, nil) // then otherwise
		}
		if ids := f.asking.all(user); len(ids) > 1 && f.offer(ctx, user, ids) {
			f.asking.forget(user)
			continue
		}
		answered := func(id devices.ID) bool {
			state := f.contacts.state(id, user)
			return state.To != roster.ToPending || state.From == roster.FromYes
		}
		for _, id := range f.asking.next(user, time.Now(), answered) {
			f.step(ctx, id, user, user, roster.Invite)
		}
	}
}

// putAll puts contacts into a roster because the user asked for them.
func (f *follower) putAll(ctx context.Context, user xmpp.JID, ids []devices.ID) error {
	have, err := f.rosterOf(ctx, user)
	if err != nil {
		return err
	}
	for _, id := range ids {
		want := f.entry(user, id)
		if want == nil {
			continue
		}
		if err := f.change(ctx, user, id, have[id], roster.Fill(want, have[id], nil)); err != nil {
			return err
		}
	}
	return nil
}

// offer offers contacts to a client of the user that understands it (XEP-0144), and
// reports whether there is one.
func (f *follower) offer(ctx context.Context, user xmpp.JID, ids []devices.ID) bool {
	self, from := f.Identity.Address(house)
	for _, client := range f.visitors.of(user) {
		waiting, cancel := context.WithTimeout(ctx, infoTimeout)
		info, err := f.Link.Request(waiting, client, func(dst []byte, id string) []byte {
			return appendIQ(dst, self, client, "get", id, []byte("<query xmlns='"+xep.NSDiscoInfo+"'/>"))
		})
		cancel()
		if err != nil || !xep.HasFeature(info, xep.NSRosterX) {
			continue
		}
		lang := f.readers.lang(user)
		for some := range slices.Chunk(ids, maxOffered) {
			var items []xep.RosterItem
			for _, id := range some {
				if entry := f.entry(user, id); entry != nil {
					bare, _ := f.Identity.Address(id)
					items = append(items, xep.RosterItem{JID: bare, Name: entry.Name, Groups: groupOf(entry.Group)})
				}
			}
			f.reply(ctx, appendOffer(nil, from, client, talk.ContactOffer(lang), items))
		}
		return true
	}
	return false
}

func groupOf(group string) []string {
	if group == "" {
		return nil
	}
	return []string{group}
}

func appendOffer(dst []byte, from, to xmpp.JID, text string, items []xep.RosterItem) []byte {
	dst = append(dst, "<message from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, to.String())
	dst = append(dst, "'><body>"...)
	dst = xmpp.AppendText(dst, text)
	dst = append(dst, "</body>"...)
	return append(xep.AppendRosterX(dst, items), "</message>"...)
}

// names returns the titles of devices, in order.
func (b *Bridge) names(ids []devices.ID) []string {
	var names []string
	for _, id := range ids {
		if d, ok := b.Registry.Device(id); ok {
			names = append(names, d.Title())
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
