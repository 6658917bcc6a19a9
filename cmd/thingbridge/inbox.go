package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/store"
	"thingbridge/gateway/talk"
)

// inbox is the gates of the adapters whose devices have to be accepted. Its methods
// can be called from any goroutine.
type inbox struct {
	store *store.Store

	writing sync.Mutex // held from reading decisions to putting them in force
	mu      sync.Mutex
	sinks   map[string]*sink // by adapter; each has a gate
}

var _ gateway.Inbox = (*inbox)(nil)

func newInbox(store *store.Store) *inbox {
	return &inbox{store: store, sinks: make(map[string]*sink)}
}

func decisionsKey(adapter string) string { return "inbox/" + adapter }

// open puts a gate before a sink. Devices that the configuration describes need not be
// accepted; nor those that are remembered, for they were in the house before there was
// a gate.
func (b *inbox) open(section config.Adapter, s *sink) error {
	ctx := context.Background()
	decided, err := b.decided(ctx, section.Name)
	if err != nil {
		return fmt.Errorf("adapter %s: %w", section.Name, err)
	}
	memories, err := b.store.Memories(ctx)
	if err != nil {
		return fmt.Errorf("adapter %s: %w", section.Name, err)
	}
	var known []devices.ID
	for _, m := range memories {
		if m.Source == section.Name && !slices.Contains(decided.Refused, m.Device) {
			known = append(known, m.Device)
		}
	}
	for _, d := range declared(section.Section) {
		known = append(known, d.id)
	}
	s.gate = newGate(decided, known)
	if err := b.put(ctx, section.Name, s.gate.with(nil, nil, nil)); err != nil {
		return fmt.Errorf("adapter %s: %w", section.Name, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sinks[section.Name] = s
	return nil
}

// decided returns what was decided about the devices of an adapter.
func (b *inbox) decided(ctx context.Context, adapter string) (decisions, error) {
	text, ok, err := b.store.Get(ctx, decisionsKey(adapter))
	if err != nil || !ok {
		return decisions{}, err
	}
	return readDecisions(text)
}

// close forgets the gate of an adapter that has ended; what was decided is kept.
func (b *inbox) close(adapter string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sinks, adapter)
}

func (b *inbox) put(ctx context.Context, adapter string, d decisions) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return b.store.Put(ctx, decisionsKey(adapter), text)
}

// all returns the sinks with gates, by adapter.
func (b *inbox) all() map[string]*sink {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.sinks)
}

// Newcomers returns the devices before all gates.
func (b *inbox) Newcomers() (all []talk.Newcomer, ok bool) {
	sinks := b.all()
	for _, adapter := range slices.Sorted(maps.Keys(sinks)) {
		for _, n := range sinks[adapter].gate.newcomers() {
			all = append(all, talk.Newcomer{Adapter: adapter, Device: n.device, Refused: n.refused})
		}
	}
	return all, len(sinks) > 0
}

// Untold returns the devices that wait and of which no admin was told.
func (b *inbox) Untold() (waiting []talk.Newcomer, first, last time.Time) {
	sinks := b.all()
	for _, adapter := range slices.Sorted(maps.Keys(sinks)) {
		for _, n := range sinks[adapter].gate.newcomers() {
			if n.refused || n.told {
				continue
			}
			waiting = append(waiting, talk.Newcomer{Adapter: adapter, Device: n.device})
			if first.IsZero() || n.since.Before(first) {
				first = n.since
			}
			if n.since.After(last) {
				last = n.since
			}
		}
	}
	return waiting, first, last
}

// Told stores that admins know of devices.
func (b *inbox) Told(ctx context.Context, waiting []talk.Newcomer) error {
	refs := make([]string, len(waiting))
	for i := range waiting {
		refs[i] = waiting[i].Ref()
	}
	return b.decide(ctx, refs, func(g *gate, ids []devices.ID) decisions { return g.with(nil, nil, ids) })
}

// Accept lets devices in.
func (b *inbox) Accept(ctx context.Context, refs []string) error {
	return b.decide(ctx, refs, func(g *gate, ids []devices.ID) decisions { return g.with(ids, nil, nil) })
}

// Refuse keeps devices out.
func (b *inbox) Refuse(ctx context.Context, refs []string) error {
	return b.decide(ctx, refs, func(g *gate, ids []devices.ID) decisions { return g.with(nil, ids, nil) })
}

// forget takes back that a device was let in.
func (b *inbox) forget(ctx context.Context, adapter string, id devices.ID) error {
	if b.all()[adapter] == nil {
		return nil
	}
	ref := adapter + "/" + string(id)
	return b.decide(ctx, []string{ref}, func(g *gate, ids []devices.ID) decisions { return g.without(ids) })
}

// decide stores what next makes of the decisions of each gate, and puts it in force.
func (b *inbox) decide(ctx context.Context, refs []string, next func(*gate, []devices.ID) decisions) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	byAdapter := make(map[string][]devices.ID)
	for _, ref := range refs {
		adapter, id, _ := strings.Cut(ref, "/")
		byAdapter[adapter] = append(byAdapter[adapter], devices.ID(id))
	}
	sinks := b.all()
	for adapter, ids := range byAdapter {
		s := sinks[adapter]
		if s == nil {
			return fmt.Errorf("adapter %s has no inbox", adapter)
		}
		decided := next(s.gate, ids)
		if err := b.put(ctx, adapter, decided); err != nil {
			return err
		}
		s.gate.decide(decided, s.apply)
	}
	return nil
}
