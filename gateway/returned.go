package gateway

import (
	"context"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/xmpp"
)

const (
	maxReturned = 1000 // presences that wait to be told again
	firstRetry  = 30 * time.Second
	lastRetry   = time.Hour
)

// returned is the presences that came back with an error: a server that was away
// for a moment must not leave its users with what they saw before. They are told
// again after longer and longer, until the user is heard of or nothing comes back.
type returned struct {
	mu      sync.Mutex
	waiting map[sight]retell
}

// sight is one user's view of one contact.
type sight struct {
	id   devices.ID
	user xmpp.JID
}

type retell struct {
	at    time.Time // when it is told again, or was
	told  bool
	delay time.Duration
}

// note takes a presence that came back.
func (r *returned) note(s sight, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = make(map[sight]retell)
	}
	it, known := r.waiting[s]
	if !known && len(r.waiting) >= maxReturned || known && !it.told {
		return
	}
	delay := min(max(2*it.delay, firstRetry), lastRetry)
	r.waiting[s] = retell{at: now.Add(delay), delay: delay}
}

// forget drops a sight: the user was heard of.
func (r *returned) forget(s sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, s)
}

// due returns the sights whose time has come, and forgets those that were told
// again long ago and did not come back.
func (r *returned) due(now time.Time) []sight {
	r.mu.Lock()
	defer r.mu.Unlock()
	var due []sight
	for s, it := range r.waiting {
		switch {
		case it.told && now.Sub(it.at) > lastRetry:
			delete(r.waiting, s)
		case !it.told && !now.Before(it.at):
			it.told = true
			r.waiting[s] = it
			due = append(due, s)
		}
	}
	return due
}

// retell tells the contacts again whose presence came back.
func (a *announcer) retell(ctx context.Context) {
	for _, s := range a.returned.due(time.Now()) {
		if a.contacts.state(s.id, s.user).From != roster.FromYes || a.contacts.broadcast(s.id) {
			a.returned.forget(s)
			continue
		}
		_, full := a.Identity.Address(s.id)
		a.reply(ctx, a.appendCurrent(nil, s.id, full, s.user, s.user))
	}
}
