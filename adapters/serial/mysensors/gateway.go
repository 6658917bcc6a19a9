package mysensors

import (
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
)

// How the gateway is asked whether it is there. It has to start anew when its port is
// opened, and may have a radio to set up.
const (
	askEvery  = time.Minute
	askAgain  = 5 * time.Second
	askedMost = 4
)

// link is what is known of the gateway.
type link struct {
	next  time.Time // when it is asked next; zero: the port is closed
	asked int       // times without an answer
}

// due asks the gateway for its version when it is time, and says when it does not answer
// any more.
func (l *link) due(c *Controller, r *codec.Result, now time.Time) time.Time {
	switch {
	case l.next.IsZero() || now.Before(l.next):
	case l.asked >= askedMost:
		r.Hung = fmt.Errorf("the gateway was asked for its version %d times and did not answer within %s", l.asked, askedMost*askAgain)
		l.asked, l.next = 0, now.Add(askEvery)
	default:
		l.asked++
		l.next = now.Add(askAgain)
		c.send(r, message{node: gateway, child: itself, command: internal, kind: version})
	}
	return l.next
}

// answered takes note that the gateway said its version.
func (l *link) answered(at time.Time) {
	l.asked = 0
	if !l.next.IsZero() {
		l.next = at.Add(askEvery)
	}
}
