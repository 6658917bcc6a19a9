package main

import (
	"context"
	"fmt"
	"sync"

	"thingbridge/adapters"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
	"thingbridge/gateway"
)

// memory knows which adapter could forget which device. Its methods can be called from
// any goroutine.
type memory struct {
	registry *devices.Registry
	safety   *safety
	inbox    *inbox

	mu       sync.Mutex
	adapters map[string]adapters.Forgetter // those that discover devices
	adopters map[string]adapters.Adopter   // those whose devices can go on as others
	sections map[string]string             // where the adapters are written
	written  map[devices.ID]string         // where devices are; empty: in no file
}

var _ gateway.Memory = (*memory)(nil)

func newMemory(registry *devices.Registry, safety *safety, inbox *inbox) *memory {
	return &memory{registry: registry, safety: safety, inbox: inbox, adapters: make(map[string]adapters.Forgetter), adopters: make(map[string]adapters.Adopter)}
}

// open makes an adapter known that has begun; supervised is what runs it.
func (m *memory) open(name string, adapter adapters.Adapter, supervised *adapters.Supervisor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if discovers(adapter) {
		m.adapters[name] = supervised
	}
	if supervised.Adopts() {
		m.adopters[name] = supervised
	}
}

// discovers reports whether an adapter has devices that no configuration describes. Some
// are known to have none, although others of their kind do.
func discovers(adapter adapters.Adapter) bool {
	if f, ok := adapter.(interface{ Forgets() bool }); ok && !f.Forgets() {
		return false
	}
	_, ok := adapter.(adapters.Forgetter)
	return ok
}

// close drops an adapter that has ended.
func (m *memory) close(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.adapters, name)
	delete(m.adopters, name)
}

// configure takes note of which devices a configuration describes.
func (m *memory) configure(c *config.Config) {
	sections, written := make(map[string]string), make(map[devices.ID]string)
	for _, a := range c.Adapters {
		sections[a.Name] = c.Place("adapters." + a.Name)
		for _, d := range declared(a.Section) {
			written[d.id] = c.Place("adapters." + a.Name + "." + d.key)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sections, m.written = sections, written
}

// Forget removes a device, and all that would make it known again without its help. An
// admin has to let it in again where newcomers have to wait.
func (m *memory) Forget(ctx context.Context, id devices.ID) error {
	twin, ok := m.registry.Get(id)
	if !ok {
		return fmt.Errorf("%s: %w", id, devices.ErrNoDevice)
	}
	m.mu.Lock()
	adapter := m.adapters[twin.Source]
	m.mu.Unlock()
	if adapter == nil {
		return fmt.Errorf("adapter %s: %w", twin.Source, adapters.ErrUnavailable)
	}
	if err := adapter.Forget(ctx, id); err != nil {
		return err
	}
	if err := m.safety.settle(ctx); err != nil {
		return fmt.Errorf("%s: what it last said is not forgotten: %w", id, err)
	}
	return m.inbox.forget(ctx, twin.Source, id)
}

// Written returns where in the configuration a device is described. Those of an adapter
// that discovers nothing are the configuration's too.
func (m *memory) Written(id devices.ID) (place string, ok bool) {
	twin, known := m.registry.Get(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	if place, ok = m.written[id]; ok || !known {
		return place, ok
	}
	return m.sections[twin.Source], m.adapters[twin.Source] == nil
}
