package gateway

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// contacts owns who is subscribed to what, and what each contact was last told.
type contacts struct {
	Identity

	mu   sync.Mutex
	byID map[devices.ID]*contact
}

// contact is one address with its subscribers. A device becomes one when
// somebody subscribes to it, or at once where the server tells the subscribers.
type contact struct {
	bare, full  xmpp.JID
	subscribers map[xmpp.JID]roster.State
	told        face
	toldAt      time.Time // zero: nobody was told on this stream
	shown       shown
	shownAt     time.Time // when that was last pushed or published
	isShown     bool      // on this stream
}

func newContacts(identity Identity) *contacts {
	c := &contacts{Identity: identity, byID: make(map[devices.ID]*contact)}
	if id, ok := identity.Broadcasts(); ok {
		c.add(id)
	}
	return c
}

// add makes a contact without subscribers. The caller holds mu.
func (c *contacts) add(id devices.ID) *contact {
	it := &contact{subscribers: make(map[xmpp.JID]roster.State)}
	it.bare, it.full = c.Address(id)
	c.byID[id] = it
	return it
}

// broadcast reports whether the server tells a contact's presence to those who
// are subscribed.
func (c *contacts) broadcast(id devices.ID) bool {
	self, ok := c.Broadcasts()
	return ok && self == id
}

// load takes a subscription of the last run.
func (c *contacts) load(sub store.Subscription) error {
	user, err := xmpp.ParseJID(sub.User)
	if err != nil {
		return fmt.Errorf("subscription of %q to %s: %w", sub.User, sub.Contact, err)
	}
	bare, err := xmpp.ParseJID(sub.Contact)
	if err != nil {
		return fmt.Errorf("subscription of %s to %q: %w", user, sub.Contact, err)
	}
	if id, ok := c.Contact(bare); ok && roster.State(sub.From) == roster.From {
		c.set(id, user, roster.From)
	}
	return nil // a subscription to an address of before is kept for when it comes back
}

// state returns the subscription of user to a contact.
func (c *contacts) state(id devices.ID, user xmpp.JID) roster.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if contact, ok := c.byID[id]; ok {
		return contact.subscribers[user]
	}
	return roster.None
}

// set changes the subscription of user to a contact.
func (c *contacts) set(id devices.ID, user xmpp.JID, state roster.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	if !ok {
		if state == roster.None {
			return
		}
		it = c.add(id)
	}
	if state != roster.None {
		it.subscribers[user] = state
		return
	}
	delete(it.subscribers, user)
	if len(it.subscribers) == 0 && !c.broadcast(id) {
		delete(c.byID, id)
	}
}

// audience returns to whom a contact's presence is sent, in a fixed order, and its
// full JID. The zero JID stands for the server, which tells all.
func (c *contacts) audience(id devices.ID) (full xmpp.JID, users []xmpp.JID) {
	if c.broadcast(id) {
		_, full = c.Address(id)
		return full, []xmpp.JID{{}}
	}
	return c.subscribed(id)
}

// subscribed returns who is subscribed to a contact, in a fixed order, and its
// full JID.
func (c *contacts) subscribed(id devices.ID) (full xmpp.JID, users []xmpp.JID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	if !ok {
		return xmpp.JID{}, nil
	}
	users = make([]xmpp.JID, 0, len(it.subscribers))
	for user := range it.subscribers {
		users = append(users, user)
	}
	slices.SortFunc(users, func(a, b xmpp.JID) int { return strings.Compare(a.String(), b.String()) })
	return it.full, users
}

// all returns the IDs of all contacts, in order.
func (c *contacts) all() []devices.ID {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := make([]devices.ID, 0, len(c.byID))
	for id := range c.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// decide notes that a contact is about to be told its face, and returns true;
// or returns false with the time at which it shall be told, zero for not at all.
func (c *contacts) decide(id devices.ID, next face, interval time.Duration, now time.Time) (tell bool, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	if !ok {
		return false, time.Time{}
	}
	switch {
	case it.toldAt.IsZero() || it.told.urgent(next):
	case !it.told.differs(next):
		return false, time.Time{}
	case now.Sub(it.toldAt) < interval:
		return false, it.toldAt.Add(interval)
	}
	it.told, it.toldAt = next, now
	return true, time.Time{}
}

// answered notes that a contact's only subscriber has been told its face in
// answer to a stanza, so that it is not told again.
func (c *contacts) answered(id devices.ID, f face, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok && len(it.subscribers) == 1 && !c.broadcast(id) {
		it.told, it.toldAt = f, now
	}
}

// forgetTold makes a contact be told again, whatever it was told before.
func (c *contacts) forgetTold(id devices.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok {
		it.toldAt, it.isShown = time.Time{}, false
	}
}
