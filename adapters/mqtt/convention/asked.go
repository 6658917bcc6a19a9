package convention

import (
	"fmt"

	"thingbridge/devices"
)

// Asked returns the property of d that cmd is for and the value to carry to it, moved
// to the nearest step. The error wraps [ErrNoSuchProperty], devices.ErrNotWritable or
// what devices.Property.Check returns.
func Asked(d *devices.Device, cmd devices.Command) (*devices.Property, devices.Value, error) {
	p, ok := d.Property(cmd.Property)
	if !ok {
		return nil, devices.Value{}, fmt.Errorf("%s: %w %q", cmd.Device, ErrNoSuchProperty, Shorten(cmd.Property))
	}
	if !p.Writable {
		return nil, devices.Value{}, fmt.Errorf("%s: %s: %w", cmd.Device, p.Name, devices.ErrNotWritable)
	}
	if err := p.Check(cmd.Value); err != nil {
		return nil, devices.Value{}, err
	}
	return p, p.Round(cmd.Value), nil
}
