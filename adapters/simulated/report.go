package simulated

import (
	"math"
	"time"

	"thingbridge/devices"
)

// worthTelling is the share of a deadband by which a number must have changed to
// be told. Readers apply the deadband themselves; this only leaves out what
// nobody could make use of.
const worthTelling = 0.2

// report remembers what was told of a house, and finds what to tell next.
type report struct {
	parts    []part
	told     [][]devices.Value // by part and column; zero: to be told in any case
	readings []devices.Reading // reused
}

func newReport(parts []part) *report {
	r := &report{parts: parts}
	for _, p := range parts {
		r.told = append(r.told, make([]devices.Value, len(p.columns)))
	}
	return r
}

// changes returns the readings that differ from what was told, as measured at
// now. They are good until the next call.
func (r *report) changes(h *house, now time.Time) []devices.Reading {
	r.readings = r.readings[:0]
	for i, p := range r.parts {
		for j := range p.columns {
			c := &p.columns[j]
			value := c.read(h)
			if !differs(&c.property, r.told[i][j], value) {
				continue
			}
			r.told[i][j] = value
			r.readings = append(r.readings, devices.Reading{
				Device: p.device.ID, Property: c.property.Name, Value: value, At: now,
			})
		}
	}
	return r.readings
}

// repeat makes the next changes tell a property whether or not it changed: a
// command is confirmed even where it asked for what already was.
func (r *report) repeat(id devices.ID, property string) {
	for i, p := range r.parts {
		for j := range p.columns {
			if p.device.ID == id && p.columns[j].property.Name == property {
				r.told[i][j] = devices.Value{}
			}
		}
	}
}

// repeatAll makes the next changes tell everything.
func (r *report) repeatAll() {
	for i := range r.told {
		clear(r.told[i])
	}
}

func differs(p *devices.Property, told, value devices.Value) bool {
	was, ok := told.Number()
	if !ok {
		return told != value
	}
	is, _ := value.Number()
	return math.Abs(is-was) > p.Deadband*worthTelling
}
