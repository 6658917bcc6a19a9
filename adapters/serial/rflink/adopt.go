package rflink

import (
	"fmt"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

var (
	_ codec.Adopter   = (*RFLink)(nil)
	_ codec.Forgetter = (*RFLink)(nil)
)

// Adopt has the device old be heard under the address of the device now, which is no
// device any more. What old was, it stays: its ID, what the configuration says of it,
// its properties.
func (x *RFLink) Adopt(r *codec.Result, old, now devices.ID) error {
	d, from := x.devices[old], x.devices[now]
	switch {
	case d == nil:
		return fmt.Errorf("device %q: %w", shorten(string(old)), codec.ErrNoSuchDevice)
	case from == nil:
		return fmt.Errorf("device %q: %w", shorten(string(now)), codec.ErrNoSuchDevice)
	case d == from:
		return fmt.Errorf("device %q: %w: it is the same device", old, codec.ErrCannotAdopt)
	case from.cfg != nil:
		return fmt.Errorf("device %q: %w: change its key there", now, codec.ErrConfigured)
	case lower(d.as.protocol) != lower(from.as.protocol):
		return fmt.Errorf("devices %q and %q: %w: they speak %s and %s", old, now, codec.ErrCannotAdopt, d.as.protocol, from.as.protocol)
	}
	to := from.as
	x.drop(r, from)
	x.move(d, to)
	for i := range from.features {
		d.feature(from.features[i].label)
	}
	d.heard, d.rhythm = from.heard, 0
	d.announce(r)
	if x.open {
		d.tell(r, from.told)
	}
	return nil
}

// Forget removes a device that was met on the air.
func (x *RFLink) Forget(r *codec.Result, id devices.ID) error {
	d := x.devices[id]
	switch {
	case d == nil:
		return fmt.Errorf("device %q: %w", shorten(string(id)), codec.ErrNoSuchDevice)
	case d.cfg != nil:
		return fmt.Errorf("device %q: %w", id, codec.ErrConfigured)
	}
	x.drop(r, d)
	return nil
}

// drop removes a device, and what is kept of it.
func (x *RFLink) drop(r *codec.Result, d *device) {
	x.queue.disown(d.id)
	x.remove(d)
	if d.announced != nil {
		r.Removed = append(r.Removed, d.id)
	}
	r.Keep = append(r.Keep, codec.Record{Key: d.recordKey()})
}
