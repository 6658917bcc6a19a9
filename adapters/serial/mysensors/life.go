package mysensors

import (
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

const (
	// burst is within what messages of a node are one: it reports all it has.
	burst = 2 * time.Second
	// quiet is after what silence a node that does not sleep is asked.
	quiet = 10 * time.Minute
	// probes are the questions, probePause what lies between them.
	probes     = 3
	probePause = 15 * time.Second
	// rhythm is how many pauses make a rhythm, and uneven how much longer the longest can
	// be than the shortest.
	rhythm = 8
	uneven = 2.5
	// doubt and despair are the multiples of a rhythm after which a node may be dead, and
	// is taken for it.
	doubt, despair = 3, 10
)

// life is what is known of whether a node can be reached.
type life struct {
	told    devices.Availability
	heard   time.Time // zero: not since the port was opened
	pauses  [rhythm]time.Duration
	paused  int  // pauses that were heard
	listens bool // it has answered a question after a silence, so that it does not sleep
	quietly bool // it was asked after a silence and did not answer: it may be one that sleeps and says nothing of it
	asked   int  // questions since it was heard
	next    time.Time

	questioned time.Time // when it was asked last and has not answered
}

// lost forgets what cannot be known after the port was closed.
func (l *life) lost() {
	l.heard, l.asked, l.next, l.questioned = time.Time{}, 0, time.Time{}, time.Time{}
}

// answered takes note of a heartbeat and reports whether it was asked for.
func (l *life) answered(at time.Time) bool {
	asked := !l.questioned.IsZero() && at.Sub(l.questioned) < 2*probePause
	l.questioned = time.Time{}
	return asked
}

// hear takes note that the node has said something.
func (l *life) hear(at time.Time) {
	if pause := at.Sub(l.heard); !l.heard.IsZero() && pause >= burst {
		l.pauses[l.paused%rhythm] = pause
		l.paused++
		if l.paused == 2*rhythm {
			l.paused = rhythm
		}
	}
	l.heard = at
}

// longest is the longest pause of late, and steady whether the pauses are a rhythm.
func (l *life) longest() (longest time.Duration, steady bool) {
	shortest := time.Duration(0)
	for _, pause := range l.pauses[:min(l.paused, rhythm)] {
		longest = max(longest, pause)
		if shortest == 0 || pause < shortest {
			shortest = pause
		}
	}
	return longest, l.paused >= rhythm && float64(longest) <= uneven*float64(shortest)
}

// patience is after which silences a node may be dead, and is taken for it; 0: never.
func (n *node) patience() (unknown, offline time.Duration) {
	longest, steady := n.longest()
	switch {
	case n.given.Silence > 0:
		return n.given.Silence, n.given.Silence
	case n.sleeps && max(n.period, longest) > 0:
		longest = max(n.period, longest)
		return max(doubt*longest, 5*time.Minute), max(despair*longest, 24*time.Hour)
	case steady:
		return max(doubt*longest, 5*time.Minute), max(despair*longest, time.Hour)
	}
	return max(doubt*longest, 24*time.Hour), 0 // it speaks when there is something to say
}

// heard takes note that a node has said something.
func (c *Controller) heard(r *codec.Result, n *node, at time.Time) {
	if n.told == devices.Offline && n.listens && n.life.asked > probes {
		n.listens = false // it was taken for dead because it did not listen; it has to prove again that it does
	}
	n.hear(at)
	n.next = time.Time{}
	c.watches = sooner(c.watches, at.Add(minSilence))
	c.tell(r, n, devices.Online)
}

// tell says whether a node can be reached, when that is news.
func (c *Controller) tell(r *codec.Result, n *node, a devices.Availability) {
	if n.told == a {
		return
	}
	n.told = a
	if n.announced {
		r.Availability = append(r.Availability, devices.Presence{Device: n.id, Availability: a})
	}
}

// watch looks after the nodes that are silent.
func (c *Controller) watch(r *codec.Result, now time.Time) time.Time {
	if c.watches.IsZero() || now.Before(c.watches) {
		return c.watches
	}
	c.watches = time.Time{}
	for _, n := range c.nodes {
		if n != nil && len(n.slots) > 0 {
			c.watches = sooner(c.watches, c.look(r, n, now))
		}
	}
	return c.watches
}

// look decides what the silence of a node means, and returns when to look again.
func (c *Controller) look(r *codec.Result, n *node, now time.Time) time.Time {
	since := n.heard
	if since.IsZero() {
		since = c.opened
	}
	unknown, offline := n.patience()
	asks := !n.sleeps && n.given.Silence == 0 && n.number != gateway
	var next time.Time
	if asks && !n.quietly {
		next = c.probe(r, n, since, now)
	}
	if n.listens && asks {
		return next
	}
	silence := now.Sub(since)
	switch {
	case offline > 0 && silence >= offline:
		c.tell(r, n, devices.Offline)
		return next
	case silence >= unknown:
		if n.told == devices.Online {
			c.tell(r, n, devices.Unknown)
		}
		if offline > 0 {
			next = sooner(next, since.Add(offline))
		}
		return next
	}
	return sooner(next, since.Add(unknown))
}

// probe asks a silent node for a heartbeat, and returns when to do so again. One that
// listens and does not answer is dead, and is asked now and then whether it is back;
// another may sleep and say nothing of it, and is left alone.
func (c *Controller) probe(r *codec.Result, n *node, since, now time.Time) time.Time {
	if n.next.IsZero() {
		n.life.asked, n.next = 0, since.Add(quiet)
	}
	switch {
	case now.Before(n.next):
		return n.next
	case n.life.asked < probes:
		n.next = now.Add(probePause)
	case !n.listens:
		n.quietly = true
		return time.Time{}
	default:
		n.next = now.Add(quiet)
		c.tell(r, n, devices.Offline)
	}
	n.life.asked++
	n.questioned = now
	c.send(r, message{node: n.number, child: itself, command: internal, kind: heartbeatRequest})
	return n.next
}

// askSignal asks a node that listens how well it hears.
func (c *Controller) askSignal(r *codec.Result, n *node) {
	c.send(r, message{node: n.number, child: itself, command: internal, kind: signalRequest, payload: []byte("R")})
}
