package shelly_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/shelly"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// house is a convention and what it has said.
type house struct {
	s            *shelly.Shelly
	names        *convention.Names
	devices      map[devices.ID]*devices.Device
	availability map[devices.ID]devices.Availability
	kept         map[string]string
	published    []string
	at           time.Time
}

func newHouse() *house {
	names := convention.NewNames([]string{"homeassistant", "shelly"}, nil)
	return &house{s: shelly.New(names), names: names, at: noon, devices: make(map[devices.ID]*devices.Device), availability: make(map[devices.ID]devices.Availability), kept: make(map[string]string)}
}

func (h *house) take(r *convention.Result) {
	for _, d := range r.Announced {
		h.devices[d.ID] = d
	}
	for _, p := range r.Availability {
		h.availability[p.Device] = p.Availability
	}
	for _, record := range r.Keep {
		h.kept[record.Topic] = string(record.Payload)
	}
	for _, m := range r.Publish {
		h.published = append(h.published, m.Topic+" "+string(m.Payload))
	}
}

func (h *house) hear(topic, payload string) *convention.Result {
	var r convention.Result
	h.s.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: h.at})
	h.take(&r)
	return &r
}

func (h *house) wait(d time.Duration) *convention.Result {
	h.at = h.at.Add(d)
	var r convention.Result
	h.s.Due(&r, h.at)
	h.take(&r)
	return &r
}

// only returns the one device there is.
func (h *house) only(t *testing.T) *devices.Device {
	t.Helper()
	if len(h.devices) != 1 {
		t.Fatalf("%d devices, want one", len(h.devices))
	}
	for _, d := range h.devices {
		return d
	}
	return nil
}

func (h *house) command(d *devices.Device, property string, v devices.Value) string {
	out, err := h.s.Command(devices.Command{Device: d.ID, Property: property, Value: v}, h.at)
	if err != nil {
		return err.Error()
	}
	return out[0].Topic + " " + string(out[0].Payload)
}

// said writes what r tells, in short.
func said(r *convention.Result) string {
	var out []string
	for i := range r.Faults {
		what := "fault: "
		if r.Faults[i].Err == nil {
			what = "works: "
		}
		out = append(out, what+r.Faults[i].Property)
	}
	for _, reading := range r.Readings {
		out = append(out, fmt.Sprintf("%s=%s", reading.Property, reading.Value))
	}
	return strings.Join(out, " ")
}
