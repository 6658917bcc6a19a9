package homeassistant

import (
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// timer says when time alone changes a part.
type timer struct {
	due    time.Time // zero: not at all
	queued bool      // it stands in the alarms, maybe for an earlier time
	back   time.Duration
}

// alarm is a part that must be looked at, not before at.
type alarm struct {
	at   time.Time
	part *part
}

// alarms is a heap, the earliest first.
type alarms []alarm

func (a *alarms) push(it alarm) {
	*a = append(*a, it)
	s := *a
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].at.Before(s[up].at) {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (a *alarms) pop() alarm {
	s := *a
	first, end := s[0], len(s)-1
	s[0], s[end] = s[end], alarm{}
	s = s[:end]
	*a = s
	for i := 0; ; {
		down := 2*i + 1
		if down >= end {
			break
		}
		if down+1 < end && s[down+1].at.Before(s[down].at) {
			down++
		}
		if !s[down].at.Before(s[i].at) {
			break
		}
		s[i], s[down] = s[down], s[i]
		i = down
	}
	return first
}

// arm sets the timer of p, which has just reported.
func (d *Discovery) arm(h *hearing, p *part) {
	p.expired = false
	wait := p.expiry
	if p.timer.back > 0 {
		if on, _ := p.last.Boolean(); on && (wait == 0 || p.timer.back < wait) {
			wait = p.timer.back
		}
	}
	if wait == 0 {
		p.timer.due = time.Time{}
		return
	}
	p.timer.due = h.at.Add(wait)
	if !p.timer.queued {
		p.timer.queued = true
		d.alarms.push(alarm{p.timer.due, p})
	}
}

// Due appends to r what has expired or settled by now, and returns when to call it next.
func (d *Discovery) Due(r *convention.Result, now time.Time) (next time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.alarms) > 0 && !d.alarms[0].at.After(now) {
		p := d.alarms.pop().part
		p.timer.queued = false
		switch {
		case p.timer.due.IsZero():
		case p.timer.due.After(now): // it has reported since
			p.timer.queued = true
			d.alarms.push(alarm{p.timer.due, p})
		default:
			d.ring(r, p)
		}
	}
	d.settleDown(r, now)
	next = d.settling.due()
	if len(d.alarms) > 0 && (next.IsZero() || d.alarms[0].at.Before(next)) {
		next = d.alarms[0].at
	}
	return next
}

// ring does what the timer of p was set for.
func (d *Discovery) ring(r *convention.Result, p *part) {
	h := &hearing{discovery: d, result: r, at: p.timer.due, topic: p.entity.listeners[0].topic}
	p.timer.due = time.Time{}
	if on, _ := p.last.Boolean(); on && p.timer.back > 0 && (p.expiry == 0 || p.timer.back < p.expiry) {
		h.report(p, devices.Boolean(false))
		return
	}
	p.expired = true
	h.fault(p, fmt.Errorf("nothing was heard for %v, and it may be no older (expire_after)", p.expiry))
	d.judge(r, p.entity.group)
}
