package shelly

import (
	"encoding/json"
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
	"thingbridge/devices"
)

// record is what is kept of a device: what it was found to have, without values. It
// is written by us and given back to us; nobody is subscribed to its topic.
type record struct {
	Generation int                     `json:"generation"`
	MAC        string                  `json:"mac,omitempty"`
	Model      string                  `json:"model,omitempty"`
	Name       string                  `json:"name,omitempty"`
	Period     int                     `json:"period,omitempty"` // seconds
	Powered    bool                    `json:"powered,omitempty"`
	Paths      []string                `json:"paths"`
	Generics   map[string]devices.Type `json:"generics,omitempty"`
	Details    map[string]detail       `json:"details,omitempty"`
}

// record makes the record of d.
func (d *device) record() convention.Record {
	topic := ours + "known/" + d.prefix
	payload, err := json.Marshal(record{d.generation, d.mac, d.model, d.name, int(d.period / time.Second), d.powered, d.paths, d.generics, d.details})
	if err != nil {
		return convention.Record{Topic: topic}
	}
	return convention.Record{Topic: topic, Payload: payload}
}

// recall makes a device of what was kept of it.
func (s *Shelly) recall(r *convention.Result, m convention.Received, prefix []byte) {
	const longest = 64 << 10 // bytes
	var kept record
	if len(m.Payload) == 0 || s.devices[string(prefix)] != nil || len(s.devices) >= maxDevices {
		return
	}
	d := newDevice(string(prefix), 1, m.At)
	if d == nil {
		return
	}
	err := fmt.Errorf("it has %d bytes, want at most %d", len(m.Payload), longest)
	if len(m.Payload) <= longest {
		err = json.Unmarshal(m.Payload, &kept)
	}
	if err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: fmt.Errorf("what was kept of the device cannot be read: %w", err)})
		return
	}
	d.generation, d.model, d.name, d.informed = min(max(kept.Generation, beacons), 2), kept.Model, kept.Name, true
	d.mac, _ = naming.MAC(kept.MAC)
	d.patience, d.period, d.powered = m.At, time.Duration(min(max(kept.Period, 0), 1<<22))*time.Second, kept.Powered
	if kept.Details != nil {
		d.details = kept.Details
	}
	for path, kind := range kept.Generics {
		if kind == devices.TypeNumber || kind == devices.TypeBoolean {
			d.generics[path] = kind
		}
	}
	for _, path := range kept.Paths {
		d.grow(path)
	}
	d.changed = false
	s.devices[d.prefix] = d
	r.Subscribe = append(r.Subscribe, d.filters()...)
	s.introduce(r, d, m.At)
	d.ask(r)
}
