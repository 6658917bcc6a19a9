package devices

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Device describes one physical thing. It holds no values: those are in its
// [Twin]. A Device that was handed to a Registry is not changed by anybody.
type Device struct {
	ID           ID
	Name         string // as people call it; may change
	Area         string // the room or place; empty: unknown
	Manufacturer string
	Model        string
	Serial       string // its maker's number of this one; empty: unknown
	Kind         string // "thermostat", "sensor", "light", "plug", "meter", …; empty: unknown
	Properties   []Property
}

// Property returns the property of that name, and whether there is one.
func (d *Device) Property(name string) (*Property, bool) {
	i := d.index(name)
	if i < 0 {
		return nil, false
	}
	return &d.Properties[i], true
}

func (d *Device) index(name string) int {
	for i := range d.Properties {
		if d.Properties[i].Name == name {
			return i
		}
	}
	return -1
}

// Title is the name, or the ID where the device has none.
func (d *Device) Title() string {
	if d.Name != "" {
		return d.Name
	}
	return string(d.ID)
}

// Validate returns every mistake in d, joined, or nil.
func (d *Device) Validate() error {
	var errs []error
	if _, err := ParseID(string(d.ID)); err != nil {
		errs = append(errs, err)
	}
	for _, text := range []string{d.Name, d.Area, d.Manufacturer, d.Model, d.Serial, d.Kind} {
		if len(text) > MaxText {
			errs = append(errs, fmt.Errorf("text of %d bytes, want at most %d", len(text), MaxText))
		}
	}
	if len(d.Properties) > MaxProperties {
		return errors.Join(append(errs, fmt.Errorf("%d properties, want at most %d", len(d.Properties), MaxProperties))...)
	}
	seen := make(map[string]bool, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		if seen[p.Name] {
			errs = append(errs, fmt.Errorf("property %q: declared twice", p.Name))
		}
		seen[p.Name] = true
		if err := p.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("property %q: %w", p.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Validate returns every mistake in p, joined, or nil.
func (p *Property) Validate() error {
	var errs []error
	if !validName(p.Name) {
		errs = append(errs, errors.New("bad name; use a-z, 0-9, _ and -"))
	}
	if p.Type < TypeNumber || p.Type > TypeText {
		errs = append(errs, errors.New("no type; use number, boolean, enum or text"))
	}
	if p.Type != TypeNumber && (p.Bounded() || p.Step != 0 || p.Deadband != 0) {
		errs = append(errs, fmt.Errorf("a %s has no min, max, step or deadband", p.Type))
	}
	if math.IsNaN(p.Min) || math.IsNaN(p.Max) || p.Bounded() && p.Min > p.Max {
		errs = append(errs, fmt.Errorf("min %v is greater than max %v", p.Min, p.Max))
	}
	if !(p.Step >= 0) || math.IsInf(p.Step, 0) {
		errs = append(errs, fmt.Errorf("step %v; use a number above 0", p.Step))
	}
	if !(p.Deadband >= 0) || math.IsInf(p.Deadband, 0) {
		errs = append(errs, fmt.Errorf("deadband %v; use 0 or more", p.Deadband))
	}
	if (p.Type == TypeEnum) != (len(p.Options) > 0) {
		errs = append(errs, errors.New("options go with type enum, and an enum needs them"))
	}
	if len(p.Options) > MaxOptions {
		errs = append(errs, fmt.Errorf("%d options, want at most %d", len(p.Options), MaxOptions))
	}
	if p.Secret && p.Type != TypeText {
		errs = append(errs, fmt.Errorf("a %s cannot be secret, only a text can", p.Type))
	}
	if len(p.Label) > MaxText {
		errs = append(errs, fmt.Errorf("label of %d bytes, want at most %d", len(p.Label), MaxText))
	}
	return errors.Join(errs...)
}

func validName(name string) bool {
	if name == "" || len(name) > maxIDLength {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}
