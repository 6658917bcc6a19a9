package devices

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Source is the writing side of a registry for one adapter. A device belongs to
// the source that announced it first. Its methods can be called from any
// goroutine.
type Source struct {
	registry *Registry
	name     string
	executor Executor
}

// Source returns the writing side for the adapter of that name. Commands for its
// devices go to executor.
func (r *Registry) Source(name string, executor Executor) *Source {
	return &Source{registry: r, name: name, executor: executor}
}

// Apply makes an update known. What cannot be taken is left out and named in the
// returned error, which joins one error for each refused part: a device with
// mistakes or of another source, a reading of an unknown device or property, of
// the wrong type, or, where the property is only measured, out of its range. A
// writable property's range limits what can be asked of it, not what it reports. A
// reading without a value takes back the one before. Of one of a secret property
// nothing is kept but when its device was heard of.
//
// Nothing in u but the devices is kept after Apply returns.
func (s *Source) Apply(u Update) error {
	r := s.registry
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	for _, d := range u.Announced {
		note(s.announce(d, now))
	}
	for _, p := range u.Availability {
		note(s.setAvailability(p, now))
	}
	for i := range u.Readings {
		note(s.report(&u.Readings[i], now))
	}
	for _, id := range u.Removed {
		note(s.remove(id))
	}
	r.wake()
	return errors.Join(errs...)
}

// Lose marks all devices of the source as offline: their adapter has no
// connection any more.
func (s *Source) Lose() {
	r := s.registry
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.source == s && !e.removed {
			r.setAvailability(e, Offline, now)
		}
	}
	r.wake()
}

// Close removes all devices of the source. Should they be announced again, by
// whichever source, they take up their values.
func (s *Source) Close() {
	r := s.registry
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.entries {
		if e.source == s && !e.removed {
			r.remove(e)
		}
	}
	r.wake()
}

func (s *Source) announce(d *Device, now time.Time) error {
	r := s.registry
	if err := d.Validate(); err != nil {
		return fmt.Errorf("device %q: %w", shorten(string(d.ID)), err)
	}
	e, known := r.entries[d.ID]
	if known && !e.removed && e.source != s {
		return fmt.Errorf("device %q: %w: adapter %q has it; give one of the two another id", d.ID, ErrConflict, e.source.name)
	}
	if !known {
		if len(r.entries) >= MaxDevices {
			return fmt.Errorf("device %q: %w: %d devices are known already", d.ID, ErrLimit, len(r.entries))
		}
		e = &entry{id: d.ID}
		r.entries[d.ID] = e
	}
	if !known || e.removed {
		e.removed = false
		e.twin = Twin{Availability: Unknown, Since: now}
		r.recall(e, d)
	} else {
		e.twin.States = carry(e.twin.Device, e.twin.States, d)
	}
	e.source = s
	e.twin.Device, e.twin.Source = d, s.name
	r.changed(e)
	return nil
}

// recall gives a device that appears what is remembered of it.
func (r *Registry) recall(e *entry, d *Device) {
	e.twin.States = make([]State, len(d.Properties))
	m, ok := r.memory[e.id]
	if !ok {
		return
	}
	delete(r.memory, e.id)
	e.twin.LastSeen = m.LastSeen
	for i := range d.Properties {
		if state, ok := m.States[d.Properties[i].Name]; ok {
			e.twin.States[i] = fitting(&d.Properties[i], state)
		}
	}
}

// carry moves the states of a device to its next description.
func carry(old *Device, states []State, d *Device) []State {
	if slices.EqualFunc(old.Properties, d.Properties, sameMeaning) {
		return states
	}
	out := make([]State, len(d.Properties))
	for i := range d.Properties {
		if j := old.index(d.Properties[i].Name); j >= 0 {
			out[i] = fitting(&d.Properties[i], states[j])
		}
	}
	return out
}

func sameMeaning(a, b Property) bool {
	return a.Name == b.Name && a.Type == b.Type && a.Secret == b.Secret && slices.Equal(a.Options, b.Options)
}

// fitting drops values that a property can no longer have.
func fitting(p *Property, s State) State {
	if p.Secret {
		return State{}
	}
	if p.checkType(s.Reported) != nil {
		s.Reported, s.At = Value{}, time.Time{}
	}
	if p.Check(s.Desired) != nil {
		s.Desired, s.Asked, s.By = Value{}, time.Time{}, ""
	}
	return s
}

func (s *Source) setAvailability(p Presence, now time.Time) error {
	e, err := s.own(p.Device)
	if err != nil {
		return err
	}
	s.registry.setAvailability(e, p.Availability, now)
	return nil
}

func (r *Registry) setAvailability(e *entry, a Availability, now time.Time) {
	if e.twin.Availability == a {
		return
	}
	e.twin.Availability, e.twin.Since = a, now
	r.changed(e)
}

func (s *Source) report(reading *Reading, now time.Time) error {
	e, err := s.own(reading.Device)
	if err != nil {
		return err
	}
	i := e.twin.Device.index(reading.Property)
	if i < 0 {
		return fmt.Errorf("%s: %w %q", reading.Device, ErrNoProperty, shorten(reading.Property))
	}
	p := &e.twin.Device.Properties[i]
	known := !reading.Value.IsZero()
	if known {
		if err := p.accept(reading.Value); err != nil {
			return fmt.Errorf("%s: %w", reading.Device, err)
		}
	}
	at := reading.At
	if at.IsZero() || at.After(now) {
		at = now
	}
	if p.Secret {
		e.heard(at)
		s.registry.changed(e)
		return nil
	}
	state := &e.twin.States[i]
	news := known || !state.Reported.IsZero()
	state.Reported, state.At = reading.Value, at
	if !known {
		state.At = time.Time{}
	}
	if state.Desired == reading.Value {
		state.Desired, state.Asked, state.By = Value{}, time.Time{}, ""
	}
	e.heard(at)
	s.registry.changed(e)
	if !news { // taken back what nobody knew
		return nil
	}
	for _, t := range s.registry.tails {
		t.push(Reading{Device: e.id, Property: p.Name, Value: reading.Value, At: at, Origin: reading.Origin})
	}
	return nil
}

// heard notes that a device said something.
func (e *entry) heard(at time.Time) {
	if at.After(e.twin.LastSeen) {
		e.twin.LastSeen = at
	}
}

// accept returns why p cannot have reported v, or nil.
func (p *Property) accept(v Value) error {
	if err := p.checkType(v); err != nil || p.Writable {
		return err
	}
	return p.checkRange(v)
}

func (s *Source) remove(id ID) error {
	e, err := s.own(id)
	if err != nil {
		return err
	}
	s.registry.remove(e)
	return nil
}

// own returns the entry of a device that belongs to s.
func (s *Source) own(id ID) (*entry, error) {
	e, ok := s.registry.entries[id]
	if !ok || e.removed || e.source != s {
		return nil, fmt.Errorf("%q: %w of adapter %q", shorten(string(id)), ErrNoDevice, s.name)
	}
	return e, nil
}

func (r *Registry) remove(e *entry) {
	if len(r.memory) < MaxDevices {
		r.memory[e.id] = e.twin.Memory()
	}
	e.removed = true
	r.changed(e)
}
