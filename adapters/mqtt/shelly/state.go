package shelly

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// reading is how a leaf becomes a value.
type reading uint8

const (
	asNumber      reading = iota
	asTemperature         // 999 is none
	asPosition            // -1 is none
	asTruth
	asText
	asOption
	asEvent   // something that happened
	asPress   // the same, in the letters of the first generation
	asRelay   // on, off, overpower
	asRoller  // open, close, stop: what it does
	asContact // open, close: what it is
	asGas     // none, mild, heavy, test
	asRed
	asGreen
	asBlue
)

// binding leads from a path to a property.
type binding struct {
	property int
	how      reading
	scale    float64
	color    int           // index
	last     devices.Value // a text that comes again needs no memory of its own
	failing  bool
}

// color is what is known of a color, which comes in three parts.
type color struct {
	property string
	parts    [3]byte
	seen     [3]bool
	touched  bool
	last     devices.Value
}

// leaf takes one value of d, and lets d grow by it.
func (s *Shelly) leaf(r *convention.Result, d *device, m convention.Received, path []byte, leaf *leaves.Leaf) {
	if string(path) == "sys/wakeup_period" {
		d.wakes(r, leaf)
		return
	}
	bound, ok := d.bindings[string(path)]
	if !ok && !d.ignored[string(path)] {
		d.discover(string(path), leaf)
		bound = d.bindings[string(path)]
	}
	for i := range bound {
		b := &bound[i]
		p := &d.info.Properties[b.property]
		v, err := d.value(b, p, m, leaf)
		if err != nil {
			b.failing = true
			d.fault(r, m, p.Name, err)
			continue
		}
		if b.failing {
			b.failing = false
			d.fault(r, m, p.Name, nil)
		}
		if p.Name == "external_power" && v != (devices.Value{}) && d.powered != (v == devices.Boolean(true)) {
			d.powered = !d.powered
			d.changed = true
		}
		if !v.IsZero() {
			d.report(r, m, p.Name, v)
		}
	}
}

// discover lets d grow by a path that it has not reported before.
func (d *device) discover(path string, leaf *leaves.Leaf) {
	if leaf.Kind == leaves.Null && strings.HasPrefix(path, "input:") && strings.HasSuffix(path, "/state") {
		d.ignored[path] = true // a button: it has no state
		path = strings.TrimSuffix(path, "state") + "event"
		if _, known := d.bindings[path]; known {
			return
		}
	}
	if _, ok := d.shape(path); !ok && len(d.generics) < maxPaths && d.general(path) {
		switch _, isTruth := leaf.Bool(); {
		case leaf.Kind == leaves.Number:
			d.generics[path] = devices.TypeNumber
		case leaf.Kind == leaves.Text && len(leaf.Raw) > 0 && leaf.Raw[0] <= '9':
			if _, isNumber := leaf.Float(); isNumber {
				d.generics[path] = devices.TypeNumber
			}
		case isTruth:
			d.generics[path] = devices.TypeBoolean
		}
	}
	d.grow(path)
}

// general reports whether a path that is not known is worth telling: of the first
// generation one that has a topic of its own, of later ones that of a component that
// is not known either.
func (d *device) general(path string) bool {
	part := partOf(path)
	switch d.generation {
	case beacons:
		return false
	case 1:
		for _, inside := range []string{"info/", "settings", "status/", "announce", "input_event/"} {
			if strings.HasPrefix(path, inside) {
				return false
			}
		}
		return !strings.Contains(path, "/status/") && !strings.Contains(path, "_f/") && !strings.HasSuffix(path, "_f") && strings.Count(path, "/") < 3
	}
	rest := strings.TrimPrefix(path, part.key)
	if !strings.Contains(part.key, ":") || strings.Count(rest, "/") != 1 || laterKinds[part.kind] {
		return false
	}
	switch rest[1:] {
	case "id", "ts", "last_updated_ts", "packet_id":
		return false
	}
	return true
}

// laterKinds are the kinds of components whose paths are known, or of no interest.
var laterKinds = func() map[string]bool {
	kinds := map[string]bool{"script": true, "group": true, "object": true, "schedule": true, "boolean": true, "number": true, "enum": true, "text": true,
		"bthomesensor": true, "bthomedevice": true, "service": true}
	for pattern := range laterShapes {
		kind, _, _ := strings.Cut(pattern, ":")
		kinds[kind] = true
	}
	return kinds
}()

func (d *device) fault(r *convention.Result, m convention.Received, property string, err error) {
	r.Faults = append(r.Faults, convention.Fault{Device: d.id, Property: property, Topic: string(m.Topic), Err: err})
}

// report tells a value, or keeps it until d is announced.
func (d *device) report(r *convention.Result, m convention.Received, property string, v devices.Value) {
	reading := devices.Reading{Device: d.id, Property: property, Value: v, At: m.At}
	if d.id != "" {
		r.Readings = append(r.Readings, reading)
		return
	}
	for i := range d.early {
		if d.early[i].Property == property {
			d.early[i] = reading
			return
		}
	}
	if len(d.early) < maxReadings {
		d.early = append(d.early, reading)
	}
}

// finish ends a message of d.
func (s *Shelly) finish(r *convention.Result, d *device, m convention.Received) {
	for i := range d.colors {
		c := &d.colors[i]
		if !c.touched || c.seen != [3]bool{true, true, true} {
			continue
		}
		c.touched = false
		d.report(r, m, c.property, c.value())
	}
	if d.id == "" {
		var unheard convention.Result
		d.life.Heard(&unheard, "", m)
		s.introduce(r, d, m.At)
		d.changed = false
		return
	}
	if d.changed {
		d.changed = false
		d.announce(r)
	}
	d.life.Heard(r, d.id, m)
}

// value spells the color as #ff8800.
func (c *color) value() devices.Value {
	const digits = "0123456789abcdef"
	spelled := [7]byte{0: '#'}
	for i, part := range c.parts {
		spelled[1+2*i], spelled[2+2*i] = digits[part>>4], digits[part&15]
	}
	if last, ok := c.last.Text(); !ok || last != string(spelled[:]) {
		c.last = devices.Text(string(spelled[:]))
	}
	return c.last
}

// value finds the value that leaf gives to a property; the zero Value for none.
func (d *device) value(b *binding, p *devices.Property, m convention.Received, leaf *leaves.Leaf) (devices.Value, error) {
	if leaf.Kind == leaves.Null || leaf.Kind == leaves.Text && len(leaf.Raw) == 0 {
		return devices.Value{}, nil
	}
	switch b.how {
	case asText:
		return b.text(p, leaf)
	case asTruth:
		if is, ok := leaf.Bool(); ok {
			return devices.Boolean(is), nil
		}
	case asEvent, asPress, asOption:
		return choice(b.how, p, m, leaf)
	case asRelay, asRoller, asContact, asGas:
		if v := word(b.how, leaf); !v.IsZero() {
			return v, nil
		}
	default:
		if n, ok := leaf.Float(); ok {
			return d.number(b, n), nil
		}
	}
	return devices.Value{}, fmt.Errorf("%s: %w: got %q, want a %s", p.Name, devices.ErrType, convention.Shorten(string(leaf.Raw)), p.Type)
}

// number makes a value of a number.
func (d *device) number(b *binding, n float64) devices.Value {
	const none = 900 // degrees: no sensor is there
	switch b.how {
	case asTemperature:
		if n >= none || n <= -none {
			return devices.Value{}
		}
	case asPosition:
		if n < 0 {
			return devices.Value{}
		}
	case asRed, asGreen, asBlue:
		c, i := &d.colors[b.color], b.how-asRed
		c.parts[i], c.seen[i], c.touched = byte(min(max(n, 0), 255)), true, true
		return devices.Value{}
	}
	if b.scale != 0 {
		n *= b.scale
	}
	return devices.Number(n)
}

// words are what words of the first generation mean.
var words = map[reading]map[string]devices.Value{
	asRelay:   {"overpower": devices.Boolean(false)}, // switched off by itself
	asRoller:  {"open": devices.Text("opening"), "close": devices.Text("closing"), "stop": devices.Text("stopped")},
	asContact: {"open": devices.Boolean(true), "close": devices.Boolean(false)},
	asGas:     {"none": devices.Boolean(false), "unknown": devices.Boolean(false), "test": devices.Boolean(false), "mild": devices.Boolean(true), "heavy": devices.Boolean(true)},
}

func word(how reading, leaf *leaves.Leaf) devices.Value {
	if v, ok := words[how][string(leaf.Raw)]; ok {
		return v
	}
	if is, ok := leaf.Bool(); ok && (how == asRelay || how == asContact) {
		return devices.Boolean(is)
	}
	return devices.Value{}
}

// presses are the letters of the first generation, and the numbers of beacons.
var presses = map[string]string{"S": "single_push", "SS": "double_push", "SSS": "triple_push", "L": "long_push", "1": "single_push", "2": "double_push", "3": "triple_push", "4": "long_push", "SL": "short_long_push", "LS": "long_short_push"}

// choice reads one of several words. What the broker had kept happened long ago, and
// events of other kinds are none of the property's.
func choice(how reading, p *devices.Property, m convention.Received, leaf *leaves.Leaf) (devices.Value, error) {
	if how != asOption && m.Retained {
		return devices.Value{}, nil
	}
	for _, option := range p.Options {
		if leaf.Is(option) || how == asPress && presses[string(leaf.Raw)] == option {
			return devices.Text(option), nil
		}
	}
	if how != asOption {
		return devices.Value{}, nil
	}
	return devices.Value{}, fmt.Errorf("%s: %w %q; it can be %s", p.Name, devices.ErrOption, convention.Shorten(string(leaf.Raw)), strings.Join(p.Options, ", "))
}

func (b *binding) text(p *devices.Property, leaf *leaves.Leaf) (devices.Value, error) {
	if last, ok := b.last.Text(); ok && leaf.Is(last) {
		return b.last, nil
	}
	v, err := p.Parse(leaf.String())
	if err == nil {
		b.last = v
	}
	return v, err
}

// read takes a payload below a path: JSON, each of whose leaves has its own, or a
// plain value.
func (s *Shelly) read(r *convention.Result, d *device, m convention.Received, path []byte) error {
	payload := bytes.TrimSpace(m.Payload)
	if len(payload) == 0 {
		return nil
	}
	if payload[0] != '{' && payload[0] != '[' {
		if !utf8.Valid(payload) {
			return errEncoding
		}
		leaf := leaves.Leaf{Path: path, Kind: leaves.Text, Raw: payload}
		s.leaf(r, d, m, path, &leaf)
		return nil
	}
	if err := s.document.Read(payload); err != nil {
		return err
	}
	all := s.document.All()
	for i := range all {
		s.path = append(append(append(s.path[:0], path...), '/'), all[i].Path...)
		s.leaf(r, d, m, s.path, &all[i])
	}
	return nil
}
