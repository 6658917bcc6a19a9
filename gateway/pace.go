package gateway

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"thingbridge/devices"
)

// turnTick is how often contacts that wait for their turn are told.
const turnTick = 20 * time.Millisecond

// pace bounds how many presences are sent in a second, so that a house with a
// thousand things does not make its server stumble. What is saved up in half a
// second of silence can be spent at once: few changes wait for nothing.
type pace struct {
	limiter *rate.Limiter
	rate    int
}

// set changes the rate; 0 is the default.
func (p *pace) set(perSecond int) {
	if perSecond <= 0 {
		perSecond = defaultRate
	}
	if p.limiter != nil && p.rate == perSecond {
		return
	}
	p.rate = perSecond
	p.limiter = rate.NewLimiter(rate.Limit(perSecond), perSecond/2)
}

// allows takes n presences from what may be sent, and reports whether it could. A
// contact that more see than may ever be saved up takes all that is.
func (p *pace) allows(n int, now time.Time) bool {
	if p.limiter == nil {
		p.set(0)
	}
	return p.limiter.AllowN(now, min(n, p.limiter.Burst()))
}

// backlog is the contacts that wait for their turn, each once: what they look like
// is looked up when they are told. It is never longer than there are contacts.
type backlog struct {
	urgent, others []devices.ID
	waits          map[devices.ID]bool // whether urgently
	head           *devices.ID         // whose turn it is
}

// before reports whether others must be told before a contact.
func (b *backlog) before(id devices.ID, urgently bool) bool {
	switch {
	case b.head != nil && *b.head == id:
		return false
	case urgently:
		return len(b.urgent) > 0
	}
	return len(b.waits) > 0
}

func (b *backlog) add(id devices.ID, urgently bool) {
	if b.waits == nil {
		b.waits = make(map[devices.ID]bool)
	}
	if already, waits := b.waits[id]; waits && (already || !urgently) {
		return
	}
	b.waits[id] = urgently
	if urgently {
		b.urgent = append(b.urgent, id)
		return
	}
	b.others = append(b.others, id)
}

// next takes the contact whose turn it is.
func (b *backlog) next() (devices.ID, bool) {
	for _, queue := range []*[]devices.ID{&b.urgent, &b.others} {
		for len(*queue) > 0 {
			id := (*queue)[0]
			*queue = (*queue)[1:]
			if urgently, waits := b.waits[id]; waits && urgently == (queue == &b.urgent) {
				delete(b.waits, id)
				return id, true
			}
		}
		*queue = nil
	}
	return "", false
}

// turn yields when the next contacts that wait may be told; never while none does.
func (a *announcer) turn() <-chan time.Time {
	if len(a.backlog.waits) == 0 {
		return nil
	}
	return time.After(turnTick)
}

// catchUp tells the contacts that wait, as far as the pace allows.
func (a *announcer) catchUp(ctx context.Context) {
	a.pace.set(a.presence.Load().Rate)
	for ctx.Err() == nil {
		id, ok := a.backlog.next()
		if !ok {
			return
		}
		a.backlog.head = &id
		a.tellID(ctx, id)
		a.backlog.head = nil
		if _, again := a.backlog.waits[id]; again {
			return // there was no room: it is its turn again
		}
	}
}
