package devices

import "time"

// State is what is known of one property of a device.
type State struct {
	Reported Value     // what the device last said; zero: nothing yet, or it has taken it back
	At       time.Time // when it was measured; zero: Reported is
	Desired  Value     // what was asked and the device has not confirmed; zero: nothing
	Asked    time.Time // when Desired was asked
	By       string    // who asked for Desired
}

// Twin is a snapshot of what we believe of a device. It belongs to whoever
// received it; only Device is shared, and never changes.
type Twin struct {
	Device       *Device
	Source       string  // the adapter that the device belongs to
	States       []State // one for each of Device.Properties, in their order
	Availability Availability
	Since        time.Time // when Availability became what it is
	LastSeen     time.Time // when the device was last heard of; zero: never
}

// State returns what is known of a property; ok is false when the device has no
// such property.
func (t *Twin) State(property string) (s State, ok bool) {
	i := t.Device.index(property)
	if i < 0 || i >= len(t.States) {
		return State{}, false
	}
	return t.States[i], true
}

// Reported returns the value that the device last reported for a property, or
// the zero Value.
func (t *Twin) Reported(property string) Value {
	s, _ := t.State(property)
	return s.Reported
}

// Memory is what survives a restart of a device's twin: its values by the name
// of the property, for the device may come back with other properties.
type Memory struct {
	Device   ID
	Source   string
	LastSeen time.Time
	States   map[string]State
}
