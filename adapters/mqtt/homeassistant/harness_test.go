package homeassistant_test

import (
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
	"thingbridge/devices"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// house is a Discovery and what came of it so far.
type house struct {
	*homeassistant.Discovery
	devices      map[devices.ID]*devices.Device
	values       map[string]devices.Value // "device/property"
	availability map[devices.ID]devices.Availability
	faults       []string
	subscribed   map[string]bool
	kept         map[string]string
	now          time.Time
}

func newHouse() *house {
	return houseWith(convention.NewNames([]string{homeassistant.Name}, nil))
}

func houseWith(names *convention.Names) *house {
	return &house{
		Discovery:    homeassistant.New(names, homeassistant.Config{}),
		devices:      make(map[devices.ID]*devices.Device),
		values:       make(map[string]devices.Value),
		availability: make(map[devices.ID]devices.Availability),
		subscribed:   make(map[string]bool),
		kept:         make(map[string]string),
		now:          noon,
	}
}

// apply takes over what r says, as an adapter would.
func (h *house) apply(r *convention.Result) {
	for _, d := range r.Announced {
		h.devices[d.ID] = d
	}
	for _, p := range r.Availability {
		h.availability[p.Device] = p.Availability
	}
	for _, reading := range r.Readings {
		h.values[string(reading.Device)+"/"+reading.Property] = reading.Value
	}
	for _, id := range r.Removed {
		delete(h.devices, id)
		delete(h.availability, id)
	}
	for i := range r.Faults {
		if r.Faults[i].Err != nil {
			h.faults = append(h.faults, r.Faults[i].Error())
		}
	}
	for _, filter := range r.Subscribe {
		h.subscribed[filter.Topic] = true
	}
	for _, topic := range r.Unsubscribe {
		delete(h.subscribed, topic)
	}
	for _, record := range r.Keep {
		h.kept[record.Topic] = string(record.Payload)
		if len(record.Payload) == 0 {
			delete(h.kept, record.Topic)
		}
	}
}

// say has the house hear a message of this moment.
func (h *house) say(topic, payload string) { h.message(topic, payload, false) }

// keep has the house hear a message that the broker had kept.
func (h *house) keep(topic, payload string) { h.message(topic, payload, true) }

func (h *house) message(topic, payload string, retained bool) {
	var r convention.Result
	h.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), Retained: retained, At: h.now})
	h.apply(&r)
}

// pass lets time pass.
func (h *house) pass(by time.Duration) (next time.Time) {
	h.now = h.now.Add(by)
	var r convention.Result
	next = h.Due(&r, h.now)
	h.apply(&r)
	return next
}

// only is the only device there is.
func (h *house) only(t *testing.T) *devices.Device {
	t.Helper()
	if len(h.devices) != 1 {
		t.Fatalf("%d devices, want 1; faults %q", len(h.devices), h.faults)
	}
	for _, d := range h.devices {
		return d
	}
	return nil
}
