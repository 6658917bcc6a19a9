package main

import (
	"context"
	"fmt"

	"thingbridge/adapters"
	"thingbridge/devices"
)

// Adopts reports whether devices of an adapter can go on as others of it.
func (m *memory) Adopts(adapter string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.adopters[adapter] != nil
}

// Adopt has the device old go on with what is heard as the device now, which may still
// wait to be let in. What was decided about now, and what it last said, is forgotten.
func (m *memory) Adopt(ctx context.Context, old, now devices.ID) error {
	twin, ok := m.registry.Get(old)
	if !ok {
		return fmt.Errorf("%s: %w", old, devices.ErrNoDevice)
	}
	m.mu.Lock()
	adapter := m.adopters[twin.Source]
	m.mu.Unlock()
	if adapter == nil {
		return fmt.Errorf("adapter %s: %w", twin.Source, adapters.ErrUnavailable)
	}
	if err := adapter.Adopt(ctx, old, now); err != nil {
		return err
	}
	if err := m.safety.settle(ctx); err != nil {
		return fmt.Errorf("%s: what it last said is not forgotten: %w", now, err)
	}
	return m.inbox.forget(ctx, twin.Source, now)
}
