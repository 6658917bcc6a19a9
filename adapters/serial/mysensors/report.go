package mysensors

import (
	"bytes"
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// report takes a value of a child.
func (c *Controller) report(r *codec.Result, n *node, ch *child, p *point, m *message, at time.Time) {
	form := general[m.kind].form
	switch {
	case ch.kind == sCover && (form == asMove || m.kind == vStatus || m.kind == vPercentage), form == asMove:
		c.travelled(r, n, ch, p, m, at)
	case form == asPlace:
		c.located(r, n, p, m, at)
	case form == asUnit:
		n.measuresIn(ch, m.payload)
	default:
		c.putOne(r, n, p, m, at)
	}
}

// putOne takes a value that is one property.
func (c *Controller) putOne(r *codec.Result, n *node, p *point, m *message, at time.Time) {
	s := &n.slots[p.first]
	if before, ok := p.value(); ok && !s.last.IsZero() && bytes.Equal(before, m.payload) {
		c.put(r, n, p.first, s.last, nil, at)
		return
	}
	value, err := s.meaning.read(m.payload, c.metric)
	if err == nil {
		p.said(m.payload)
		s.last = devices.Value{}
		if value.Type() == devices.TypeText {
			s.last = value
		}
	}
	c.put(r, n, p.first, value, err, at)
}

// travelled takes what a cover says. That it echoes an order is no sign that it moves.
func (c *Controller) travelled(r *codec.Result, n *node, ch *child, p *point, m *message, at time.Time) {
	amount := 0.0
	if m.kind == vPercentage {
		c.putOne(r, n, p, m, at)
		value, err := n.slots[p.first].meaning.read(m.payload, c.metric)
		if amount, _ = value.Number(); err != nil || amount < 0 || amount > 100 {
			return
		}
	} else {
		on, err := readSwitch(m.payload)
		if err != nil {
			c.put(r, n, ch.travel.state, devices.Value{}, err, at)
			return
		}
		if on {
			amount = 1
		}
		if m.ack && m.kind != vStatus {
			return
		}
		p.said(m.payload)
	}
	ch.travel.moved(m.kind, amount)
	if ch.travel.state >= 0 {
		c.put(r, n, ch.travel.state, ch.travel.says(), nil, at)
	}
}

// located takes a position, which is three properties.
func (c *Controller) located(r *codec.Result, n *node, p *point, m *message, at time.Time) {
	place, err := readPlace(m.payload)
	if err == nil {
		p.said(m.payload)
	}
	for part := range place {
		c.put(r, n, p.first+part, devices.Number(place[part]), err, at)
		if err != nil {
			return
		}
	}
}

// measuresIn takes the unit that the numbers of a child are in.
func (n *node) measuresIn(ch *child, payload []byte) {
	if value, err := readText(bytes.TrimSpace(payload)); err == nil {
		if unit, _ := value.Text(); unit != ch.unit && len(unit) <= maxPayload {
			ch.unit, n.dirty = unit, true
		}
	}
}

// put reports a value of a property, or what was wrong with it. Before the property is
// announced the value waits.
func (c *Controller) put(r *codec.Result, n *node, i int, value devices.Value, err error, at time.Time) {
	s := &n.slots[i]
	if err != nil {
		s.faulty = true
		if !n.announced {
			err = fmt.Errorf("node %d: %s: %w", n.number, s.name, err)
		}
		r.Faults = append(r.Faults, codec.Fault{Device: n.faultID(), Property: s.name, Err: err})
		return
	}
	if s.faulty {
		s.faulty = false
		r.Faults = append(r.Faults, codec.Fault{Device: n.faultID(), Property: s.name})
	}
	reading := devices.Reading{Device: n.id, Property: s.name, Value: value, At: at}
	if !s.announced {
		s.held, n.dirty = reading, true
		return
	}
	r.Readings = append(r.Readings, reading)
}
