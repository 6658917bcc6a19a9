package mysensors

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// internal takes an internal message of a node that has a number.
func (c *Controller) internal(r *codec.Result, n *node, m *message, at time.Time) error {
	switch m.kind {
	case configuration:
		units := "M"
		if !c.metric {
			units = "I"
		}
		c.answer(r, n, configuration, units)
	case timeOfDay:
		_, offset := at.Zone() // nodes know no zones: their seconds since 1970 are local ones
		c.answer(r, n, timeOfDay, strconv.FormatInt(at.Unix()+int64(offset), 10))
	case registrationRequest:
		c.answer(r, n, registrationResponse, "1")
	case batteryLevel, signalResponse:
		return c.condition(r, n, m, at)
	case inclusionMode:
		return c.included(r, n, m, at)
	case version:
		if n.number == gateway {
			c.link.answered(at)
		}
		return n.named(&n.library, m)
	case sketchName:
		return n.named(&n.sketch, m)
	case sketchVersion:
		return n.named(&n.sketchVersion, m)
	case gatewayReady:
		c.discover(r)
	case heartbeatResponse:
		return c.beat(r, n, m, at)
	case preSleep, postSleep:
		return c.slept(r, n, m, at)
	case locked:
		return fmt.Errorf("node %d is locked: %s; it speaks again after a restart with a button", n.number, shorten(m.payload))
	case idRequest:
		return fmt.Errorf("node %d asks for a number, and has one", n.number)
	case discoverResponse, findParent, findParentResponse, logMessage, childrenOfRepeater, signingPresentation, nonceRequest,
		nonceResponse, ping, pong, debug, signalReverse:
		// the network's own business, or that the node is there
	default:
		return fmt.Errorf("node %d: an internal message of type %d, which MySensors does not have", n.number, m.kind)
	}
	if n.stranger() {
		c.askPresentation(r, n, at)
	}
	return nil
}

// answer answers an internal message.
func (c *Controller) answer(r *codec.Result, n *node, kind uint8, payload string) {
	c.send(r, message{node: n.number, child: itself, command: internal, kind: kind, payload: []byte(payload)})
}

// named takes a text that says what a node is.
func (n *node) named(field *string, m *message) error {
	text := bytes.TrimSpace(m.payload)
	if string(text) == *field {
		return nil
	}
	value, err := readText(text)
	if err != nil {
		return fmt.Errorf("node %d: %s: %w", n.number, internalKinds[m.kind], err)
	}
	*field, _ = value.Text()
	n.dirty = true
	return nil
}

// condition takes how the node itself is doing.
func (c *Controller) condition(r *codec.Result, n *node, m *message, at time.Time) error {
	const noSignal = "127" // what a radio says that cannot measure
	if n.stranger() {
		c.askPresentation(r, n, at)
	}
	if m.kind == signalResponse && (string(m.payload) == noSignal || string(m.payload) == "-256") {
		return nil
	}
	i := n.needOwn(m.kind)
	value, err := n.slots[i].meaning.read(m.payload, true)
	c.put(r, n, i, value, err, at)
	return nil
}

// included takes that the gateway takes newcomers, or does so no more.
func (c *Controller) included(r *codec.Result, n *node, m *message, at time.Time) error {
	if n.number != gateway {
		return fmt.Errorf("node %d speaks of inclusion, which is the gateway's", n.number)
	}
	on, err := readSwitch(m.payload)
	c.put(r, n, n.needOwn(inclusionMode), devices.Boolean(on), err, at)
	return nil
}

// newcomer takes what comes from a node that has no number: it asks for one.
func (c *Controller) newcomer(r *codec.Result, m *message, at time.Time) error {
	const pause = time.Second // numbers never come back, so that noise must not use them up
	switch {
	case m.command != internal || m.kind != idRequest:
		return fmt.Errorf("a message of node 255, which nobody is, and no request for a number: command %d, type %d", m.command, m.kind)
	case !c.numbers:
		return fmt.Errorf("a node asks for a number; none are given here (numbers: false)")
	case !c.granted.IsZero() && at.Sub(c.granted) < pause && !at.Before(c.granted):
		return nil // it will ask again
	}
	number, ok := c.nextNumber()
	if !ok {
		return fmt.Errorf("a node asks for a number; all of 1 to %d are taken, so give it one that is not in use any more in its sketch (MY_NODE_ID)", lastNode)
	}
	c.granted = at
	c.keep(r, c.node(number))
	c.send(r, message{node: everybody, child: m.child, command: internal, kind: idResponse, payload: strconv.AppendUint(nil, uint64(number), 10)})
	return nil
}

// nextNumber returns one that nobody has, had or was configured for: the one after the
// greatest, so that a node that was not heard for long is not met by another.
func (c *Controller) nextNumber() (uint8, bool) {
	free := func(i int) bool { return c.nodes[i] == nil && c.given[i] == nil }
	last := lastNode
	for last > 0 && free(last) {
		last--
	}
	if last < lastNode {
		return uint8(last + 1), true
	}
	for i := 1; i <= lastNode; i++ {
		if free(i) {
			return uint8(i), true
		}
	}
	return 0, false
}
