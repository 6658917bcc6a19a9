package radio

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// maxFields bounds the fields of a sensor; a weather station has some twenty.
const maxFields = 64

// Sensor is a sensor that is a device. What it measures is found out as it speaks.
type Sensor struct {
	roll     *Roll
	key      string
	id       devices.ID
	who      Identity
	fields   map[string]int // index into meanings; -1: of no use
	meanings []meaning
	samples  []sample
	grown    bool
	receiver *Receiver
	told     devices.Availability
	presence int       // 1 + index into meanings; 0: none
	leaves   time.Time // when it is no longer present
	whole    time.Time // when it last said all in one message
}

// ID returns the device's ID.
func (s *Sensor) ID() devices.ID { return s.id }

// Take appends what the members of a message mean to res.
func (s *Sensor) Take(res *convention.Result, topic []byte, members []Member, at time.Time) {
	for i := range members {
		m := &members[i]
		if _, known := s.fields[string(m.Key)]; !known {
			s.learn(m, members)
		}
	}
	if s.grown {
		s.announce(res)
	}
	for i := range members {
		m := &members[i]
		index, known := s.fields[string(m.Key)]
		if !known || index < 0 {
			continue
		}
		g := &s.meanings[index]
		v, err := g.value(m)
		if err != nil {
			res.Faults = append(res.Faults, convention.Fault{Device: s.id, Property: g.property.Name, Topic: string(topic), Err: err})
			continue
		}
		if !v.IsZero() {
			res.Readings = append(res.Readings, devices.Reading{Device: s.id, Property: g.property.Name, Value: v, At: at})
		}
	}
}

// Whole notes that a message had all that the sensor says.
func (s *Sensor) Whole(at time.Time) { s.whole = at }

// InParts reports whether its messages carry a value each, as far as is known.
func (s *Sensor) InParts(at time.Time) bool {
	const since = time.Hour
	return s.whole.IsZero() || at.Sub(s.whole) > since
}

// Useful reports whether anything is known that the sensor measures.
func (s *Sensor) Useful() bool { return len(s.meanings) > 0 }

// learn finds out what a field means that was not there before.
func (s *Sensor) learn(m *Member, members []Member) {
	if len(s.fields) >= 2*maxFields || m.Kind == Null {
		return
	}
	unit := unitOf(m, members)
	g, ok := meaningOf(m, unit, s.who.Sort)
	index := -1
	if ok && !isUnit(string(m.Key), members) {
		index = s.place(string(m.Key), g)
	}
	s.fields[string(m.Key)] = index
	if index >= 0 {
		s.samples = append(s.samples, sampleOf(m, unit))
	}
}

// place gives a meaning its index. Of two fields for the same property, one is
// the other in another unit: what needs no conversion stays.
func (s *Sensor) place(field string, g meaning) int {
	for i := range s.meanings {
		old := &s.meanings[i]
		if old.property.Name != g.property.Name {
			continue
		}
		if !old.converted || g.converted || old.property.Type != g.property.Type {
			return -1
		}
		for other, index := range s.fields {
			if index == i {
				s.fields[other] = -1
			}
		}
		s.grown = s.grown || old.property.Unit != g.property.Unit
		*old = g
		return i
	}
	if len(s.meanings) >= maxFields {
		return -1
	}
	s.meanings = append(s.meanings, g)
	s.grown = true
	return len(s.meanings) - 1
}

// unitOf is what another member says of the unit of m: weight has "unit", avg has
// "avgu".
func unitOf(m *Member, members []Member) string {
	if m.Kind != Number {
		return ""
	}
	for i := range members {
		other := &members[i]
		if other.Kind != Text || len(other.Value) > 16 {
			continue
		}
		beside := len(other.Key) == len(m.Key)+1 && other.Key[len(m.Key)] == 'u' && bytes.HasPrefix(other.Key, m.Key)
		if beside || string(other.Key) == "unit" && string(m.Key) == "weight" {
			return other.Text()
		}
	}
	return ""
}

// isUnit reports whether field says the unit of another one.
func isUnit(field string, members []Member) bool {
	short, ok := strings.CutSuffix(field, "u")
	return ok && Find(members, short) != nil
}

// announce makes the device known as it is now, to everybody and after a restart.
func (s *Sensor) announce(res *convention.Result) {
	s.grown = false
	d := &devices.Device{
		ID: s.id, Name: clip(s.who.Name), Manufacturer: clip(s.who.Manufacturer), Model: clip(s.who.Model), Serial: clip(s.who.Serial),
		Properties: make([]devices.Property, len(s.meanings)),
	}
	for i := range s.meanings {
		d.Properties[i] = s.meanings[i].property
	}
	d.Kind = kindOf(d.Properties)
	res.Announced = append(res.Announced, d)
	res.Keep = append(res.Keep, s.record())
	s.roll.mu.Lock()
	defer s.roll.mu.Unlock()
	s.roll.known[s.id] = d
}

// clip keeps a stranger's text within what a device may say.
func clip(text string) string {
	const most = 200 // bytes
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

// Fault appends why a message means nothing.
func Fault(res *convention.Result, topic []byte, err error) {
	res.Faults = append(res.Faults, convention.Fault{Topic: string(topic), Err: err})
}

// Address returns the key of a hardware address, written with or without colons.
func Address(text []byte) (string, error) {
	var digits [12]byte
	n := 0
	for _, c := range text {
		switch {
		case c == ':' || c == '-':
			continue
		case c >= 'A' && c <= 'F':
			c += 'a' - 'A'
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		default:
			return "", fmt.Errorf("%q is no hardware address", convention.Shorten(string(text)))
		}
		if n == len(digits) {
			return "", fmt.Errorf("%q is no hardware address", convention.Shorten(string(text)))
		}
		digits[n] = c
		n++
	}
	if n != len(digits) {
		return "", fmt.Errorf("%q is no hardware address", convention.Shorten(string(text)))
	}
	return "mac:" + string(digits[:]), nil
}
