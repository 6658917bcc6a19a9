package gateway

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/event"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	maxObservers      = 1000 // of all devices
	maxObserversOfOne = 8    // of one user at one device

	eventPrefix = "event-" // of the ids of messages to observers
)

// events is who wants to be told of changes, as sensor data. It is not kept over a
// restart, nor when the observer leaves.
type events struct {
	mu     sync.Mutex
	of     map[devices.ID][]*observer
	count  int
	signal chan struct{} // somebody came, or all are to be told
}

// observer is a client that was promised data of a device.
type observer struct {
	*event.Watch
	jid    xmpp.JID
	wanted xep.Readout
	again  time.Time // when it is looked at whatever happens; zero: never
}

func newEvents() *events {
	return &events{of: make(map[devices.ID][]*observer), signal: make(chan struct{}, 1)}
}

// subscribe promises data. A subscription under an id that the client has used at the
// device takes the place of the one before.
func (b *Bridge) subscribe(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	req, err := xep.DecodeEventRequest(q.payload)
	if err != nil {
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest, Text: err.Error()}
	}
	o := &observer{jid: q.from, wanted: xep.Readout{ID: strings.Clone(req.ID), Categories: req.Categories}}
	terms := event.Terms{Min: req.Min, Max: req.Max, AtOnce: req.AtOnce}
	terms.Of = func(p *devices.Property) bool { return categoryOf(p)&req.Categories != 0 }
	for _, r := range req.Rules {
		o.wanted.Fields = append(o.wanted.Fields, r.Field)
		terms.Rules = append(terms.Rules, event.Rule{Field: r.Field, Known: r.Known, By: r.By, Up: r.Up, Down: r.Down})
	}
	if missing := unknownField(o.wanted.Fields, []devices.Twin{q.twin}); missing != "" {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound, Text: "There is no field " + shortName(missing) + "."}
	}
	if !b.events.room(q.id, o) {
		return nil, &xmpp.StanzaError{
			Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "There are too many subscriptions; end one of them.",
		}
	}
	o.Watch = event.New(terms, &q.twin, time.Now())
	q.then = func() { b.events.add(q.id, o) } // the promise comes before the data
	return xep.AppendAccepted(nil, req.ID), nil
}

// unsubscribe ends a subscription.
func (b *Bridge) unsubscribe(_ context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	id := q.payload.Attr("id")
	ended := b.events.drop(q.id, func(o *observer) bool { return o.jid == q.from && o.wanted.ID == id })
	if ended == 0 {
		return nil, &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	}
	return nil, nil
}

// room reports whether there is room for an observer. The iqs of one user to one
// device come one after the other, so the bound of each user is exact.
func (e *events) room(id devices.ID, o *observer) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	mine, more := 0, 1
	for _, other := range e.of[id] {
		switch {
		case other.replacedBy(o):
			more = 0
		case other.jid.Bare() == o.jid.Bare():
			mine++
		}
	}
	return mine < maxObserversOfOne && e.count+more <= maxObservers
}

func (o *observer) replacedBy(other *observer) bool {
	return o.jid == other.jid && o.wanted.ID == other.wanted.ID
}

func (e *events) add(id devices.ID, o *observer) {
	e.drop(id, func(other *observer) bool { return other.replacedBy(o) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.of[id] = append(e.of[id], o)
	e.count++
	o.again = time.Now()
	wake(e.signal)
}

// drop ends subscriptions at one device, and returns how many.
func (e *events) drop(id devices.ID, gone func(*observer) bool) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := len(e.of[id])
	left := slices.DeleteFunc(e.of[id], gone)
	e.of[id] = left
	if len(left) == 0 {
		delete(e.of, id)
	}
	e.count -= before - len(left)
	return before - len(left)
}

// any reports whether there are observers.
func (e *events) any() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.count > 0
}

// watched reports whether a device has observers: most have none.
func (e *events) watched(id devices.ID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.of[id]) > 0
}

// leave ends all subscriptions of a client, or, when it is a bare address, of a user.
func (e *events) leave(jid xmpp.JID) {
	e.mu.Lock()
	all := make([]devices.ID, 0, len(e.of))
	for id := range e.of {
		all = append(all, id)
	}
	e.mu.Unlock()
	for _, id := range all {
		e.drop(id, func(o *observer) bool { return o.is(jid) })
	}
}

// is reports whether the observer is a client, or a client of a user.
func (o *observer) is(jid xmpp.JID) bool { return o.jid == jid || jid.IsBare() && o.jid.Bare() == jid }

// bounced takes a message that came back: its observer is there no more.
func (e *events) bounced(id devices.ID, s *xmpp.Stanza) {
	if strings.HasPrefix(s.ID, eventPrefix) {
		e.drop(id, func(o *observer) bool { return o.is(s.From) })
	}
}

// up has all observers told anew: what was sent while there was no stream is lost.
func (e *events) up() {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	for _, observers := range e.of {
		for _, o := range observers {
			o.Lost()
			o.again = now
		}
	}
	wake(e.signal)
}

// tellObservers tells observers of changes until ctx ends.
func (b *Bridge) tellObservers(ctx context.Context) {
	var cursor *devices.Cursor // open while there are observers: mostly there are none
	defer func() {
		if cursor != nil {
			cursor.Close()
		}
	}()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var batch []devices.Change
	for {
		cursor = b.observed(cursor)
		var ready <-chan struct{}
		if cursor != nil {
			ready = cursor.Ready()
		}
		select {
		case <-ctx.Done():
			return
		case <-ready:
			if !pause(ctx, gather) {
				return
			}
			batch = cursor.Take(batch[:0], changesTaken)
			for i := range batch {
				b.tellChange(ctx, &batch[i])
			}
			if len(batch) == changesTaken {
				wake(b.events.signal)
			}
			clear(batch)
		case <-b.events.signal:
		case <-timer.C:
		}
		timer.Reset(b.tellWaiting(ctx))
	}
}

// observed opens the cursor for the first observer, and closes it after the last.
func (b *Bridge) observed(cursor *devices.Cursor) *devices.Cursor {
	switch some := b.events.any(); {
	case some && cursor == nil:
		return b.Registry.Changes() // which begins with how all devices are
	case !some && cursor != nil:
		cursor.Close()
		return nil
	}
	return cursor
}

func (b *Bridge) tellChange(ctx context.Context, change *devices.Change) {
	if change.Removed {
		b.events.drop(change.ID, func(*observer) bool { return true })
		return
	}
	b.tellThose(ctx, &change.Twin, time.Now(), func(*observer) bool { return true })
}

// tellWaiting tells the observers whose time has come, and returns how long it is to
// the next.
func (b *Bridge) tellWaiting(ctx context.Context) time.Duration {
	now := time.Now()
	due := func(o *observer) bool { return !o.again.IsZero() && !o.again.After(now) }
	b.events.mu.Lock()
	var waiting []devices.ID
	for id, observers := range b.events.of {
		if slices.ContainsFunc(observers, due) {
			waiting = append(waiting, id)
		}
	}
	b.events.mu.Unlock()
	for _, id := range waiting {
		twin, ok := b.Registry.Get(id)
		if !ok {
			b.events.drop(id, func(*observer) bool { return true })
			continue
		}
		b.tellThose(ctx, &twin, now, due)
	}
	next := time.Hour
	b.events.mu.Lock()
	defer b.events.mu.Unlock()
	for _, observers := range b.events.of {
		for _, o := range observers {
			if !o.again.IsZero() {
				next = min(next, o.again.Sub(now))
			}
		}
	}
	return max(next, time.Millisecond)
}

// tellThose looks at a device for some of its observers, and tells those for whom it
// is time. Those who may not see it any more are told nothing again.
func (b *Bridge) tellThose(ctx context.Context, t *devices.Twin, now time.Time, those func(*observer) bool) {
	id, stale := t.Device.ID, b.presence.Load().Stale
	if !b.events.watched(id) {
		return
	}
	b.events.drop(id, func(o *observer) bool { return b.policy.Load().Role(o.jid.Bare(), id) < access.View })
	b.events.mu.Lock()
	var out []byte
	for _, o := range b.events.of[id] {
		if !those(o) {
			continue
		}
		var tell bool
		if tell, o.again = o.Look(t, now); !tell {
			continue
		}
		if samples := samplesOf(t, &o.wanted, now, stale); len(samples) > 0 {
			out = b.appendEventMessage(out, id, o, samples)
		}
	}
	b.events.mu.Unlock()
	b.reply(ctx, out)
}

func (b *Bridge) appendEventMessage(dst []byte, id devices.ID, o *observer, samples []xep.Sample) []byte {
	before := len(dst)
	_, from := b.Identity.Address(id)
	dst = append(dst, "<message from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, o.jid.String())
	dst = append(append(dst, "' id='"+eventPrefix...), strings.ToLower(rand.Text())...)
	dst = append(dst, "'>"...)
	dst = xep.AppendSensorData(dst, o.wanted.ID, samples)
	dst = append(xep.AppendNoStore(dst), "</message>"...)
	if len(dst)-before > maxCommand {
		return dst[:before] // no server would take it
	}
	return dst
}
