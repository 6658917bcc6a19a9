package mqtt_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// beacon is a convention for tests: NAME/KEY/config announces, by its name, a
// device that says its value on NAME/KEY/state, takes one on NAME/KEY/set, is asked
// for it on NAME/KEY/get, and is offline when silent for a time.
type beacon struct {
	name   string
	names  *convention.Names
	silent time.Duration // 0: for ever

	mu    sync.Mutex
	byKey map[string]devices.ID
	due   map[string]time.Time
}

func newBeacon(name string, silent time.Duration) mqtt.Dialect {
	return mqtt.NewDialect(name, func(names *convention.Names) convention.Convention {
		return &beacon{name: name, names: names, silent: silent, byKey: make(map[string]devices.ID), due: make(map[string]time.Time)}
	})
}

func (b *beacon) topic(key, what string) string { return b.name + "/" + key + "/" + what }

func (b *beacon) Filters() []convention.Filter {
	return []convention.Filter{{Topic: b.name + "/+/config", QoS: 1}}
}

func (b *beacon) Decode(r *convention.Result, m convention.Received) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	parts := strings.Split(string(m.Topic), "/")
	if len(parts) != 3 || parts[0] != b.name {
		return false
	}
	key := parts[1]
	id, known := b.byKey[key]
	switch {
	case parts[2] == "config":
		b.announce(r, key, m)
		return true
	case !known || parts[2] != "state":
		return false
	case string(m.Payload) == "panic":
		panic("a mistake in a decoder")
	}
	v, err := strconv.ParseFloat(string(m.Payload), 64)
	if err != nil {
		r.Faults = append(r.Faults, convention.Fault{Device: id, Property: "value", Topic: string(m.Topic), Err: err})
		return true
	}
	r.Availability = append(r.Availability, devices.Presence{Device: id, Availability: devices.Online})
	r.Readings = append(r.Readings, devices.Reading{Device: id, Property: "value", Value: devices.Number(v), At: m.At})
	if b.silent > 0 {
		b.due[key] = m.At.Add(b.silent)
	}
	return true
}

func (b *beacon) announce(r *convention.Result, key string, m convention.Received) {
	state, keep := b.topic(key, "state"), convention.Record{Topic: string(m.Topic), Payload: m.Payload}
	if len(m.Payload) == 0 {
		if id, known := b.byKey[key]; known {
			r.Keep = append(r.Keep, keep)
			r.Removed = append(r.Removed, id)
			r.Unsubscribe = append(r.Unsubscribe, state)
			delete(b.byKey, key)
		}
		return
	}
	if m.Payload[0] == '!' {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: errors.New("begins with an exclamation mark")})
		return
	}
	id, ok := b.names.Assign(b.name, "id:"+key, string(m.Payload))
	if !ok {
		return
	}
	b.byKey[key] = id
	r.Keep = append(r.Keep, keep)
	r.Announced = append(r.Announced, &devices.Device{ID: id, Name: string(m.Payload), Properties: []devices.Property{
		{Name: "value", Type: devices.TypeNumber, Writable: true},
	}})
	r.Subscribe = append(r.Subscribe, convention.Filter{Topic: state, QoS: 1})
	r.Publish = append(r.Publish, convention.Message{Topic: b.topic(key, "get"), QoS: 1})
}

func (b *beacon) Due(r *convention.Result, now time.Time) (next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, at := range b.due {
		if !at.After(now) {
			r.Availability = append(r.Availability, devices.Presence{Device: b.byKey[key], Availability: devices.Offline})
			delete(b.due, key)
		} else if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

func (b *beacon) Lost(*convention.Result)     {}
func (b *beacon) Restored(*convention.Result) {}

func (b *beacon) Forget(r *convention.Result, id devices.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, of := range b.byKey {
		if of == id {
			b.announce(r, key, convention.Received{Topic: []byte(b.topic(key, "config"))})
			return true
		}
	}
	return false
}

func (b *beacon) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, id := range b.byKey {
		if id == cmd.Device {
			return []convention.Message{{Topic: b.topic(key, "set"), Payload: []byte(cmd.Value.String()), QoS: 1}}, nil
		}
	}
	return nil, fmt.Errorf("device %s: %w", cmd.Device, convention.ErrNotMine)
}

func (b *beacon) Echo(r *convention.Result, cmd devices.Command, now time.Time) {
	r.Readings = append(r.Readings, devices.Reading{Device: cmd.Device, Property: "value", Value: cmd.Value, At: now})
}
