package gateway

import (
	"context"
	"sync"

	"thingbridge/gateway/xmpp"
)

const (
	maxConversations = 256 // going on at once
	maxUnread        = 32  // stanzas of one conversation that wait

	// Presences that wait, of one user and of all. A user who logs in with a thousand
	// contacts probes all of them at once, and what was refused is not sent again.
	maxUserPresences = 4096
	maxPresences     = 16_384
)

// conversation is who speaks to whom. An iq does not wait behind a message, whose
// answer may take as long as a device does. The presences of a user are one
// conversation, whatever the contact: they need no device.
type conversation struct {
	user    xmpp.JID
	contact string
	kind    xmpp.Kind
}

// conversations handles what arrives: in order within a conversation, side by
// side between conversations, and never on the link's reader.
type conversations struct {
	handle func(context.Context, *xmpp.Stanza)
	ctx    context.Context // of all handlers; ends after close has waited long enough
	cancel context.CancelFunc
	active sync.WaitGroup

	mu        sync.Mutex
	closed    bool
	presences int                             // that wait
	waiting   map[conversation][]*xmpp.Stanza // of active conversations
}

func newConversations(handle func(context.Context, *xmpp.Stanza)) *conversations {
	ctx, cancel := context.WithCancel(context.Background())
	return &conversations{handle: handle, ctx: ctx, cancel: cancel, waiting: make(map[conversation][]*xmpp.Stanza)}
}

// add hands a stanza to its conversation, and returns false when there is no
// room for it.
func (c *conversations) add(s *xmpp.Stanza) bool {
	key, most := keyOf(s), maxUnread
	if s.Kind == xmpp.Presence {
		most = maxUserPresences
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	queue, active := c.waiting[key]
	if c.closed || len(queue) >= most || !active && len(c.waiting) >= maxConversations {
		return false
	}
	if s.Kind == xmpp.Presence {
		if c.presences >= maxPresences {
			return false
		}
		c.presences++
	}
	c.waiting[key] = append(queue, s)
	if !active {
		c.active.Go(func() { c.run(key) })
	}
	return true
}

func keyOf(s *xmpp.Stanza) conversation {
	key := conversation{s.From.Bare(), s.To.Local(), s.Kind}
	if s.Kind == xmpp.Presence {
		key.contact = ""
	}
	return key
}

// more reports whether others of its conversation wait behind a stanza that is
// being handled.
func (c *conversations) more(s *xmpp.Stanza) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting[keyOf(s)]) > 0
}

func (c *conversations) run(key conversation) {
	for {
		c.mu.Lock()
		queue := c.waiting[key]
		if len(queue) == 0 {
			delete(c.waiting, key)
			c.mu.Unlock()
			return
		}
		s := queue[0]
		c.waiting[key] = queue[1:]
		if s.Kind == xmpp.Presence {
			c.presences--
		}
		c.mu.Unlock()
		c.handle(c.ctx, s)
	}
}

// close takes nothing more, and returns when all that was taken is handled; when
// ctx ends first, the handlers are told to hurry.
func (c *conversations) close(ctx context.Context) {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	stop := context.AfterFunc(ctx, c.cancel)
	defer stop()
	c.active.Wait()
	c.cancel()
}
