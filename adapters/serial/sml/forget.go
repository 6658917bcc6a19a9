package sml

import (
	"fmt"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// Forget implements [codec.Forgetter]. The next file finds the meter out again.
func (c *SML) Forget(r *codec.Result, id devices.ID) error {
	if id != c.meter.ID() || !c.meter.Known() {
		return fmt.Errorf("device %q: %w", string(id[:min(len(id), maxName)]), codec.ErrNoSuchDevice)
	}
	if c.cfg.ID != "" {
		return fmt.Errorf("device %q: %w", id, codec.ErrConfigured)
	}
	r.Removed = append(r.Removed, id)
	r.Keep = append(r.Keep, codec.Record{Key: meter.RecordKey(id)})
	c.meter, c.online = c.cfg.meter(id), false
	return nil
}

// Declared returns the devices that the configuration describes.
func (c *Config) Declared() []devices.ID {
	if c.ID == "" {
		return nil
	}
	return []devices.ID{devices.ID(c.ID)}
}

var _ codec.Forgetter = (*SML)(nil)
