package dsmr

import (
	"fmt"
	"slices"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// Forget implements [codec.Forgetter]. A meter that the next telegram has is found out
// again, and can get the id of one that was forgotten.
func (c *DSMR) Forget(r *codec.Result, id devices.ID) error {
	h := &c.house
	i := slices.IndexFunc(h.all, func(m *member) bool { return m.meter.ID() == id && m.meter.Known() })
	if i < 0 {
		return fmt.Errorf("device %q: %w", shorten(string(id)), codec.ErrNoSuchDevice)
	}
	if slices.Contains(c.cfg.Declared(), id) {
		return fmt.Errorf("device %q: %w", id, codec.ErrConfigured)
	}
	r.Removed = append(r.Removed, id)
	r.Keep = append(r.Keep, codec.Record{Key: meter.RecordKey(id)})
	m := h.all[i]
	if m == h.main {
		h.main.meter, h.main.online = h.newMain(), false
		return nil
	}
	r.Keep = append(r.Keep, codec.Record{Key: keyPrefix + m.key})
	delete(h.ids, m.key)
	h.all = slices.Delete(h.all, i, i+1)
	return nil
}

// Declared returns the devices that the configuration describes.
func (c *Config) Declared() []devices.ID {
	var ids []devices.ID
	if c.ID != "" {
		ids = append(ids, devices.ID(c.ID))
	}
	for _, d := range c.Devices {
		if d.ID != "" {
			ids = append(ids, devices.ID(d.ID))
		}
	}
	return ids
}

var _ codec.Forgetter = (*DSMR)(nil)
