package mysensors

import (
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
)

const (
	// usualWindow is how long a node listens before it sleeps if it does not say so.
	usualWindow = 500 * time.Millisecond
	// longestWindow bounds what a node can say.
	longestWindow = 5 * time.Minute
	// longestUp is how long a node that woke up is taken to be awake.
	longestUp = 30 * time.Second
	// longestSleep bounds the time that a node can say that it sleeps.
	longestSleep = 7 * 24 * time.Hour
)

// sleep is what is known of how a node sleeps. It tells so by "smart sleep": a message
// before and, from 2.2 on, another one after. The zero sleep never does.
type sleep struct {
	sleeps bool
	period time.Duration // that it said it slept
	window time.Time     // until when it listens, before it sleeps
	up     time.Time     // until when it is awake, after it slept
}

// awake reports whether a node that sleeps can hear something.
func (s *sleep) awake(now time.Time) bool { return now.Before(s.window) || now.Before(s.up) }

// beat takes a heartbeat: an answer to ours, or, of nodes of 2.0 and 2.1, that it is about
// to sleep.
func (c *Controller) beat(r *codec.Result, n *node, m *message, at time.Time) error {
	if _, ok := number(m.payload); !ok {
		return fmt.Errorf("node %d: a heartbeat of %q, want a number", n.number, shorten(m.payload))
	}
	switch {
	case n.life.answered(at):
		n.listens = true
		c.askSignal(r, n)
	case strings.HasPrefix(n.library, "2.0") || strings.HasPrefix(n.library, "2.1"):
		c.listen(r, n, usualWindow, at)
	}
	if n.stranger() {
		c.askPresentation(r, n, at)
	}
	return nil
}

// slept takes that a node is about to sleep, or has slept.
func (c *Controller) slept(r *codec.Result, n *node, m *message, at time.Time) error {
	ms, ok := number(m.payload)
	if !ok && len(m.payload) > 0 {
		return fmt.Errorf("node %d: %s %q, want milliseconds", n.number, internalKinds[m.kind], shorten(m.payload))
	}
	length := time.Duration(ms) * time.Millisecond
	if m.kind == preSleep {
		if !ok {
			length = usualWindow
		}
		c.listen(r, n, min(length, longestWindow), at)
		return nil
	}
	n.fallsAsleep()
	n.period, n.up = min(length, longestSleep), at.Add(longestUp)
	c.wake(r, n, at)
	return nil
}

// listen takes note that a node hears what it is told for so long, and sleeps then.
func (c *Controller) listen(r *codec.Result, n *node, window time.Duration, at time.Time) {
	n.fallsAsleep()
	n.window, n.up = at.Add(window), time.Time{}
	if n.kind == sNothing && len(n.children) == 0 {
		c.askPresentation(r, n, at)
	}
	c.wake(r, n, at)
}

// fallsAsleep takes note that the node is one of those that sleep.
func (n *node) fallsAsleep() {
	if !n.sleeps {
		n.sleeps, n.dirty = true, true
	}
	n.listens = false
}
