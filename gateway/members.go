package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/xmpp"
)

// maxMembers bounds how many users are registered. Each was granted access by name
// or by server.
const maxMembers = 10_000

// member is what is kept of a registered user.
type member struct {
	Everything bool                        `json:"everything"` // wants all things as contacts
	Kept       map[devices.ID]*roster.Kept `json:"kept,omitempty"`
}

// members is the users who registered with the house (XEP-0077), and what we did to
// their rosters.
type members struct {
	store  Questions
	prefix string // of their keys in the store

	mu    sync.Mutex
	known map[xmpp.JID]*member
	dirty map[xmpp.JID]bool // to be stored
	due   map[xmpp.JID]bool // whose rosters are to be looked at, and whether because they have joined
	left  map[xmpp.JID]bool // who have gone, and whose contacts are to go
	wake  chan struct{}
}

func loadMembers(ctx context.Context, store Questions, self xmpp.JID) (*members, error) {
	m := &members{
		store: store, prefix: "member/" + self.String() + "/",
		known: make(map[xmpp.JID]*member), dirty: make(map[xmpp.JID]bool), due: make(map[xmpp.JID]bool), left: make(map[xmpp.JID]bool),
		wake: make(chan struct{}, 1),
	}
	stored, err := store.List(ctx, m.prefix)
	if err != nil {
		return nil, err
	}
	for key, text := range stored {
		user, err := xmpp.ParseJID(strings.TrimPrefix(key, m.prefix))
		it := &member{}
		if err == nil {
			err = json.Unmarshal(text, it)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		m.known[user] = it
	}
	return m, nil
}

func (m *members) has(user xmpp.JID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[user] != nil
}

// all returns the registered users, and whether each wants everything.
func (m *members) all() map[xmpp.JID]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[xmpp.JID]bool, len(m.known))
	for user, it := range m.known {
		all[user] = it.Everything
	}
	return all
}

// join registers a user, and stores that before it returns.
func (m *members) join(ctx context.Context, user xmpp.JID, everything bool) error {
	m.mu.Lock()
	it := m.known[user]
	if it == nil && len(m.known) >= maxMembers {
		m.mu.Unlock()
		return fmt.Errorf("%d users are registered already", maxMembers)
	}
	if it == nil {
		it = &member{}
		m.known[user] = it
	}
	it.Everything = everything
	delete(m.left, user)
	m.mu.Unlock()
	if err := m.save(ctx, user); err != nil {
		return err
	}
	m.mu.Lock()
	m.due[user] = true
	m.mu.Unlock()
	wake(m.wake)
	return nil
}

// leave forgets a user, whose contacts are then taken away.
func (m *members) leave(ctx context.Context, user xmpp.JID) error {
	if err := m.store.Delete(ctx, m.prefix+user.String()); err != nil {
		return err
	}
	m.mu.Lock()
	delete(m.known, user)
	delete(m.dirty, user)
	m.left[user] = true
	m.mu.Unlock()
	wake(m.wake)
	return nil
}

// look makes a user's roster be looked at.
func (m *members) look(user xmpp.JID) {
	m.mu.Lock()
	if !m.due[user] {
		m.due[user] = false
	}
	m.mu.Unlock()
	wake(m.wake)
}

// take returns whose rosters are to be looked at, and who have left.
func (m *members) take() (due, left map[xmpp.JID]bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	due, left = m.due, m.left
	m.due, m.left = make(map[xmpp.JID]bool), make(map[xmpp.JID]bool)
	return due, left
}

// gaveUp notes that a user does not want a contact any more.
func (m *members) gaveUp(user xmpp.JID, id devices.ID) { m.keep(user, id, &roster.Kept{Removed: true}) }

// keep remembers what was done to a contact in a user's roster; nil forgets it.
func (m *members) keep(user xmpp.JID, id devices.ID, kept *roster.Kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	it := m.known[user]
	if it == nil {
		return
	}
	if it.Kept == nil {
		it.Kept = make(map[devices.ID]*roster.Kept)
	}
	if kept == nil {
		delete(it.Kept, id)
	} else if _, known := it.Kept[id]; known || len(it.Kept) < devices.MaxDevices {
		it.Kept[id] = kept
	}
	m.dirty[user] = true
}

// kept returns what is remembered of a user's roster.
func (m *members) kept(user xmpp.JID) map[devices.ID]*roster.Kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	if it := m.known[user]; it != nil {
		return maps.Clone(it.Kept)
	}
	return nil
}

// flush stores what changed. What cannot be stored stays to be stored.
func (m *members) flush(ctx context.Context) error {
	m.mu.Lock()
	users := make([]xmpp.JID, 0, len(m.dirty))
	for user := range m.dirty {
		users = append(users, user)
	}
	m.mu.Unlock()
	for _, user := range users {
		if err := m.save(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

func (m *members) save(ctx context.Context, user xmpp.JID) error {
	m.mu.Lock()
	delete(m.dirty, user)
	it := m.known[user]
	if it == nil {
		m.mu.Unlock()
		return nil
	}
	text, err := json.Marshal(it)
	m.mu.Unlock()
	if err == nil {
		err = m.store.Put(ctx, m.prefix+user.String(), text)
	}
	if err != nil {
		m.mu.Lock()
		m.dirty[user] = true
		m.mu.Unlock()
	}
	return err
}
