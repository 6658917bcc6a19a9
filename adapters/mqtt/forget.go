package mqtt

import (
	"context"
	"fmt"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Forget removes a device that has announced itself, with what is kept of its
// announcements, in all conventions that know it: nobody else can, where the device is
// gone and the broker has forgotten it. Its ID stays its own. One that the broker still
// has an announcement of comes back with the next connection.
func (a *Adapter) Forget(ctx context.Context, id devices.ID) error {
	for i := range a.cfg.Devices {
		if devices.ID(a.cfg.Devices[i].ID) == id {
			return fmt.Errorf("mqtt %s: device %q: %w", a.name, id, adapters.ErrConfigured)
		}
	}
	a.mu.Lock()
	in := a.in
	a.mu.Unlock()
	if in == nil {
		return fmt.Errorf("mqtt %s: %w", a.name, adapters.ErrUnavailable)
	}
	if !in.forget(id) {
		return fmt.Errorf("mqtt %s: %w %q", a.name, devices.ErrNoDevice, shorten(string(id)))
	}
	if err := in.records.store(ctx); err != nil {
		return fmt.Errorf("mqtt %s: device %q will be back after a restart: %w", a.name, id, err)
	}
	return nil
}

// forget reports whether there was such a device.
func (in *inbox) forget(id devices.ID) (known bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.flush()
	for i, s := range in.spoken.all {
		in.guarded(i, func(r *convention.Result) { known = s.Forget(r, id) || known })
	}
	in.flush()
	return known
}
