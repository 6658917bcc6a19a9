package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/room"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	maxRoomsOfOne = 5   // of one contact
	maxRooms      = 50  // of all contacts of a bridge
	maxTodo       = 16  // actions of one membership that wait
	maxUttered    = 16  // questions of one room that wait
	maxLimited    = 200 // occupants that are counted at a time

	enterPace  = 300 * time.Millisecond // between two rooms after a new stream
	roomTick   = 250 * time.Millisecond
	tellByRoom = time.Minute // between two things that a room can make us tell one user
)

// Memberships is where rooms survive a restart.
type Memberships interface {
	Put(ctx context.Context, key string, value []byte) error
	List(ctx context.Context, prefix string) (map[string][]byte, error)
	Delete(ctx context.Context, key string) error
}

// roomKey is one contact in one room.
type roomKey struct {
	contact devices.ID
	room    xmpp.JID
}

// invited is what is stored of a membership.
type invited struct {
	Contact  devices.ID
	Room     xmpp.JID
	By       xmpp.JID // whose rights are the most that anybody has in the room
	Nick     string
	Password string `json:",omitempty"`
	Known    bool   // was in
}

// membership is one contact's life in one room. The mutex of rooms guards all of it
// but Contact and Room, which never change.
type membership struct {
	invited
	state     room.State
	occupants room.Occupants
	todo      []room.Action

	uttered []utterance
	busy    bool // somebody answers what was uttered
	answers *rate.Limiter
	limits  map[string]*roomLimit // by occupant
	refused time.Time             // when somebody hidden was refused last

	looked time.Time
	shown  face // what the room was told last
	since  time.Time
}

func (m *membership) key() roomKey { return roomKey{m.Contact, m.Room} }

// rooms is the group chats that contacts are in.
type rooms struct {
	work   chan struct{} // there is something to do
	ctx    context.Context
	cancel context.CancelFunc
	active sync.WaitGroup

	storing sync.Mutex // held while the store is changed; before mu

	mu     sync.Mutex
	linked bool
	closed bool
	in     map[roomKey]*membership
	told   map[xmpp.JID]time.Time // when a room made us tell a user something
}

func newRooms() *rooms {
	ctx, cancel := context.WithCancel(context.Background())
	return &rooms{
		work: make(chan struct{}, 1), ctx: ctx, cancel: cancel,
		in: make(map[roomKey]*membership), told: make(map[xmpp.JID]time.Time),
	}
}

// roomFeatures is what contacts announce of group chats. The house does not say
// that it knows XEP-0045: a component that does is taken for a place with rooms.
func roomFeatures(at target) []string {
	if at == atHouse {
		return []string{xep.NSConference}
	}
	return []string{xep.NSMUC, xep.NSConference}
}

// loadRooms takes the memberships of the last run.
func (b *Bridge) loadRooms(ctx context.Context) error {
	b.rooms = newRooms()
	stored, err := b.Rooms.List(ctx, b.roomStoreKey(""))
	if err != nil {
		return err
	}
	for key, text := range stored {
		var inv invited
		if err := json.Unmarshal(text, &inv); err != nil || inv.Room.IsZero() || inv.Nick == "" {
			b.Log.Warn().Str("key", key).Msg("a stored room cannot be read and is left out")
			continue
		}
		b.rooms.add(inv)
	}
	return nil
}

// roomStoreKey is where a membership is stored; with "" it begins those of all
// memberships of this bridge.
func (b *Bridge) roomStoreKey(rest string) string {
	self, _ := b.Identity.Address(house)
	return "room/" + self.String() + "/" + rest
}

func (b *Bridge) storeRoom(ctx context.Context, inv invited) error {
	text, err := json.Marshal(inv)
	if err != nil {
		return err
	}
	return b.Rooms.Put(ctx, b.roomStoreKey(string(inv.Contact)+"/"+inv.Room.String()), text)
}

// add makes a membership. The caller holds mu, or is alone.
func (r *rooms) add(inv invited) *membership {
	m := &membership{
		invited: inv, state: room.State{Base: inv.Nick, Known: inv.Known},
		answers: newRoomLimiter(), limits: make(map[string]*roomLimit),
	}
	r.in[m.key()] = m
	return m
}

// step takes an event, and has done what follows from it. The caller holds mu.
func (r *rooms) step(m *membership, e room.Event, now time.Time) {
	var actions []room.Action
	m.state, actions = m.state.Step(e, now, rand.Float64())
	if len(actions) == 0 {
		return
	}
	if len(m.todo)+len(actions) > maxTodo && m.state.Phase != room.Over {
		return // it is entered anew when the room's answer does not come
	}
	m.todo = append(m.todo, actions...)
	wake(r.work)
}

// sorted returns all memberships in a fixed order. The caller holds mu.
func (r *rooms) sorted() []*membership {
	all := make([]*membership, 0, len(r.in))
	for _, m := range r.in {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *membership) int {
		return cmp.Or(cmp.Compare(a.Contact, b.Contact), cmp.Compare(a.Room.String(), b.Room.String()))
	})
	return all
}

// up has all rooms entered, one after the other.
func (r *rooms) up(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.linked = true
	for i, m := range r.sorted() {
		r.step(m, room.Event{Kind: room.Connected, Delay: time.Duration(i) * enterPace}, now)
	}
}

func (r *rooms) down(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.linked = false
	for _, m := range r.in {
		m.todo = nil
		r.step(m, room.Event{Kind: room.Lost}, now)
	}
}

// mayTake reports whether a user may take a contact into a room. Into which the
// house goes may decide whoever may control something: it does there nothing that
// the user could not do.
func (b *Bridge) mayTake(user xmpp.JID, id devices.ID) bool {
	policy := b.policy.Load()
	if id == house {
		return policy.Most(user) >= access.Control
	}
	return policy.Role(user, id) >= access.Control
}

// roleIn is what a user may do with a device in a room to which another invited.
// Who is behind a nick is what the room says. So nobody can do more there than who
// invited, who thereby vouches for the room; and nobody administers.
func (b *Bridge) roleIn(user, by xmpp.JID, id devices.ID) access.Role {
	policy := b.policy.Load()
	return min(policy.Role(user, id), policy.Role(by, id), access.Control)
}

// mayTell reports whether a room may make us tell a user something now.
func (r *rooms) mayTell(user xmpp.JID, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.told[user]) < tellByRoom {
		return false
	}
	if len(r.told) >= maxReaders {
		clear(r.told)
	}
	r.told[user] = now
	return true
}

// nickOf returns what a contact wants to be called in a room.
func (b *Bridge) nickOf(id devices.ID, in xmpp.JID, lang talk.Lang) string {
	nick := talk.HouseNick(lang)
	if twin, ok := b.Registry.Get(id); ok && id != house {
		nick = twin.Device.Title()
	}
	for _, try := range []string{nick, string(id)} {
		if occupant, err := in.WithResource(try); err == nil && occupant.Resource() != "" {
			return occupant.Resource()
		}
	}
	return "thing"
}

// occupant returns the address of a nick in a room.
func occupantIn(in xmpp.JID, nick string) (xmpp.JID, error) {
	jid, err := in.WithResource(nick)
	if err != nil {
		return xmpp.JID{}, fmt.Errorf("nick %q: %w", nick, err)
	}
	return jid, nil
}
