package gateway

import (
	"context"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/meaning"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// acknowledge says at once that a message has arrived, to who asks and may speak
// to the contact (XEP-0184): it does not wait for what is done about those before
// it. A message that comes again is acknowledged again.
func (b *Bridge) acknowledge(s *xmpp.Stanza) {
	if s.Kind != xmpp.Message || s.Type == "groupchat" || s.ID == "" || !xep.WantsReceipt(s) {
		return
	}
	m := meaning.Of(s)
	id := b.contactOf(s)
	if m.Kind == meaning.Nothing || m.Kind == meaning.Notice || b.refuse(s.From.Bare(), id) != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), busyTimeout)
	defer cancel()
	b.reply(ctx, b.appendNotice(s, id, xep.AppendStore(xep.AppendReceipt(nil, s.ID))))
}

// markDisplayed says that a message was read, and what it asked for was done.
func (b *Bridge) markDisplayed(ctx context.Context, r *remark) {
	if r.m.Markable && r.m.ID != "" {
		b.reply(ctx, b.appendNotice(r.s, r.id, xep.AppendStore(xep.AppendDisplayed(nil, r.m.ID))))
	}
}

// appendNotice writes a message without a body to the client that sent s.
func (b *Bridge) appendNotice(s *xmpp.Stanza, id devices.ID, payload []byte) []byte {
	_, from := b.Identity.Address(id)
	out := append([]byte(nil), "<message type='chat' from='"...)
	out = xmpp.AppendAttr(out, from.String())
	out = append(out, "' to='"...)
	out = xmpp.AppendAttr(out, s.From.String())
	out = append(out, "' id='"...)
	out = append(out, messageID(time.Now())...)
	out = append(out, "'>"...)
	out = append(out, payload...)
	return append(out, "</message>"...)
}

// bounced notes that an answer came back with an error. An error that will pass
// says nothing of who does not want answers.
func (b *Bridge) bounced(s *xmpp.Stanza) {
	why := s.Own("error")
	if _, ours := madeAt(s.ID); !ours || why == nil || why.Attr("type") == string(xmpp.Wait) {
		return
	}
	user, id := s.From.Bare(), b.contactOf(s)
	if b.refuse(user, id) == nil { // strangers are not remembered
		b.dialogues.with(sight{id, user}, func(d *dialogue.Dialogue) { d.Bounce(time.Now()) })
	}
}

// maxSeen is how many messages are known to have arrived; the oldest are forgotten
// first.
const maxSeen = 1000

// seen knows which of our messages have arrived, and which were looked at.
type seen struct {
	mu    sync.Mutex
	order []seenKey // in which they came to be known
	known map[seenKey]Fate
}

type seenKey struct {
	user xmpp.JID
	id   string
}

// Fate is what became of a message of ours. A zero time says that it is not known.
type Fate struct{ Delivered, Displayed time.Time }

// note takes that a user has got a message of ours, and has looked at it.
func (s *seen) note(user xmpp.JID, m *meaning.Message, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.update(seenKey{user, m.Delivered}, func(f *Fate) { f.Delivered = now })
	s.update(seenKey{user, m.Displayed}, func(f *Fate) { f.Displayed = now })
}

func (s *seen) update(key seenKey, change func(*Fate)) {
	if _, ours := madeAt(key.id); !ours {
		return
	}
	if s.known == nil {
		s.known = make(map[seenKey]Fate)
	}
	fate, ok := s.known[key]
	if !ok {
		if len(s.order) >= maxSeen {
			delete(s.known, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, key)
	}
	change(&fate)
	s.known[key] = fate
}

// Fate returns what became of the message with that id to a user.
func (b *Bridge) Fate(user xmpp.JID, id string) Fate {
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	return b.seen.known[seenKey{user.Bare(), id}]
}
