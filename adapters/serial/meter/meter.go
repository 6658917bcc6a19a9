package meter

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Meter is one device, with the values that were told of it and those that were not
// yet. A telegram is given by Set, register by register, and told by Tell.
type Meter struct {
	device    devices.Device
	slots     []slot
	index     map[string]int // of slots, by name
	announced bool
	online    bool
}

// slot is what is known of one property.
type slot struct {
	pace   Pace
	value  devices.Value
	at     time.Time
	last   devices.Value // told
	told   time.Time
	faulty bool
}

// New returns the meter that d describes, without its properties.
func New(d devices.Device) *Meter {
	d.Properties = nil
	return &Meter{device: d, index: make(map[string]int)}
}

// ID returns the id of the device.
func (m *Meter) ID() devices.ID { return m.device.ID }

// Known reports whether the meter was announced.
func (m *Meter) Known() bool { return m.announced || m.online }

// Identify says what the meter calls itself. What is empty is not known.
func (m *Meter) Identify(manufacturer, model, serial string) {
	d := &m.device
	for _, it := range []struct {
		now  *string
		next string
	}{{&d.Manufacturer, manufacturer}, {&d.Model, model}, {&d.Serial, serial}} {
		if it.next != "" && it.next != *it.now && len(it.next) <= devices.MaxText {
			*it.now = it.next
			m.announced = false
		}
	}
}

// Set gives a register its value, as it was measured at a time.
func (m *Meter) Set(reg *Register, v devices.Value, at time.Time) {
	s := m.slot(reg)
	s.value, s.at = v, at
}

func (m *Meter) slot(reg *Register) *slot {
	i, ok := m.index[reg.Property.Name]
	if !ok {
		i = len(m.slots)
		m.index[reg.Property.Name] = i
		m.slots = append(m.slots, slot{})
		m.device.Properties = append(slices.Clip(m.device.Properties), reg.Property)
		m.announced = false
	}
	m.slots[i].pace = reg.Pace
	return &m.slots[i]
}

// Fault says that the value of a register is none; the one before stays.
func (m *Meter) Fault(r *codec.Result, reg *Register, err error) {
	m.slot(reg).faulty = true
	r.Faults = append(r.Faults, codec.Fault{Device: m.device.ID, Property: reg.Property.Name, Err: err})
}

// Sound says that a register that may have been at fault is right again.
func (m *Meter) Sound(r *codec.Result, reg *Register) {
	i, ok := m.index[reg.Property.Name]
	if !ok || !m.slots[i].faulty {
		return
	}
	m.slots[i].faulty = false
	r.Faults = append(r.Faults, codec.Fault{Device: m.device.ID, Property: reg.Property.Name})
}

// Measures reports whether there is anything that people look at.
func (m *Meter) Measures() bool {
	return slices.ContainsFunc(m.device.Properties, func(p devices.Property) bool { return p.Category == devices.Primary })
}

// Tell appends what is worth telling at a time. begins says that a quarter of an hour
// has begun.
func (m *Meter) Tell(r *codec.Result, now time.Time, begins bool) {
	if !m.announced {
		m.announce(r)
	}
	if !m.online {
		m.online = true
		r.Availability = append(r.Availability, devices.Presence{Device: m.device.ID, Availability: devices.Online})
	}
	for i := range m.slots {
		if s := &m.slots[i]; !s.value.IsZero() && s.pace.due(s.last, s.value, s.told, now, begins) {
			m.report(r, i, now)
		}
	}
}

func (m *Meter) report(r *codec.Result, i int, now time.Time) {
	s := &m.slots[i]
	s.last, s.told = s.value, now
	r.Readings = append(r.Readings, devices.Reading{Device: m.device.ID, Property: m.device.Properties[i].Name, Value: s.value, At: s.at})
}

// announce appends the device as it is, and keeps it for the next run.
func (m *Meter) announce(r *codec.Result) {
	m.announced = true
	d := m.device
	r.Announced = append(r.Announced, &d)
	if value, err := json.Marshal(&d); err == nil {
		r.Keep = append(r.Keep, codec.Record{Key: RecordKey(d.ID), Value: value})
	}
}

// Lose appends that the meter cannot be reached, with the last of its values that were
// not worth telling before.
func (m *Meter) Lose(r *codec.Result) {
	if !m.online {
		return
	}
	m.online = false
	for i := range m.slots {
		if s := &m.slots[i]; s.value != s.last {
			m.report(r, i, s.at)
		}
	}
	r.Availability = append(r.Availability, devices.Presence{Device: m.device.ID, Availability: devices.Offline})
}

// Show announces a meter that is known from an earlier run and was not heard yet.
func (m *Meter) Show(r *codec.Result) {
	if !m.announced && len(m.slots) > 0 {
		m.announce(r)
	}
}

const (
	recordPrefix = "device/"
	maxRecord    = 256 << 10 // of 512 properties, each with less than 512 bytes
)

// Recalled returns the device that a record keeps, and whether it keeps one.
func Recalled(record codec.Record) (*devices.Device, bool) {
	if len(record.Key) <= len(recordPrefix) || record.Key[:len(recordPrefix)] != recordPrefix || len(record.Value) > maxRecord {
		return nil, false
	}
	var d devices.Device
	if json.Unmarshal(record.Value, &d) != nil || d.Validate() != nil {
		return nil, false
	}
	return &d, true
}

// Resume gives a meter what is kept of it. The configuration counts more.
func (m *Meter) Resume(d *devices.Device) {
	m.Identify(d.Manufacturer, d.Model, d.Serial)
	for i := range d.Properties {
		m.slot(&Register{Property: d.Properties[i]})
	}
}

// Refuse returns why a command for one of several meters is not carried out: meters
// take none.
func Refuse(meters []*Meter, cmd devices.Command) error {
	for _, m := range meters {
		if m.device.ID != cmd.Device {
			continue
		}
		if _, ok := m.index[cmd.Property]; !ok {
			return fmt.Errorf("%s: %w %q", cmd.Device, codec.ErrNoSuchProperty, cmd.Property)
		}
		return fmt.Errorf("%s: %s: %w", cmd.Device, cmd.Property, devices.ErrNotWritable)
	}
	return fmt.Errorf("%q: %w", cmd.Device, codec.ErrNoSuchDevice)
}

// RecordKey is the key under which a device is kept.
func RecordKey(id devices.ID) string { return recordPrefix + string(id) }
