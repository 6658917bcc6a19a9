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

// contacts owns who sees what, and what each contact was last told.
type contacts struct {
	Identity

	mu   sync.Mutex
	byID map[devices.ID]*contact
}

// contact is one address with the users that it has to do with. A device becomes
// one when somebody subscribes to it, or at once where the server tells the
// subscribers.
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

// has reports whether a device is a contact: whether anybody has to do with it.
func (c *contacts) has(id devices.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.byID[id]
	return ok
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
	state := roster.State{From: roster.From(sub.From), To: roster.To(sub.To)}
	if state.From > roster.FromPending || state.To > roster.ToRefused {
		return fmt.Errorf("subscription of %s to %s: the states %d and %d are none", user, bare, sub.From, sub.To)
	}
	if id, ok := c.Contact(bare); ok {
		c.set(id, user, state)
	}
	return nil // a subscription to an address of before is kept for when it comes back
}

// state returns the subscriptions between a user and a contact.
func (c *contacts) state(id devices.ID, user xmpp.JID) roster.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if contact, ok := c.byID[id]; ok {
		return contact.subscribers[user]
	}
	return roster.State{}
}

// set changes the subscriptions between a user and a contact.
func (c *contacts) set(id devices.ID, user xmpp.JID, state roster.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	if !ok {
		if state == (roster.State{}) {
			return
		}
		it = c.add(id)
	}
	if state != (roster.State{}) {
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

// subscribed returns who sees a contact, in a fixed order, and its full JID.
func (c *contacts) subscribed(id devices.ID) (full xmpp.JID, users []xmpp.JID) {
	return c.those(id, func(s roster.State) bool { return s.From == roster.FromYes })
}

// those returns the users whose state with a contact is such, in a fixed order,
// and the contact's full JID.
func (c *contacts) those(id devices.ID, such func(roster.State) bool) (full xmpp.JID, users []xmpp.JID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	if !ok {
		return xmpp.JID{}, nil
	}
	users = make([]xmpp.JID, 0, len(it.subscribers))
	for user, state := range it.subscribers {
		if such(state) {
			users = append(users, user)
		}
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

// verdict is what is to be done about a contact's face.
type verdict uint8

const (
	leave  verdict = iota // nothing: it is known, or nobody sees it
	later                 // it is told when its interval has passed
	tell                  // it is told when there is time
	urgent                // it is told before others
)

// decide returns what is to be done about a contact whose face is next, and when
// that is later, when.
func (c *contacts) decide(id devices.ID, next face, interval time.Duration, now time.Time) (what verdict, due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	it, ok := c.byID[id]
	switch {
	case !ok:
		return leave, time.Time{}
	case it.toldAt.IsZero():
		return tell, time.Time{}
	case it.told.urgent(next):
		return urgent, time.Time{}
	case !it.told.differs(next):
		return leave, time.Time{}
	case now.Sub(it.toldAt) < interval:
		return later, it.toldAt.Add(interval)
	}
	return tell, time.Time{}
}

// tell notes that a contact is told its face.
func (c *contacts) tell(id devices.ID, f face, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok {
		it.told, it.toldAt = f, now
	}
}

// answered notes that a contact's only subscriber has been told its face in
// answer to a stanza, so that it is not told again.
func (c *contacts) answered(id devices.ID, f face, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if it, ok := c.byID[id]; ok && len(it.subscribers) == 1 && !c.broadcast(id) { // all who see it
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
