package serial

import (
	"context"
	"errors"
	"fmt"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

var (
	_ adapters.Forgetter = (*Adapter)(nil)
	_ adapters.Adopter   = (*Adapter)(nil)
)

// Forgets reports whether the codec discovers devices, and forgets them.
func (a *Adapter) Forgets() bool { return a.forgets }

// Adopts reports whether the codec's devices can come to be others on the wire.
func (a *Adapter) Adopts() bool { return a.adopts }

// Forget removes a device that the codec has discovered, and what is kept of it, also
// while the port is gone.
func (a *Adapter) Forget(ctx context.Context, id devices.ID) error {
	err := a.change(ctx, func(r *codec.Result) error {
		f, ok := a.running.codec.(codec.Forgetter)
		if !ok {
			return fmt.Errorf("the codec %s forgets no devices", a.protocol.name)
		}
		return f.Forget(r, id)
	})
	switch {
	case errors.Is(err, codec.ErrNoSuchDevice):
		return fmt.Errorf("serial %s: device %q: %w", a.name, id, devices.ErrNoDevice)
	case errors.Is(err, codec.ErrConfigured):
		return fmt.Errorf("serial %s: device %q: %w", a.name, id, adapters.ErrConfigured)
	case err != nil:
		return fmt.Errorf("serial %s: %w", a.name, err)
	}
	return nil
}

// Adopt lets the device old go on with what is heard as the device now, such as a sensor
// that has another address since its battery was changed.
func (a *Adapter) Adopt(ctx context.Context, old, now devices.ID) error {
	err := a.change(ctx, func(r *codec.Result) error {
		c, ok := a.running.codec.(codec.Adopter)
		if !ok {
			return fmt.Errorf("%w: devices of the codec %s keep their addresses", codec.ErrCannotAdopt, a.protocol.name)
		}
		return c.Adopt(r, old, now)
	})
	switch {
	case errors.Is(err, codec.ErrNoSuchDevice):
		return fmt.Errorf("serial %s: devices %q and %q: %w", a.name, old, now, devices.ErrNoDevice)
	case errors.Is(err, codec.ErrConfigured):
		return fmt.Errorf("serial %s: device %q: %w", a.name, now, adapters.ErrConfigured)
	case errors.Is(err, codec.ErrCannotAdopt):
		return fmt.Errorf("serial %s: %w: %w", a.name, adapters.ErrCannotAdopt, err)
	case err != nil:
		return fmt.Errorf("serial %s: %w", a.name, err)
	}
	return nil
}

// change calls a method of the codec beside the loop, and returns when what it says to
// keep is stored.
func (a *Adapter) change(ctx context.Context, method func(*codec.Result) error) error {
	records, err := a.changeNow(method)
	if err != nil {
		return err
	}
	return records.store(ctx)
}

func (a *Adapter) changeNow(method func(*codec.Result) error) (_ *records, err error) {
	a.working.Lock()
	defer a.working.Unlock()
	l := a.running
	if l == nil {
		return nil, adapters.ErrUnavailable
	}
	var r codec.Result
	if err := method(&r); err != nil {
		return nil, err
	}
	l.sink.Apply(r.Update)
	for _, k := range r.Keep {
		if _, err := l.records.put(k); err != nil {
			return nil, err
		}
	}
	return l.records, nil
}
