package gateway

import (
	"sync"

	"thingbridge/gateway/xmpp"
)

// Bounds of the clients that are remembered; of more, nothing is known.
const (
	maxPresent   = 5_000 // users
	maxResources = 16    // clients of one user
)

// clients is which clients of users are available. It does not survive a restart:
// a probe tells it again.
type clients struct {
	mu   sync.Mutex
	here map[xmpp.JID][]xmpp.JID
}

// note takes that a client is available, or no longer.
func (c *clients) note(client xmpp.JID, available bool) {
	user := client.Bare()
	if client == user {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here == nil {
		c.here = make(map[xmpp.JID][]xmpp.JID)
	}
	all, known := c.here[user]
	for i := range all {
		if all[i] == client {
			if !available {
				all = append(all[:i:i], all[i+1:]...)
				c.here[user] = all
			}
			if len(all) == 0 {
				delete(c.here, user)
			}
			return
		}
	}
	if available && len(all) < maxResources && (known || len(c.here) < maxPresent) {
		c.here[user] = append(all, client)
	}
}

// of returns the available clients of a user.
func (c *clients) of(user xmpp.JID) []xmpp.JID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]xmpp.JID(nil), c.here[user]...)
}
