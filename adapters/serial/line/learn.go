package line

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// What is learned is bounded: noise can look like a name with a value.
const (
	maxLearned  = 64  // properties of one device
	maxSighting = 128 // fields that were seen once, of which the oldest is forgotten
	maxWord     = 48  // bytes of a text that can be a value and no sentence
)

// sighting is a field that was seen once. What comes a second time is a property: half
// a line, or one with a wrong letter, does not come twice.
type sighting struct {
	device, key string
}

// learn makes a property of a field that no property has, when it comes again.
func (c *Codec) learn(r *codec.Result, d *device, f *field, at time.Time) {
	if f.null || len(f.key) == 0 || len(f.key) > maxKey || len(d.bindings) >= maxLearned {
		return
	}
	kind, q := typeOf(f.value)
	if kind == 0 || !c.believes(d, f) {
		return
	}
	b := c.named(d, f, kind, q)
	if b == nil {
		return
	}
	if c.byWire[d.wire] != d {
		if len(c.devices) >= maxDevices {
			return
		}
		c.join(d)
	}
	d.byKey[b.key] = b
	d.bindings = append(d.bindings, b)
	d.announced = true
	if n := len(r.Announced); n > 0 && r.Announced[n-1].ID == d.id { // by the field before
		r.Announced, r.Keep = r.Announced[:n-1], r.Keep[:len(r.Keep)-1]
	}
	r.Announced = append(r.Announced, d.describe())
	r.Keep = append(r.Keep, c.record(d))
	d.read(r, b, f, at)
}

// believes reports whether a field was seen before, or cannot be wrong.
func (c *Codec) believes(d *device, f *field) bool {
	if c.checksum != nil {
		return true
	}
	i := slices.IndexFunc(c.maybe, func(s sighting) bool { return s.device == d.wire && s.key == string(f.key) })
	if i >= 0 && !f.torn {
		c.maybe = slices.Delete(c.maybe, i, i+1)
		return true
	}
	if i >= 0 {
		return false
	}
	if len(c.maybe) >= maxSighting {
		c.maybe = slices.Delete(c.maybe, 0, 1)
	}
	c.maybe = append(c.maybe, sighting{d.wire, string(f.key)})
	return false
}

// typeOf says what type of property a value can be of; 0 for none.
func typeOf(value []byte) (devices.Type, quantity) {
	if isNothing(value) {
		return 0, quantity{}
	}
	if _, ok := parseWord(value); ok {
		return devices.TypeBoolean, quantity{}
	}
	if f, n, ok := quantities(value); ok {
		rest := bytes.TrimSpace(value[n:])
		q := f.all[0]
		switch {
		case len(rest) == 0:
			return devices.TypeNumber, q
		case q.unit == "" && isPlainUnit(rest):
			q.unit = string(rest)
			return devices.TypeNumber, q
		case q.unit != "" && (rest[0] == '(' || rest[0] == '/'):
			return devices.TypeNumber, q
		}
	}
	if len(value) > maxWord || bytes.HasPrefix(value, []byte("0x")) || !printable(string(value)) {
		return 0, quantity{}
	}
	return devices.TypeText, quantity{}
}

// isPlainUnit reports whether what stands behind a number is one word that can be a
// unit, if not one that is known: "3 pcs".
func isPlainUnit(rest []byte) bool {
	return len(rest) <= maxUnit && printable(string(rest)) && bytes.IndexFunc(rest, func(r rune) bool { return !isLetterRune(r) }) < 0
}

// named makes the binding of a field; nil where it has no name.
func (c *Codec) named(d *device, f *field, kind devices.Type, q quantity) *binding {
	key := string(f.key)
	w := standard(key)
	if single, ok := singles[strings.ToLower(key)]; ok && has(c.fields, singles.other(f.key)) {
		w = single
	}
	if w.name == "" {
		return nil
	}
	p := devices.Property{Name: w.name, Type: kind}
	if kind == devices.TypeNumber {
		p.Unit = q.unit
		if p.Unit == "" {
			p.Unit, _ = readUnit(f.after)
		}
		p.Unit = orElse(p.Unit, w.unit)
	}
	p.Class = fittingClass(orElse(w.class, classOf(p.Unit)), &p)
	if p.Class == "illuminance" && p.Name == "light" {
		p.Name = p.Class
	}
	if m, ok := measures[p.Class]; ok && kind == devices.TypeNumber {
		p.Unit, p.Deadband = orElse(p.Unit, m.unit), m.deadband
	}
	if w.diagnostic {
		p.Category = devices.Diagnostic
	}
	if _, known := meanings[p.Name]; !known {
		p.Label = strings.ToValidUTF8(strings.ReplaceAll(key, "/", " "), "")
	}
	p.Name = d.freeName(p.Name, slugOf(key))
	return newLearned(key, p)
}

func newLearned(key string, p devices.Property) *binding {
	return &binding{property: p, key: key, unit: unitOf(p.Unit), scale: 1, on: defaultOn, off: defaultOff}
}

// freeName returns the first of wanted, plain and plain with a number that no property
// of the device has.
func (d *device) freeName(wanted, plain string) string {
	if d.named(wanted) == nil {
		return wanted
	}
	name := plain
	for n := 2; d.named(name) != nil; n++ {
		tail := fmt.Sprintf("_%d", n)
		name = plain[:min(len(plain), maxName-len(tail))] + tail
	}
	return name
}

// pair are words that mean what they do only together.
type pair map[string]word

// singles are letters that sketches print for temperature and humidity. Alone, t is a
// time as well.
var singles = pair{"t": {name: "temperature", class: "temperature"}, "h": {name: "humidity", class: "humidity"}}

// other returns the letter that makes a pair with key, in its case.
func (p pair) other(key []byte) []byte {
	switch key[0] {
	case 't':
		return []byte("h")
	case 'T':
		return []byte("H")
	case 'h':
		return []byte("t")
	}
	return []byte("T")
}
