package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"thingbridge/devices"
)

// maxHeld bounds the devices that wait at one gate, and those that were refused. A
// neighbour's meters are dozens; what is beyond it is not looked at until there is room.
const maxHeld = 1000

// gate keeps the devices of one adapter from the house until somebody has accepted
// them. Of a device that waits it keeps what the device last said, so that it is
// complete when it comes in. It does no I/O.
type gate struct {
	mu       sync.Mutex
	accepted map[devices.ID]bool
	refused  map[devices.ID]bool
	told     map[devices.ID]bool // of those that wait: admins know
	held     map[devices.ID]*held
}

// held is a device before the gate.
type held struct {
	device       *devices.Device
	availability devices.Availability
	readings     map[string]devices.Reading
	since        time.Time
}

// decisions is what of a gate survives a restart.
type decisions struct {
	Accepted []devices.ID `json:"accepted"`
	Refused  []devices.ID `json:"refused,omitempty"`
	Told     []devices.ID `json:"told,omitempty"`
}

// newGate returns a gate that knows what was decided, and lets in known, which
// somebody has let in otherwise.
func newGate(d decisions, known []devices.ID) *gate {
	g := &gate{accepted: make(map[devices.ID]bool), refused: make(map[devices.ID]bool), told: make(map[devices.ID]bool), held: make(map[devices.ID]*held)}
	for set, ids := range map[*map[devices.ID]bool][]devices.ID{&g.accepted: slices.Concat(d.Accepted, known), &g.refused: d.Refused, &g.told: d.Told} {
		for _, id := range ids {
			(*set)[id] = true
		}
	}
	return g
}

// readDecisions reads what a gate stored.
func readDecisions(text []byte) (d decisions, err error) {
	if err := json.Unmarshal(text, &d); err != nil {
		return decisions{}, fmt.Errorf("decisions about devices: %w", err)
	}
	return d, nil
}

// pass returns what of an update may come in, and the devices that begin to wait by
// it. It changes nothing in u.
func (g *gate) pass(u devices.Update, now time.Time) (in devices.Update, fresh []*devices.Device) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lets(&u) {
		return u, nil
	}
	for _, d := range u.Announced {
		switch {
		case g.accepted[d.ID]:
			in.Announced = append(in.Announced, d)
		case g.hold(d, now):
			fresh = append(fresh, d)
		}
	}
	for _, p := range u.Availability {
		if g.accepted[p.Device] {
			in.Availability = append(in.Availability, p)
		} else if it := g.held[p.Device]; it != nil {
			it.availability = p.Availability
		}
	}
	for _, r := range u.Readings {
		if g.accepted[r.Device] {
			in.Readings = append(in.Readings, r)
		} else if it := g.held[r.Device]; it != nil {
			it.note(r)
		}
	}
	for _, id := range u.Removed {
		if g.accepted[id] {
			in.Removed = append(in.Removed, id)
		}
		delete(g.held, id)
		delete(g.told, id)
	}
	return in, fresh
}

// lets reports whether an update is about accepted devices alone, as nearly all are.
func (g *gate) lets(u *devices.Update) bool {
	return !slices.ContainsFunc(u.Announced, func(d *devices.Device) bool { return !g.accepted[d.ID] }) &&
		!slices.ContainsFunc(u.Availability, func(p devices.Presence) bool { return !g.accepted[p.Device] }) &&
		!slices.ContainsFunc(u.Readings, func(r devices.Reading) bool { return !g.accepted[r.Device] }) &&
		!slices.ContainsFunc(u.Removed, func(id devices.ID) bool { return !g.accepted[id] })
}

// hold keeps a device before the gate, and reports whether it is one that nobody has
// decided about, seen for the first time. What no registry would take does not wait.
func (g *gate) hold(d *devices.Device, now time.Time) bool {
	if it := g.held[d.ID]; it != nil {
		it.device = d
		return false
	}
	if len(g.held) >= maxHeld || d.Validate() != nil {
		return false
	}
	g.held[d.ID] = &held{device: d, readings: make(map[string]devices.Reading), since: now}
	return !g.refused[d.ID]
}

// note keeps the last value of a property that the device has.
func (h *held) note(r devices.Reading) {
	if _, ok := h.device.Property(r.Property); ok {
		h.readings[r.Property] = r
	}
}

// newcomer is a device before the gate, for people.
type newcomer struct {
	device  *devices.Device
	refused bool
	told    bool
	since   time.Time
}

// newcomers returns the devices before the gate, those that wait first, by title.
func (g *gate) newcomers() []newcomer {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []newcomer
	for id, it := range g.held {
		all = append(all, newcomer{it.device, g.refused[id], g.told[id], it.since})
	}
	slices.SortFunc(all, func(a, b newcomer) int {
		switch {
		case a.refused != b.refused && b.refused:
			return -1
		case a.refused != b.refused:
			return 1
		}
		return cmp.Or(strings.Compare(a.device.Title(), b.device.Title()), strings.Compare(string(a.device.ID), string(b.device.ID)))
	})
	return all
}

// with returns what will have been decided when these were accepted, refused or told
// of besides.
func (g *gate) with(accept, refuse, tell []devices.ID) decisions {
	g.mu.Lock()
	defer g.mu.Unlock()
	next := newGate(decisions{slices.Collect(maps.Keys(g.accepted)), slices.Collect(maps.Keys(g.refused)), slices.Collect(maps.Keys(g.told))}, nil)
	for _, id := range accept {
		next.accepted[id] = true
		delete(next.refused, id)
		delete(next.told, id)
	}
	for _, id := range refuse {
		if !next.accepted[id] {
			next.refused[id] = true
		}
		delete(next.told, id)
	}
	for _, id := range tell {
		next.told[id] = true
	}
	return decisions{slices.Sorted(maps.Keys(next.accepted)), slices.Sorted(maps.Keys(next.refused)), slices.Sorted(maps.Keys(next.told))}
}

// without returns what will have been decided when nothing was about these.
func (g *gate) without(ids []devices.ID) decisions {
	d := g.with(nil, nil, nil)
	among := func(id devices.ID) bool { return slices.Contains(ids, id) }
	return decisions{slices.DeleteFunc(d.Accepted, among), slices.DeleteFunc(d.Refused, among), slices.DeleteFunc(d.Told, among)}
}

// decide puts decisions in force. Devices that are accepted now come in by apply,
// with what they last said; nothing else passes meanwhile.
func (g *gate) decide(d decisions, apply func(devices.Update)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	next := newGate(d, nil)
	g.accepted, g.refused, g.told = next.accepted, next.refused, next.told
	var in devices.Update
	for _, id := range slices.Sorted(maps.Keys(g.held)) {
		if !g.accepted[id] {
			continue
		}
		it := g.held[id]
		in.Announced = append(in.Announced, it.device)
		if it.availability != devices.Unknown {
			in.Availability = append(in.Availability, devices.Presence{Device: id, Availability: it.availability})
		}
		for _, name := range slices.Sorted(maps.Keys(it.readings)) {
			in.Readings = append(in.Readings, it.readings[name])
		}
		delete(g.held, id)
	}
	if len(in.Announced) > 0 {
		apply(in)
	}
}
