package mysensors

import (
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

const (
	// gap is what lies between two commands: the gateway, an Arduino, has place for a few
	// lines while it sends one by radio.
	gap = 25 * time.Millisecond
	// tries is how often a command is sent to a node that listens.
	tries = 3
	// retry is how long the first try has; each next one has twice as long. An echo over
	// repeaters takes a few tenths of a second.
	retry = time.Second
	// retryAsleep is the same of a node that sleeps in half a second.
	retryAsleep = 200 * time.Millisecond
	// wakes is how often a node that sleeps can wake without an echo.
	wakes = 5
	// maxWait is how long a command waits for a node that sleeps.
	maxWait = 24 * time.Hour
	// maxOrders bounds what waits for one node, which is more than it has time for when it
	// wakes; of one property only the newest waits.
	maxOrders = 24
)

// order is a command on its way to a node.
type order struct {
	node, child, kind uint8
	key               uint8 // the kind of the value of its property: what replaces it has the same
	payload           string
	ticket            codec.Ticket // 0: nobody waits any more
	asked             time.Time
	next              time.Time // when to send it; zero: when the node wakes
	tries             int
	wakes             int // that it was sent in
}

// Encode takes a command for a node.
func (c *Controller) Encode(r *codec.Result, cmd devices.Command, ticket codec.Ticket, now time.Time) error {
	n := c.byID[cmd.Device]
	if n == nil || !n.announced {
		return fmt.Errorf("%w %q", codec.ErrNoSuchDevice, cmd.Device)
	}
	i := -1
	for j := range n.slots {
		if n.slots[j].name == cmd.Property {
			i = j
		}
	}
	if i < 0 {
		return fmt.Errorf("%w %q", codec.ErrNoSuchProperty, cmd.Property)
	}
	s := &n.slots[i]
	if !s.meaning.writable {
		return fmt.Errorf("%s: %w", s.name, devices.ErrNotWritable)
	}
	p := n.property(i)
	if err := p.Check(cmd.Value); err != nil {
		return err
	}
	if s.child == itself {
		return c.orderOwn(r, s, &p, cmd.Value, ticket)
	}
	o := order{node: n.number, child: s.child, kind: s.kind, key: s.kind, ticket: ticket, asked: now, next: now}
	if s.kind == vUp {
		text, _ := cmd.Value.Text()
		o.kind, o.payload = map[string]uint8{"open": vUp, "close": vDown, "stop": vStop}[text], "1"
	} else {
		payload, err := s.meaning.write(nil, &p, cmd.Value, c.metric)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		o.payload = string(payload)
	}
	return c.queue(r, n, o, now)
}

// orderOwn sends a command for what is the gateway's own, which it answers with a message
// and no echo.
func (c *Controller) orderOwn(r *codec.Result, s *slot, p *devices.Property, v devices.Value, ticket codec.Ticket) error {
	payload, err := s.meaning.write(nil, p, v, c.metric)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	c.send(r, message{node: gateway, child: itself, command: internal, kind: s.kind, payload: payload})
	r.Send[len(r.Send)-1].Ticket = ticket
	return nil
}

// queue puts an order in its place, which is that of an older one for the same property.
func (c *Controller) queue(r *codec.Result, n *node, o order, now time.Time) error {
	at, many := -1, 0
	for i := range c.orders {
		if c.orders[i].node != o.node {
			continue
		}
		many++
		if c.orders[i].child == o.child && c.orders[i].key == o.key {
			at = i
		}
	}
	if at < 0 && many >= maxOrders {
		return fmt.Errorf("%d commands wait for the node already; %w", many, codec.ErrNoAnswer)
	}
	if n.sleeps {
		r.Done = append(r.Done, codec.Outcome{Ticket: o.ticket})
		o.ticket = 0
		c.keepOrder(r, &o)
		if !n.awake(now) {
			o.next = time.Time{}
		}
	}
	if at < 0 {
		c.orders = append(c.orders, o)
	} else {
		c.settle(r, &c.orders[at], nil)
		c.orders[at] = o
	}
	c.dispatch(r, now)
	return nil
}

// waiting returns the order that waits for a value, or nil.
func (c *Controller) waiting(node, child, kind uint8) *order {
	for i := range c.orders {
		if o := &c.orders[i]; o.node == node && o.child == child && o.kind == kind {
			return o
		}
	}
	return nil
}

// settle tells who waits for o what became of it.
func (c *Controller) settle(r *codec.Result, o *order, err error) {
	if o.ticket != 0 {
		r.Done = append(r.Done, codec.Outcome{Ticket: o.ticket, Err: err})
		o.ticket = 0
	}
}

// finish settles an order and forgets it.
func (c *Controller) finish(r *codec.Result, i int, err error) {
	o := &c.orders[i]
	n := c.nodes[o.node]
	if o.ticket == 0 {
		c.forgetOrder(r, o)
		if err != nil {
			property := ""
			if s := n.slot(o.child, o.key, 0); s >= 0 {
				property = n.slots[s].name
			}
			r.Faults = append(r.Faults, codec.Fault{Device: n.faultID(), Property: property, Err: err})
		}
	}
	c.settle(r, o, err)
	c.orders = append(c.orders[:i], c.orders[i+1:]...)
}

// confirm takes note that a node has echoed an order, or says that it has the value.
func (c *Controller) confirm(r *codec.Result, n *node, m *message) {
	for i := range c.orders {
		o := &c.orders[i]
		if o.node == m.node && o.child == m.child && o.kind == m.kind && (m.ack || o.tries > 0) && o.payload == string(m.payload) {
			c.finish(r, i, nil)
			return
		}
	}
}

// wake has all that waits for a node sent, for it listens.
func (c *Controller) wake(r *codec.Result, n *node, now time.Time) {
	if len(c.orders) == 0 {
		return
	}
	for i := range c.orders {
		if o := &c.orders[i]; o.node == n.number {
			if n.sleeps && o.ticket != 0 { // it turns out to be one that sleeps
				c.settle(r, o, nil)
				c.keepOrder(r, o)
			}
			o.next = now
			if !n.window.IsZero() && n.up.IsZero() {
				o.wakes++
			}
		}
	}
	c.dispatch(r, now)
}

// dispatch sends the orders that are due, one after the other, and gives up those that
// nobody has echoed. It returns when there is more to do.
func (c *Controller) dispatch(r *codec.Result, now time.Time) (next time.Time) {
	for i := 0; i < len(c.orders); i++ {
		o := &c.orders[i]
		n := c.nodes[o.node]
		if n.sleeps && !o.next.IsZero() && !n.awake(now) {
			o.next = time.Time{}
		}
		if err := o.hopeless(n, now); err != nil {
			c.finish(r, i, err)
			i--
			continue
		}
		switch {
		case o.next.IsZero():
			next = sooner(next, o.asked.Add(maxWait))
			continue
		case now.Before(o.next):
			next = sooner(next, o.next)
			continue
		case now.Before(c.free):
			next = sooner(next, c.free)
			continue
		}
		c.send(r, message{node: o.node, child: o.child, command: set, ack: true, kind: o.kind, payload: []byte(o.payload)})
		c.free = now.Add(gap)
		o.next = now.Add(retry << o.tries)
		if n.sleeps {
			o.next = now.Add(retryAsleep)
		}
		o.tries++
		next = sooner(next, o.next)
	}
	return next
}

// hopeless says why an order is given up, or nil.
func (o *order) hopeless(n *node, now time.Time) error {
	switch {
	case n.sleeps && o.wakes > wakes:
		return fmt.Errorf("%q was sent whenever the node woke, %d times, and %w", o.payload, wakes, codec.ErrNoAnswer)
	case now.Sub(o.asked) >= maxWait:
		return fmt.Errorf("%q waited %s for the node to wake, and is given up", o.payload, maxWait)
	case !n.sleeps && o.tries >= tries && !now.Before(o.next):
		return fmt.Errorf("node %d was told %d times: %w", n.number, tries, codec.ErrNoAnswer)
	}
	return nil
}

// abandon settles what can not be sent any more. What waits for nodes that sleep goes on
// waiting.
func (c *Controller) abandon(r *codec.Result) {
	kept := c.orders[:0]
	for i := range c.orders {
		o := c.orders[i]
		if o.ticket != 0 {
			c.settle(r, &o, codec.ErrLost)
			continue
		}
		o.next = time.Time{}
		kept = append(kept, o)
	}
	c.orders = kept
}
