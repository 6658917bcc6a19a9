package rtl433_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/rtl433"
)

// TestCorpus gives each message of real sensors three times: each must make a
// device with readings, or give a reason. The messages are not part of the
// project; CORPUS names the folder that has them.
func TestCorpus(t *testing.T) {
	messages := 0
	silent := 0
	h := newHouse()
	events := conventiontest.Lines(t, "rtl433-events.jsonl")
	for range 3 {
		for _, line := range events {
			h.all.Faults = h.all.Faults[:0]
			before := len(h.all.Readings)
			h.hear("rtl_433/pi/events", string(line))
			messages++
			if len(h.all.Readings) == before && len(h.all.Faults) == 0 {
				silent++
				t.Errorf("neither readings nor a reason: %s", line)
			}
		}
		h.at = h.at.Add(3 * time.Minute)
	}
	names := make(map[string]bool)
	properties := 0
	for _, d := range h.all.Announced {
		if err := d.Validate(); err != nil {
			t.Error(err)
		}
		if !names[string(d.ID)] {
			t.Logf("%s: %s, %d properties", d.ID, d.Kind, len(d.Properties))
		}
		names[string(d.ID)] = true
	}
	properties = len(h.all.Readings)
	t.Logf("%d messages: %d devices, %d readings, %d without either or reason", messages, len(names), properties, silent)
	if len(names) != 27 {
		t.Errorf("%d devices, want 27: all but two that say nothing", len(names))
	}
}

// TestCorpusMeetsDiscovery holds that sensors that Home Assistant's discovery
// script of rtl_433 announces have the same key here.
func TestCorpusMeetsDiscovery(t *testing.T) {
	h := newHouse()
	want := make(map[string]bool)
	for _, line := range conventiontest.Lines(t, "rtl433-hass-discovery.jsonl") {
		var m struct{ Payload string }
		var announced struct {
			Device struct{ Identifiers []string }
		}
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(m.Payload), &announced); err != nil {
			t.Fatal(err)
		}
		id := announced.Device.Identifiers[0]
		want[id] = true
		h.names.Assign("homeassistant", "id:"+strings.ToLower(id), id)
	}
	for range 3 {
		for _, line := range conventiontest.Lines(t, "rtl433-events.jsonl") {
			h.hear("rtl_433/pi/events", string(line))
		}
		h.at = h.at.Add(3 * time.Minute)
	}
	for _, d := range h.all.Announced {
		t.Errorf("%s is a device twice", d.ID)
	}
	t.Logf("%d sensors that discovery speaks for, none of them a second device", len(want))
}

func TestCorpusOfFieldTopics(t *testing.T) {
	h := newHouse()
	lines := conventiontest.Lines(t, "wild-messages.jsonl")
	heard := 0
	for range 3 {
		for _, line := range lines {
			var m struct{ Producer, Topic, Payload string }
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			if m.Producer != "rtl_433" {
				continue
			}
			heard++
			if !h.Decode(&h.all, convention.Received{Topic: []byte(m.Topic), Payload: []byte(m.Payload), At: h.at}) {
				t.Errorf("topic %s is not known", m.Topic)
			}
		}
		h.at = h.at.Add(3 * time.Minute)
	}
	ids := make(map[string]bool)
	for _, d := range h.all.Announced {
		ids[string(d.ID)] = true
	}
	t.Logf("%d messages: %d devices", heard, len(ids))
	if len(ids) != 7 {
		t.Errorf("devices %v, want 7", ids)
	}
}

var _ convention.Convention = (*rtl433.RTL433)(nil)
