package conventiontest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Known are the devices that a convention has announced and not removed.
type Known map[devices.ID]*devices.Device

// Take takes over what a convention says, and checks that it makes sense: valid devices,
// availability and readings of those that were announced, faults that are a line.
func (k Known) Take(t testing.TB, r *convention.Result) {
	t.Helper()
	for _, d := range r.Announced {
		k[d.ID] = d
		if err := d.Validate(); err != nil {
			t.Errorf("device is not valid: %v", err)
		}
	}
	for _, presence := range r.Availability {
		if k[presence.Device] == nil {
			t.Errorf("availability of %q, which was not announced", presence.Device)
		}
	}
	for _, reading := range r.Readings {
		d := k[reading.Device]
		if d == nil {
			t.Fatalf("reading of %q, which was not announced", reading.Device)
		}
		p, ok := d.Property(reading.Property)
		if !ok {
			t.Fatalf("reading of unknown property %q", reading.Property)
		}
		if err := p.Check(reading.Value); err != nil && !errors.Is(err, devices.ErrRange) {
			t.Errorf("reading is of no use: %v", err)
		}
	}
	for i := range r.Faults {
		if f := &r.Faults[i]; f.Err != nil && (len(f.Error()) > 1000 || strings.Contains(f.Error(), "\n")) {
			t.Errorf("fault %q is no short line", f.Error())
		}
	}
	for _, id := range r.Removed {
		delete(k, id)
	}
}

// Command asks each of the devices for everything that it says can be set, and checks that
// it can be, and where to that is published.
func (k Known) Command(t testing.TB, c convention.Convention, now time.Time) {
	t.Helper()
	for _, d := range k {
		for i := range d.Properties {
			p := &d.Properties[i]
			messages, err := c.Command(devices.Command{Device: d.ID, Property: p.Name, Value: ValueOf(p)}, now)
			if p.Writable && err != nil && !errors.Is(err, convention.ErrNotMine) {
				t.Errorf("%s: %v", p.Name, err)
			}
			for _, m := range messages {
				if strings.ContainsAny(m.Topic, "+#\x00") {
					t.Errorf("published on %q", m.Topic)
				}
			}
		}
	}
}

// ValueOf is a value that p can be asked for.
func ValueOf(p *devices.Property) devices.Value {
	switch p.Type {
	case devices.TypeBoolean:
		return devices.Boolean(true)
	case devices.TypeEnum:
		return devices.Text(p.Options[len(p.Options)-1])
	case devices.TypeNumber:
		return devices.Number(p.Max)
	}
	return devices.Text("#336699")
}
