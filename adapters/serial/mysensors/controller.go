package mysensors

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Controller is the codec of one gateway: what MySensors calls a controller.
type Controller struct {
	adapter string
	metric  bool
	numbers bool
	given   [lastNode + 1]*Node // what is configured
	nodes   [lastNode + 1]*node // that were ever heard of, or were given a number
	byID    map[devices.ID]*node

	lines     codec.Lines
	link      link
	orders    []order
	free      time.Time // when the gateway takes the next command
	granted   time.Time // when the last number was given
	opened    time.Time
	announces time.Time // when the next node is announced; zero: none waits
	watches   time.Time // when the next node is looked after
	faulty    bool      // the last line was none
}

var _ codec.Codec = (*Controller)(nil)

// New returns the controller of the gateway of an adapter. It fails where the section has
// a mistake, or gives a node the id that another one has by default.
func New(adapter string, cfg Config) (*Controller, error) {
	var mistake error
	cfg.Validate(func(path, problem string) {
		if mistake == nil {
			mistake = fmt.Errorf("%s: %s", path, problem)
		}
	})
	if mistake != nil {
		return nil, mistake
	}
	c := &Controller{adapter: adapter, metric: cfg.metric(), numbers: cfg.numbers(), lines: codec.NewLines("\n", maxLine), byID: make(map[devices.ID]*node)}
	for i := range cfg.Nodes {
		n := &cfg.Nodes[i]
		if text, ok := strings.CutPrefix(n.ID, adapter+"-"); ok {
			other, err := strconv.Atoi(text)
			if err == nil && other != n.Node && other >= gateway && other <= lastNode && string(c.defaultID(uint8(other))) == n.ID {
				return nil, fmt.Errorf("nodes[%d].id: %q is what node %d has by default; use another", i, n.ID, other)
			}
		}
		c.given[n.Node] = n
	}
	return c, nil
}

func (c *Controller) defaultID(number uint8) devices.ID {
	return devices.ID(c.adapter + "-" + strconv.Itoa(int(number)))
}

// node returns the node of that number, which it makes if nobody has heard of it.
func (c *Controller) node(number uint8) *node {
	if n := c.nodes[number]; n != nil {
		return n
	}
	n := &node{number: number, id: c.defaultID(number), metric: c.metric, kind: sNothing}
	if given := c.given[number]; given != nil {
		n.given = *given
		if given.ID != "" {
			n.id = devices.ID(given.ID)
		}
	}
	c.nodes[number], c.byID[n.id] = n, n
	return n
}

// Split finds a line.
func (c *Controller) Split(data []byte) (advance int, frame []byte, err error) {
	return c.lines.Split(data)
}

// Decode takes a line of the gateway.
func (c *Controller) Decode(r *codec.Result, frame []byte, at time.Time) {
	m, err := parse(frame)
	if err == nil && m.node == everybody {
		err = c.newcomer(r, &m, at)
	}
	if err != nil {
		c.faulty = true
		r.Faults = append(r.Faults, codec.Fault{Err: err})
		return
	}
	if c.faulty {
		c.faulty = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
	if m.node == everybody || c.echoed(r, &m) {
		return
	}
	fresh := c.nodes[m.node] == nil
	n := c.node(m.node)
	if fresh {
		c.keep(r, n) // so that its number is given to nobody else
	}
	c.heard(r, n, at)
	if err := c.take(r, n, &m, at); err != nil {
		n.faulty = true
		r.Faults = append(r.Faults, codec.Fault{Device: n.faultID(), Err: err})
	}
	c.settleDown(r, n, at)
}

// faultID is the device that a fault is at, if the node is one.
func (n *node) faultID() devices.ID {
	if !n.announced {
		return ""
	}
	return n.id
}

// echoed says of a line that nobody but us sends, that the port echoes.
func (c *Controller) echoed(r *codec.Result, m *message) bool {
	if m.command != internal {
		return false
	}
	switch m.kind {
	case heartbeatRequest, presentationRequest, discoverRequest, reboot, signalRequest, registrationResponse, idResponse:
	case timeOfDay:
		if len(m.payload) == 0 {
			return false
		}
	case configuration:
		if string(m.payload) != "M" && string(m.payload) != "I" {
			return false
		}
	case version:
		if m.node != gateway || len(m.payload) > 0 {
			return false
		}
	default:
		return false
	}
	c.faulty = true
	r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf("got what only a controller sends (%s): is another one at the gateway, or does the port echo?", internalKinds[m.kind])})
	return true
}

// take makes something of a message of a node.
func (c *Controller) take(r *codec.Result, n *node, m *message, at time.Time) error {
	switch m.command {
	case presentation:
		return c.presented(r, n, m, at)
	case set:
		return c.valued(r, n, m, at)
	case request:
		return c.requested(r, n, m, at)
	case internal:
		return c.internal(r, n, m, at)
	}
	what := "of type " + strconv.Itoa(int(m.kind))
	if m.kind <= lastStreamKind {
		what = streamKinds[m.kind]
	}
	return fmt.Errorf("node %d: a stream was passed over (%s): there is no firmware here to give", n.number, what)
}

// presented takes what a node or one of its children is.
func (c *Controller) presented(r *codec.Result, n *node, m *message, at time.Time) error {
	if m.child != itself {
		text, err := readText(m.payload)
		if err != nil {
			return fmt.Errorf("node %d, child %d: %w", n.number, m.child, err)
		}
		description, _ := text.Text()
		if err := n.present(m.child, m.kind, description); err != nil {
			return fmt.Errorf("node %d: %w", n.number, err)
		}
		if n.faulty {
			n.faulty = false
			r.Faults = append(r.Faults, codec.Fault{Device: n.faultID()})
		}
		return nil
	}
	if m.kind != sNode && m.kind != sRepeater {
		return fmt.Errorf("node %d presents itself as %d, want %d for a node or %d for a repeater", n.number, m.kind, sNode, sRepeater)
	}
	if library := strings.TrimSpace(string(m.payload)); n.kind != m.kind || n.library != library {
		n.kind, n.library, n.dirty = m.kind, library, true
	}
	n.sleep, n.listens, n.quietly = sleep{}, false, false // it has started anew, perhaps with another sketch
	c.wake(r, n, at)
	return nil
}

// valued takes a value.
func (c *Controller) valued(r *codec.Result, n *node, m *message, at time.Time) error {
	ch := n.child(m.child)
	if ch == nil {
		c.askPresentation(r, n, at)
		return fmt.Errorf("node %d: a value of child %d, which has not presented itself; it was asked to, else start the node anew", n.number, m.child)
	}
	p, err := n.need(ch, m.kind)
	if err != nil {
		return fmt.Errorf("node %d: %w", n.number, err)
	}
	c.confirm(r, n, m)
	c.report(r, n, ch, p, m, at)
	return nil
}

// requested answers who asks for a value: what it was told and has not yet taken, else
// what it said last.
func (c *Controller) requested(r *codec.Result, n *node, m *message, at time.Time) error {
	ch := n.child(m.child)
	if ch == nil {
		c.askPresentation(r, n, at)
		return nil
	}
	meaning, ok := meaningOf(ch.kind, m.kind)
	if ok && meaning.writable { // what it asks for it can be told
		if _, err := n.need(ch, m.kind); err != nil {
			return fmt.Errorf("node %d: %w", n.number, err)
		}
	}
	payload, known := ch.point(m.kind).value()
	if o := c.waiting(n.number, m.child, m.kind); o != nil {
		payload, known = []byte(o.payload), true
	}
	if known {
		c.send(r, message{node: n.number, child: m.child, command: set, kind: m.kind, payload: payload})
	}
	return nil
}

// askPresentation asks a node to present itself, once in a while.
func (c *Controller) askPresentation(r *codec.Result, n *node, at time.Time) {
	const pause = time.Minute
	if !n.asked.IsZero() && at.Sub(n.asked) < pause {
		return
	}
	n.asked = at
	c.send(r, message{node: n.number, child: itself, command: internal, kind: presentationRequest})
}

// send sends a message that nobody waits for.
func (c *Controller) send(r *codec.Result, m message) {
	r.Send = append(r.Send, codec.Frame{Bytes: m.appendLine(make([]byte, 0, 24+len(m.payload)))})
}

// Due takes note of the time.
func (c *Controller) Due(r *codec.Result, now time.Time) time.Time {
	next := c.link.due(c, r, now)
	next = sooner(next, c.dispatch(r, now))
	next = sooner(next, c.announceDue(r, now))
	return sooner(next, c.watch(r, now))
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Opened asks who is there.
func (c *Controller) Opened(r *codec.Result, now time.Time) {
	c.opened, c.free, c.watches = now, time.Time{}, now
	c.link = link{next: now}
	c.lines.Restart()
	for _, n := range c.nodes {
		if n != nil {
			n.life.lost()
			n.window, n.up = time.Time{}, time.Time{}
			c.tell(r, n, devices.Unknown)
		}
	}
	c.discover(r)
}

// discover asks all nodes whether they are there.
func (c *Controller) discover(r *codec.Result) {
	c.send(r, message{node: everybody, child: itself, command: internal, kind: discoverRequest})
}

// Lost says that nobody can be reached.
func (c *Controller) Lost(r *codec.Result) {
	c.link, c.watches = link{}, time.Time{}
	for _, n := range c.nodes {
		if n != nil {
			n.life.lost()
			n.window, n.up = time.Time{}, time.Time{}
			c.tell(r, n, devices.Offline)
		}
	}
	c.abandon(r)
}
