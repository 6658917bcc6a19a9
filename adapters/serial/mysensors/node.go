package mysensors

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/devices"
)

// Bounds of what one node can have. Real nodes stay far below them, and a node with more
// could fill the memory of a Raspberry Pi.
const (
	maxChildren = 128
	maxSlots    = 192 // properties
	maxPoints   = 192 // kinds of values, of all its children
)

// node is what is known of one node.
type node struct {
	number uint8
	id     devices.ID
	given  Node // what is configured of it
	metric bool

	kind            uint8 // sNode or sRepeater; sNothing: it has not presented itself
	library, sketch string
	sketchVersion   string
	children        []child
	slots           []slot // its properties
	points          int

	dirty     bool // there is something to announce and to keep
	announced bool
	deadline  time.Time // when it is announced
	hasty     int       // announcements since minute that did not wait
	minute    time.Time

	asked  time.Time // when it was asked to present itself
	faulty bool      // it has said something that means nothing
	life
	sleep
}

// child is one child sensor.
type child struct {
	number      uint8
	kind        uint8
	description string
	unit        string // in which it says that its numbers are; empty: the usual one
	points      []point
	travel      travel
}

// point is a value of a child.
type point struct {
	kind  uint8
	first int // slot; -1: it has none of its own
	text  [maxPayload]byte
	size  int // of text; -1: nobody has said it
}

// slot is a property.
type slot struct {
	child, kind uint8
	part        uint8 // which property of the value it is
	name        string
	meaning     meaning
	announced   bool
	faulty      bool            // its last payload was no value
	held        devices.Reading // waits for the announcement; of no device: none
	last        devices.Value   // the last text, so that the next same one is no allocation
}

// stranger reports whether nothing is known of the node but that it is there. The gateway
// presents itself when it likes.
func (n *node) stranger() bool {
	return n.number != gateway && n.kind == sNothing && len(n.children) == 0
}

// child returns the child of that number, or nil.
func (n *node) child(number uint8) *child {
	for i := range n.children {
		if n.children[i].number == number {
			return &n.children[i]
		}
	}
	return nil
}

// point returns the value of that kind, or nil.
func (c *child) point(kind uint8) *point {
	for i := range c.points {
		if c.points[i].kind == kind {
			return &c.points[i]
		}
	}
	return nil
}

// present takes note of what a child says that it is.
func (n *node) present(number, kind uint8, description string) error {
	c := n.child(number)
	switch {
	case c == nil && len(n.children) == maxChildren:
		return fmt.Errorf("child %d is one too many; there is place for %d", number, maxChildren)
	case c == nil:
		n.children = append(n.children, child{number: number, kind: kind, description: description})
		c = &n.children[len(n.children)-1]
		n.dirty = true
	case c.description != description:
		c.description, n.dirty = description, true
	}
	if c.kind != kind {
		n.become(c, kind)
	}
	if kind > lastChildKind {
		return nil
	}
	for _, value := range certain[kind] {
		if _, err := n.need(c, value); err != nil {
			return err
		}
	}
	return nil
}

// become makes c a child of another kind: its node has another sketch now. Values that
// mean the same keep their names.
func (n *node) become(c *child, kind uint8) {
	n.dirty = true
	was := slices.Clone(n.slots)
	n.points -= len(c.points)
	old := c.points
	*c = child{number: c.number, kind: kind, description: c.description}
	n.slots = slices.DeleteFunc(n.slots, func(s slot) bool { return s.child == c.number })
	n.reindex()
	for i := range old {
		before, ok := meaningOf(kind, old[i].kind)
		s := slices.IndexFunc(was, func(s slot) bool { return s.child == c.number && s.kind == old[i].kind })
		if ok && s >= 0 && before.name == was[s].meaning.name && before.form == was[s].meaning.form {
			if _, err := n.need(c, old[i].kind); err == nil {
				n.rename(c.number, old[i].kind, was[s].name)
			}
		}
	}
}

// rename gives a property the name that it had, if nobody else has it.
func (n *node) rename(child, kind uint8, name string) {
	i := n.slot(child, kind, 0)
	if i >= 0 && n.free(name) {
		n.slots[i].name = name
	}
}

// slot returns the index of a property, or -1.
func (n *node) slot(child, kind, part uint8) int {
	return slices.IndexFunc(n.slots, func(s slot) bool { return s.child == child && s.kind == kind && s.part == part })
}

// reindex finds the slots of all points, some of which have moved.
func (n *node) reindex() {
	for i := range n.children {
		c := &n.children[i]
		for j := range c.points {
			c.points[j].first = n.slot(c.number, c.points[j].kind, 0)
		}
		c.travel.order, c.travel.state = n.slot(c.number, vUp, 0), n.slot(c.number, vUp, 1)
	}
}

// need returns the value of that kind of c, which it gets if it does not have it.
func (n *node) need(c *child, kind uint8) (*point, error) {
	if p := c.point(kind); p != nil {
		return p, nil
	}
	m, ok := meaningOf(c.kind, kind)
	switch {
	case !ok:
		return nil, fmt.Errorf("value %d of child %d is of a type that MySensors does not have; the greatest is %d", kind, c.number, lastValueKind)
	case n.points == maxPoints || len(n.slots) > maxSlots-len(places):
		return nil, fmt.Errorf("value %d of child %d is one too many; there is place for %d properties", kind, c.number, maxSlots)
	}
	n.points++
	n.dirty = true
	c.points = append(c.points, point{kind: kind, first: -1, size: -1})
	switch m.form {
	case asPlace:
		for part := range places {
			n.add(c, kind, uint8(part), places[part])
		}
	case asMove, asAjar:
		if n.slot(c.number, vUp, 0) < 0 {
			n.add(c, vUp, 0, moves[0])
			n.add(c, vUp, 1, moves[1])
		}
	case asUnit:
	default:
		n.add(c, kind, 0, m)
		n.setpoints(c)
	}
	n.reindex()
	return c.point(kind), nil
}

// add gives the node another property.
func (n *node) add(c *child, kind, part uint8, m meaning) {
	n.slots = append(n.slots, slot{child: c.number, kind: kind, part: part, name: n.called(m.name, c), meaning: m})
	n.sort()
}

// sort puts the properties into the order of the children, however they were heard of.
func (n *node) sort() {
	slices.SortFunc(n.slots, func(a, b slot) int {
		return cmp.Or(cmp.Compare(a.child, b.child), cmp.Compare(a.kind, b.kind), cmp.Compare(a.part, b.part))
	})
}

// setpoints names the setpoints of c: one is the target, two are the ends of a range, as
// Home Assistant has it. It is the only name that changes, and only once.
func (n *node) setpoints(c *child) {
	heat, cool := n.slot(c.number, vSetpointHeat, 0), n.slot(c.number, vSetpointCool, 0)
	if heat < 0 || cool < 0 || strings.HasPrefix(n.slots[heat].name, "target_low") {
		return
	}
	n.slots[heat].name, n.slots[cool].name = "", ""
	for _, end := range []struct {
		slot int
		name string
	}{{heat, "target_low"}, {cool, "target_high"}} {
		s := &n.slots[end.slot]
		s.meaning.name, s.announced = end.name, false
		s.name = n.called(end.name, c)
	}
}

// called returns a name that no other property of the node has.
func (n *node) called(name string, c *child) string {
	number := strconv.Itoa(int(c.number))
	slug := strings.ReplaceAll(string(devices.Slug(c.description)), "-", "_")
	if room := maxName - len(name) - 1; len(slug) > room {
		slug = slug[:room]
	}
	if slug = strings.Trim(slug, "_"); slug == "" || slug == name {
		slug = number
	}
	for _, one := range []string{name, name + "_" + slug, name + "_" + number, name + "_" + slug + "_" + number} {
		if len(one) <= maxName && n.free(one) {
			return one
		}
	}
	return name + "_child_" + number // which no description makes together with the number
}

// maxName is how long the name of a property can be, in bytes.
const maxName = 64

// free reports whether a name is no property's. Those of the node itself are taken.
func (n *node) free(name string) bool {
	return name != "battery" && name != "signal" && name != "inclusion" && !slices.ContainsFunc(n.slots, func(s slot) bool { return s.name == name })
}

// said keeps a payload, to answer who asks for it.
func (p *point) said(payload []byte) {
	if len(payload) <= len(p.text) {
		p.size = copy(p.text[:], payload)
	}
}

// value is the last payload, if there was one.
func (p *point) value() (payload []byte, ok bool) {
	if p == nil || p.size < 0 {
		return nil, false
	}
	return p.text[:p.size], true
}

// own is what the node itself has, beside its children: how its properties are found by
// the kind of the internal message that brings them.
var own = [lastInternal + 1]meaning{
	batteryLevel:   {name: "battery", class: "battery", unit: "%", high: 100, deadband: 1, category: devices.Diagnostic},
	signalResponse: {name: "signal", class: "signal_strength", unit: "dBm", low: -200, high: 30, deadband: 3, category: devices.Diagnostic},
	inclusionMode:  {name: "inclusion", form: asSwitch, writable: true, category: devices.Setting},
}

// needOwn returns the slot of a property that is the node's own, which it gets if it does
// not have it.
func (n *node) needOwn(kind uint8) int {
	if i := n.slot(itself, kind, 0); i >= 0 {
		return i
	}
	n.slots = append(n.slots, slot{child: itself, kind: kind, name: own[kind].name, meaning: own[kind]})
	n.dirty = true
	return len(n.slots) - 1
}
