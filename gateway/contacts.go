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

// house is the ID of the contact that stands for all devices: the component's
// own address. No device can have it.
const house devices.ID = ""

// contacts owns who is subscribed to what, and what each contact was last told.
type contacts struct {
	domain xmpp.JID

	mu   sync.Mutex
	byID map[devices.ID]*contact
}

// contact is one address with its subscribers. A device becomes one when
// somebody subscribes to it.
type contact struct {
	bare, full  xmpp.JID
	subscribers map[xmpp.JID]roster.State
	told        face
	toldAt      time.Time // zero: nobody was told on this stream
}

func newContacts(domain xmpp.JID) *contacts {
	return &contacts{domain: domain, byID: make(map[devices.ID]*contact)}
}

// load takes a subscription of the last run.
func (c *contacts) load(sub store.Subscription) error {
	user, err := xmpp.ParseJID(sub.User)
	if err != nil {
		return fmt.Errorf("subscription of %q to %s: %w", sub.User, sub.Contact, err)
	}
	bare, err := xmpp.ParseJID(sub.Contact)
	if err != nil || bare.Domain() != c.domain.Domain() {
		return fmt.Errorf("subscription of %s to %q: not an address of %s", user, sub.Contact, c.domain)
	}
	if roster.State(sub.From) == roster.From {
		c.set(devices.ID(bare.Local()), user, roster.From)
	}
	return nil
}

// address returns the addresses of a contact. An ID always makes a valid one.
func (c *contacts) address(id devices.ID) (bare, full xmpp.JID) {
	bare, err := xmpp.NewJID(string(id), c.domain.Domain(), "")
	if err != nil {
		bare = c.domain
	}
	full, _ = bare.WithResource(Resource)
	return bare, full
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
		it = &contact{subscribers: make(map[xmpp.JID]roster.State)}
		it.bare, it.full = c.address(id)
		c.byID[id] = it
	}
	if state != roster.None {
		it.subscribers[user] = state
		return
	}
	delete(it.subscribers, user)
	if len(it.subscribers) == 0 {
		delete(c.byID, id)
	}
}

// audience returns who sees a contact, in a fixed order, and its full JID.
func (c *contacts) audience(id devices.ID) (full xmpp.JID, users []xmpp.JID) {
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

// all returns the IDs of all contacts that have subscribers, in order.
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
	if it, ok := c.byID[id]; ok && len(it.subscribers) == 1 {
		it.told, it.toldAt = f, now
	}
}

// forgetTold makes a contact be told again, whatever it was told before.
func (c *contacts) forgetTold(id devices.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok {
		it.toldAt = time.Time{}
	}
}
