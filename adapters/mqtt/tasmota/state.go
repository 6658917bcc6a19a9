package tasmota

import (
	"bytes"
	"fmt"
	"math"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// reading is how a leaf becomes a value.
type reading uint8

const (
	asNumber reading = iota
	asText
	asTruth
	asWord   // ON or OFF, as the device spells them
	asEvent  // something that happened: one of the options
	asMotion // ON for a moment
	asFanOn
	asFanSpeed
	asScheme
	asColorMode // by how bright white is
	asMode
	asColor // hue,saturation,brightness
	asPosition
	asDirection
	asTilt
	asStart // seconds since the device started
	asOnce  // a text that holds until the device comes back
)

// binding leads from a leaf to a property.
type binding struct {
	property int
	how      reading
	index    int           // of the shutter
	last     devices.Value // a text that comes again needs no memory of its own
	held     bool          // it was read since the device came
	failing  bool
}

// end is when a motion is over.
type end struct {
	property int
	at       time.Time
}

// motionLasts is how long a switch that only says that something began is on.
const motionLasts = time.Second

// hear takes a message of d; level is where the last level of its topic begins.
func (t *Tasmota) hear(r *convention.Result, d *device, m convention.Received, level int) {
	tail := m.Topic[level:]
	if string(tail) == "LWT" {
		d.will(r, m)
		return
	}
	payload := bytes.TrimSpace(m.Payload)
	switch {
	case len(payload) == 0, string(tail) == "LOGGING":
		return
	case payload[0] == '{':
		t.read(r, d, m, payload)
	case bytes.HasPrefix(tail, []byte("POWER")):
		leaf := leaves.Leaf{Path: tail, Kind: leaves.Text, Raw: payload}
		d.leaf(r, m, &leaf)
	default:
		if string(tail) == "STATE" || string(tail) == "SENSOR" || string(tail) == "RESULT" {
			t.read(r, d, m, payload)
		}
		return
	}
	d.life.Heard(r, d.id, m)
}

// will takes what the device, or the broker in its place, says of it. When it is
// back it is asked for its state.
func (d *device) will(r *convention.Result, m convention.Received) {
	switch string(m.Payload) {
	case d.config.Online:
		d.life.Said(r, d.id, true, m)
		for path := range d.bindings {
			for i := range d.bindings[path] {
				d.bindings[path][i].held = false
			}
		}
		r.Publish = append(r.Publish, convention.Message{Topic: d.topics.cmnd + "STATE"}, convention.Message{Topic: d.topics.cmnd + "STATUS", Payload: []byte("10")})
	case d.config.Offline:
		d.life.Said(r, d.id, false, m)
	case "":
	default:
		r.Faults = append(r.Faults, convention.Fault{Device: d.id, Topic: string(m.Topic),
			Err: fmt.Errorf("got %q, want %q or %q", convention.Shorten(string(m.Payload[:min(len(m.Payload), 200)])), d.config.Online, d.config.Offline)})
	}
}

// read takes a report of d.
func (t *Tasmota) read(r *convention.Result, d *device, m convention.Received, payload []byte) {
	if err := t.document.Read(payload); err != nil {
		r.Faults = append(r.Faults, convention.Fault{Device: d.id, Topic: string(m.Topic), Err: err})
		return
	}
	all := t.document.All()
	for i := range all {
		leaf := &all[i]
		if bytes.HasPrefix(leaf.Path, []byte("Status")) {
			if _, below, ok := bytes.Cut(leaf.Path, []byte("/")); ok {
				leaf.Path = below // StatusSNS, StatusSTS, StatusPRM: what was asked for
			}
		}
		d.leaf(r, m, leaf)
	}
	for i := range d.shutters {
		if s := &d.shutters[i]; s.touched && s.known {
			s.touched = false
			d.report(r, m, s.state, devices.Text(s.said()))
		}
	}
}

func (d *device) report(r *convention.Result, m convention.Received, property int, v devices.Value) {
	d.values[property] = v
	r.Readings = append(r.Readings, devices.Reading{Device: d.id, Property: d.info.Properties[property].Name, Value: v, At: m.At})
}

// leaf takes one value of a report.
func (d *device) leaf(r *convention.Result, m convention.Received, leaf *leaves.Leaf) {
	bound := d.bindings[string(leaf.Path)]
	for i := range bound {
		b := &bound[i]
		v, err := d.value(b, m, leaf)
		if err != nil {
			b.failing = true
			r.Faults = append(r.Faults, convention.Fault{Device: d.id, Property: d.info.Properties[b.property].Name, Topic: string(m.Topic), Err: err})
			continue
		}
		if b.failing {
			b.failing = false
			r.Faults = append(r.Faults, convention.Fault{Device: d.id, Property: d.info.Properties[b.property].Name, Topic: string(m.Topic)})
		}
		if !v.IsZero() {
			d.report(r, m, b.property, v)
		}
	}
}

// value finds the value that leaf gives to a property; the zero Value for none.
func (d *device) value(b *binding, m convention.Received, leaf *leaves.Leaf) (devices.Value, error) {
	if leaf.Kind == leaves.Null {
		return devices.Value{}, nil
	}
	p := &d.info.Properties[b.property]
	switch b.how {
	case asText, asOnce:
		return b.text(p, leaf)
	case asTruth:
		if is, ok := leaf.Bool(); ok {
			return devices.Boolean(is), nil
		}
	case asWord, asMotion:
		return d.word(b, m, leaf)
	case asEvent:
		return event(p, m, leaf), nil
	case asColor:
		return b.color(leaf)
	case asStart:
		return b.start(m, leaf)
	default:
		if n, ok := leaf.Float(); ok {
			return d.number(b, p, n)
		}
	}
	return devices.Value{}, fmt.Errorf("%s: %w: got %q, want a %s", p.Name, devices.ErrType, convention.Shorten(string(leaf.Raw)), p.Type)
}

// word reads ON and OFF. Other words, such as TOGGLE, are events of the same switch.
func (d *device) word(b *binding, m convention.Received, leaf *leaves.Leaf) (devices.Value, error) {
	switch {
	case leaf.Is(d.config.States[1]), leaf.Kind == leaves.True:
		if b.how == asMotion {
			d.ends = append(d.ends, end{b.property, m.At.Add(motionLasts)})
		}
		return devices.Boolean(true), nil
	case leaf.Is(d.config.States[0]), leaf.Kind == leaves.False:
		return devices.Boolean(false), nil
	}
	return devices.Value{}, nil
}

// event reads what happened. What the broker had kept happened long ago.
func event(p *devices.Property, m convention.Received, leaf *leaves.Leaf) devices.Value {
	if m.Retained {
		return devices.Value{}
	}
	return option(p.Options, leaf)
}

func option(options []string, leaf *leaves.Leaf) devices.Value {
	for _, option := range options {
		if leaf.Is(option) {
			return devices.Text(option)
		}
	}
	return devices.Value{}
}

// number makes a value of a number.
func (d *device) number(b *binding, p *devices.Property, n float64) (devices.Value, error) {
	switch b.how {
	case asFanOn:
		if n > 0 {
			d.fanSpeed = n
		}
		return devices.Boolean(n > 0), nil
	case asFanSpeed, asScheme, asMode:
		if n < 0 || n >= float64(len(p.Options)) || n != math.Trunc(n) {
			return devices.Value{}, fmt.Errorf("%s: %w: got %v, want 0 to %d", p.Name, devices.ErrOption, n, len(p.Options)-1)
		}
		return devices.Text(p.Options[int(n)]), nil
	case asColorMode:
		return devices.Text(colorMode(p.Options, n > 0)), nil
	case asPosition, asDirection, asTilt:
		return d.shutters[b.index].take(b.how, n), nil
	}
	return devices.Number(n), nil
}

// take takes a number of a shutter and returns the reading of it, if it is one.
func (s *shutter) take(how reading, n float64) devices.Value {
	switch how {
	case asDirection:
		if s.inverted {
			n = -n
		}
		s.direction, s.touched = n, true
		return devices.Value{}
	case asTilt:
		return devices.Number(math.Round((n - s.lowest) * 100 / (s.highest - s.lowest)))
	}
	if s.inverted {
		n = 100 - n
	}
	s.position, s.known, s.touched = n, true, true
	return devices.Number(n)
}

// text reads a text. One that holds until the device comes back is read once.
func (b *binding) text(p *devices.Property, leaf *leaves.Leaf) (devices.Value, error) {
	if b.how == asOnce && b.held {
		return devices.Value{}, nil
	}
	b.held = true
	if last, ok := b.last.Text(); ok && leaf.Is(last) {
		return b.last, nil
	}
	v, err := p.Parse(leaf.String())
	if err == nil {
		b.last = v
	}
	return v, err
}

// start reads when the device was started.
func (b *binding) start(m convention.Received, leaf *leaves.Leaf) (devices.Value, error) {
	const longest = 1e10 // seconds
	seconds, ok := leaf.Float()
	if !ok || seconds < 0 || seconds > longest {
		return devices.Value{}, fmt.Errorf("got %q, want the seconds since it was started", convention.Shorten(string(leaf.Raw)))
	}
	if b.held || m.Retained {
		return devices.Value{}, nil
	}
	b.held = true
	return devices.Text(m.At.Add(-time.Duration(seconds * float64(time.Second))).UTC().Format(time.RFC3339)), nil
}

// end appends the motions that are over by now, and returns when the next one is.
func (d *device) end(r *convention.Result, now time.Time) (next time.Time) {
	left := d.ends[:0]
	for i, e := range d.ends {
		renewed := false
		for _, later := range d.ends[i+1:] {
			renewed = renewed || later.property == e.property
		}
		switch {
		case renewed:
		case now.Before(e.at):
			left = append(left, e)
			next = alive.Earlier(next, e.at)
		default:
			d.report(r, convention.Received{At: now}, e.property, devices.Boolean(false))
		}
	}
	d.ends = left
	return next
}
