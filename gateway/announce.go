package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

const (
	gather       = 10 * time.Millisecond  // changes that come within it are one
	dueTick      = 200 * time.Millisecond // how exactly presence.interval is kept
	staleTick    = 30 * time.Second       // how often it is looked for devices that have fallen silent
	changesTaken = 128                    // at once
	goodbyeChunk = 32 << 10               // bytes of a farewell that are handed to the link at once
)

// announce tells contacts' faces to those who see them, until ctx ends.
func (b *Bridge) announce(ctx context.Context) {
	a := announcer{Bridge: b, waiting: make(map[devices.ID]time.Time)}
	cursor := b.Registry.Changes()
	defer cursor.Close()
	due := time.NewTicker(dueTick)
	defer due.Stop()
	stale := time.NewTicker(staleTick)
	defer stale.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-cursor.Ready():
			if !pause(ctx, gather) {
				return
			}
			a.take(ctx, cursor)
		case <-due.C:
			a.tellDue(ctx)
			a.retell(ctx)
		case <-stale.C:
			a.revoke(ctx)
			a.tellAll(ctx)
		case <-b.reconfigured:
			a.revoke(ctx)
			a.tellAll(ctx)
		case <-b.streamUp:
			a.reply(ctx, a.appendProbes(nil))
			for _, id := range b.contacts.all() {
				b.contacts.forgetTold(id)
				a.backlog.add(id, false)
			}
		case <-a.turn():
		}
		a.catchUp(ctx)
	}
}

// announcer is the state of the announcing loop.
type announcer struct {
	*Bridge
	waiting map[devices.ID]time.Time // contacts whose interval has not passed, and when it will have
	pace    pace
	backlog backlog
	batch   []devices.Change
	out     []byte
}

// take tells what changed.
func (a *announcer) take(ctx context.Context, cursor *devices.Cursor) {
	for {
		a.batch = cursor.Take(a.batch[:0], changesTaken)
		for i := range a.batch {
			change := &a.batch[i]
			if change.Removed {
				a.tell(ctx, change.ID, face{gone: true}, nil)
				continue
			}
			a.decidePending(ctx, change.ID)
			a.tellTwin(ctx, &change.Twin)
		}
		if len(a.batch) == 0 {
			break
		}
		clear(a.batch)
	}
	a.tellHouse(ctx)
}

// tellDue tells the contacts whose interval has passed.
func (a *announcer) tellDue(ctx context.Context) {
	now := time.Now()
	for id, due := range a.waiting {
		if now.Before(due) {
			continue
		}
		delete(a.waiting, id)
		a.tellID(ctx, id)
	}
}

// tellAll tells all contacts for which that is worth it.
func (a *announcer) tellAll(ctx context.Context) {
	for _, id := range a.contacts.all() {
		a.tellID(ctx, id)
	}
}

func (a *announcer) tellID(ctx context.Context, id devices.ID) {
	if id == house {
		a.tellHouse(ctx)
		return
	}
	twin, ok := a.Registry.Get(id)
	if !ok {
		a.tell(ctx, id, face{gone: true}, nil)
		return
	}
	a.tellTwin(ctx, &twin)
}

func (a *announcer) tellTwin(ctx context.Context, twin *devices.Twin) {
	if !a.contacts.has(twin.Device.ID) {
		return // nobody sees it
	}
	a.tell(ctx, twin.Device.ID, a.faceOf(twin), func(user xmpp.JID) string {
		return talk.StatusLine(twin, a.readers.lang(user))
	})
}

// tellHouse tells the house, whose text differs by what a user may see.
func (a *announcer) tellHouse(ctx context.Context) {
	if _, users := a.contacts.audience(house); len(users) == 0 {
		return
	}
	twins := a.Registry.All()
	f := a.houseFace(talk.English)
	f.text = talk.HouseStatus(twins, talk.English)
	a.tell(ctx, house, f, func(user xmpp.JID) string {
		return a.houseStatus(user, twins)
	})
}

// tell sends a contact's face to all who see it, when that is worth it and its
// time and turn have come.
func (a *announcer) tell(ctx context.Context, id devices.ID, f face, text func(xmpp.JID) string) {
	if text != nil {
		if a.contacts.broadcast(id) {
			a.show(ctx, id, shown{f.look, f.nick}) // so that who reads of it in the presence finds it
		}
		defer a.show(ctx, id, shown{f.look, f.nick})
	}
	now := time.Now()
	what, due := a.contacts.decide(id, f, a.presence.Load().Interval, now)
	switch what {
	case leave:
		return
	case later:
		a.waiting[id] = due
		return
	}
	delete(a.waiting, id)
	from, users := a.contacts.audience(id)
	if a.backlog.before(id, what == urgent) || !a.pace.allows(len(users), now) {
		a.backlog.add(id, what == urgent)
		return
	}
	a.contacts.tell(id, f, now)
	a.out = a.out[:0]
	for _, user := range users {
		line := ""
		if text != nil {
			line = text(user)
		}
		if id == house {
			f.nick = talk.HouseName(a.readers.lang(user))
		}
		a.out = appendPresence(a.out, from, user, &f, line)
	}
	if len(a.out) == 0 {
		return
	}
	if err := a.Link.Send(ctx, a.out); err != nil {
		a.contacts.forgetTold(id) // there is no stream; the next one tells all
	}
}

// sayGoodbye makes all contacts unavailable. It is not paced: a gateway that stops
// has little time, and what is not said leaves a contact green.
func (b *Bridge) sayGoodbye(ctx context.Context) {
	var out []byte
	for _, id := range b.contacts.all() {
		from, users := b.contacts.audience(id)
		for _, user := range users {
			out = appendPresence(out, from, user, &face{gone: true}, "")
		}
		if len(out) >= goodbyeChunk {
			if b.Link.Send(ctx, out) != nil {
				return
			}
			out = out[:0]
		}
	}
	if len(out) > 0 && b.Link.Send(ctx, out) != nil {
		return
	}
	if err := b.Link.Fence(ctx); err != nil {
		b.Log.Debug().Err(err).Msg("the server did not confirm that all contacts are unavailable")
	}
}

// houseStatus writes the status line of the house for one reader. Where the
// server tells all, it tells no numbers: they are not for everybody.
func (b *Bridge) houseStatus(user xmpp.JID, twins []devices.Twin) string {
	if user.IsZero() {
		return ""
	}
	return talk.HouseStatus(b.visible(user, twins), b.readers.lang(user))
}

// visible returns the twins that a user may see.
func (b *Bridge) visible(user xmpp.JID, twins []devices.Twin) []devices.Twin {
	policy := b.policy.Load()
	var out []devices.Twin
	for i := range twins {
		if policy.Role(user, twins[i].Device.ID) >= access.View {
			out = append(out, twins[i])
		}
	}
	return out
}

func (b *Bridge) mayView(user xmpp.JID, id devices.ID) bool {
	if id == house {
		return b.policy.Load().House(user) >= access.View
	}
	return b.policy.Load().Role(user, id) >= access.View
}

// pause waits, and reports whether ctx still lives.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
