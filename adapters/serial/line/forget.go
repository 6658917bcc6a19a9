package line

import (
	"fmt"
	"slices"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Forget implements [codec.Forgetter]: with a device that was found out, the properties
// are forgotten that its board has no more. What comes twice is found out again.
func (c *Codec) Forget(r *codec.Result, id devices.ID) error {
	i := slices.IndexFunc(c.devices, func(d *device) bool { return d.id == id && d.announced })
	if i < 0 {
		return fmt.Errorf("device %q: %w", shorten([]byte(id)), codec.ErrNoSuchDevice)
	}
	d := c.devices[i]
	if d.about.ID != "" {
		return fmt.Errorf("device %q: %w", id, codec.ErrConfigured)
	}
	r.Removed = append(r.Removed, id)
	r.Keep = append(r.Keep, codec.Record{Key: recordDevice + d.wire})
	if c.key == "" {
		fresh := newDevice(d.id, d.wire, &d.about)
		c.devices[i], c.byWire[d.wire] = fresh, fresh
		return nil
	}
	c.devices = slices.Delete(c.devices, i, i+1)
	delete(c.byWire, d.wire)
	return nil
}

// Declared returns the devices that the configuration describes.
func (c *Config) Declared() []devices.ID {
	ids := make([]devices.ID, len(c.Devices))
	for i := range c.Devices {
		ids[i] = devices.ID(c.Devices[i].ID)
	}
	return ids
}

var _ codec.Forgetter = (*Codec)(nil)
