package mysensors

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

const (
	// settling is how long a node that presents itself is waited for, so that it is
	// announced once and not with each of its children.
	settling = 2 * time.Second
	// hasty is how many announcements in a minute need not wait, because there is a value
	// to tell.
	hasty = 32
)

// settleDown announces a node if it has a value that waits for it, or lets it wait.
func (c *Controller) settleDown(r *codec.Result, n *node, at time.Time) {
	if !n.dirty {
		return
	}
	if at.Sub(n.minute) >= time.Minute || at.Before(n.minute) {
		n.minute, n.hasty = at, 0
	}
	if n.hasty < hasty && slices.ContainsFunc(n.slots, func(s slot) bool { return s.held.Device != "" }) {
		n.hasty++
		c.announce(r, n, at)
		return
	}
	if n.deadline.IsZero() {
		n.deadline = at.Add(settling)
		c.announces = sooner(c.announces, n.deadline)
	}
}

// announceDue announces the nodes that have settled.
func (c *Controller) announceDue(r *codec.Result, now time.Time) time.Time {
	if c.announces.IsZero() || now.Before(c.announces) {
		return c.announces
	}
	c.announces = time.Time{}
	for _, n := range c.nodes {
		switch {
		case n == nil || n.deadline.IsZero():
		case now.Before(n.deadline):
			c.announces = sooner(c.announces, n.deadline)
		default:
			c.announce(r, n, now)
		}
	}
	return c.announces
}

// announce says what a node is, tells the values that have waited for that, and keeps it.
// A node without a property is none that anybody could ask.
func (c *Controller) announce(r *codec.Result, n *node, at time.Time) {
	n.dirty, n.deadline = false, time.Time{}
	c.keep(r, n)
	c.describe(r, n, at)
}

func (c *Controller) describe(r *codec.Result, n *node, at time.Time) {
	if n.given.Ignore || len(n.slots) == 0 {
		for i := range n.slots {
			n.slots[i].held = devices.Reading{}
		}
		return
	}
	r.Announced = append(r.Announced, c.device(n))
	if !n.announced {
		n.announced = true
		r.Availability = append(r.Availability, devices.Presence{Device: n.id, Availability: n.told})
	}
	r.Readings = slices.DeleteFunc(r.Readings, func(one devices.Reading) bool { // of properties that were renamed
		return one.Device == n.id && !slices.ContainsFunc(n.slots, func(s slot) bool { return s.name == one.Property })
	})
	for i := range n.slots {
		s := &n.slots[i]
		if !s.announced && s.held.Device == "" {
			s.held = n.repeat(s, at)
		}
		if s.announced = true; s.held.Device != "" {
			s.held.Property = s.name
			r.Readings = append(r.Readings, s.held)
			s.held = devices.Reading{}
		}
	}
}

// repeat is the last value of a property that has another name than before, or of no
// device.
func (n *node) repeat(s *slot, at time.Time) devices.Reading {
	c := n.child(s.child)
	if c == nil || s.meaning.form == asChoice && s.meaning.words[0].wire == "" {
		return devices.Reading{}
	}
	payload, ok := c.point(s.kind).value()
	if !ok || general[s.kind].form == asPlace {
		return devices.Reading{}
	}
	value, err := s.meaning.read(payload, n.metric)
	if err != nil {
		return devices.Reading{}
	}
	return devices.Reading{Device: n.id, Value: value, At: at}
}

// device describes a node.
func (c *Controller) device(n *node) *devices.Device {
	d := &devices.Device{
		ID: n.id, Name: n.given.Name, Area: n.given.Area, Kind: n.given.Kind,
		Manufacturer: "MySensors", Model: strings.TrimSpace(n.sketch + " " + n.sketchVersion),
		Properties: make([]devices.Property, len(n.slots)),
	}
	if d.Name == "" {
		d.Name = c.nameOf(n)
	}
	if d.Kind == "" {
		d.Kind = n.deviceKind()
	}
	for i := range n.slots {
		d.Properties[i] = n.property(i)
	}
	return d
}

// nameOf is the name of the sketch, with the number where another node has it too.
func (c *Controller) nameOf(n *node) string {
	number := strconv.Itoa(int(n.number))
	switch {
	case n.sketch == "" && n.number == gateway:
		return "MySensors gateway"
	case n.sketch == "":
		return "Node " + number
	}
	for _, other := range c.nodes[:n.number] {
		if other != nil && other.sketch == n.sketch {
			return n.sketch + " " + number
		}
	}
	return n.sketch
}

func (n *node) deviceKind() string {
	for _, one := range deviceKinds {
		for i := range n.children {
			if n.children[i].kind == one.child && len(n.children[i].points) > 0 {
				return one.kind
			}
		}
	}
	return "sensor"
}

// property describes the property of a slot.
func (n *node) property(i int) devices.Property {
	s := &n.slots[i]
	m := &s.meaning
	p := devices.Property{Name: s.name, Class: m.class, Writable: m.writable, Category: m.category, Label: n.label(s)}
	switch m.form {
	case asNumber, asDegrees:
		p.Type, p.Unit, p.Step, p.Deadband = devices.TypeNumber, m.unit, m.step, m.deadband
		switch {
		case m.form == asDegrees:
			p.Unit = "°C"
		case m.unit == "cm" && !n.metric:
			p.Unit = "in"
		}
		if m.unit == "%" || m.writable {
			p.Min, p.Max = m.low, m.high
		}
		if m.form == asDegrees && m.writable {
			p.Min, p.Max = n.given.targets()
		}
		if c := n.child(s.child); c != nil && c.unit != "" && m.form == asNumber && !m.writable {
			p.Unit, p.Deadband = c.unit, 0
			if m.unit == "%" && c.unit != "%" {
				p.Min, p.Max = 0, 0
			}
		}
	case asSwitch:
		p.Type = devices.TypeBoolean
	case asChoice:
		p.Type = devices.TypeEnum
		for _, w := range m.words {
			p.Options = append(p.Options, w.option)
		}
	default:
		p.Type = devices.TypeText
	}
	return p
}

// label is what the node calls the child of s, where it has more than one of the sort.
func (n *node) label(s *slot) string {
	c := n.child(s.child)
	if c == nil || c.description == "" {
		return ""
	}
	alike, others := 0, 0
	for i := range n.slots {
		if n.slots[i].meaning.name == s.meaning.name {
			alike++
		}
		if n.slots[i].child == s.child {
			others++
		}
	}
	switch {
	case alike < 2:
		return ""
	case others > 1:
		return c.description + ", " + strings.ReplaceAll(s.meaning.name, "_", " ")
	}
	return c.description
}
