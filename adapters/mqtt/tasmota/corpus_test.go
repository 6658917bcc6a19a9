package tasmota_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/devices"
)

func TestCorpusGivesDevicesOrReasons(t *testing.T) {
	messages, announced, readings, faults, silent := 0, 0, 0, 0, 0
	h := newHouse()
	var unexplained []string
	for _, line := range conventiontest.Lines(t, "tasmota-messages.jsonl") {
		var m struct{ Topic, Payload string }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		messages++
		if strings.HasPrefix(m.Topic, "homeassistant/") {
			continue
		}
		h.at = h.at.Add(time.Second)
		before := len(h.published)
		var r convention.Result
		mine := h.t.Decode(&r, convention.Received{Topic: []byte(m.Topic), Payload: []byte(m.Payload), At: h.at})
		h.take(&r)
		announced, readings, faults = announced+len(r.Announced), readings+len(r.Readings), faults+len(r.Faults)
		if len(r.Announced)+len(r.Readings)+len(r.Faults)+len(r.Keep)+len(r.Availability) == 0 && len(h.published) == before {
			silent++
			if !mine {
				unexplained = append(unexplained, m.Topic+" "+m.Payload)
			}
		}
		for _, d := range r.Announced {
			if err := d.Validate(); err != nil {
				t.Errorf("%s: %v", m.Topic, err)
			}
		}
	}
	t.Logf("%d messages: %d announcements of devices, %d readings, %d reasons, %d that change nothing", messages, announced, readings, faults, silent)
	// Without an announcement or a state of its topic an answer or a nap says nothing of a device.
	for _, message := range unexplained {
		if !strings.HasPrefix(message, "stat/demo-sensor/") && !strings.Contains(message, "/status/RESULT") {
			t.Errorf("neither a device nor a reason: %.120s", message)
		}
	}
	if announced < 50 || readings < 100 {
		t.Errorf("too little was understood")
	}
}

// TestEveryWritablePropertyTakesACommand holds for all devices of the real messages.
func TestEveryWritablePropertyTakesACommand(t *testing.T) {
	commands := 0
	for _, line := range conventiontest.Lines(t, "tasmota-messages.jsonl") {
		var m struct{ Topic, Payload string }
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		h := newHouse()
		r := h.hear(m.Topic, m.Payload)
		for _, d := range r.Announced {
			for i := range d.Properties {
				p := &d.Properties[i]
				if !p.Writable {
					continue
				}
				out, err := h.t.Command(devices.Command{Device: d.ID, Property: p.Name, Value: conventiontest.ValueOf(p)}, noon)
				commands++
				if _, remembered := strings.CutPrefix(p.Name, "transition"); remembered {
					var echo convention.Result
					h.t.Echo(&echo, devices.Command{Device: d.ID, Property: p.Name, Value: conventiontest.ValueOf(p)}, noon)
					if err != nil || len(out) != 0 || len(echo.Readings) != 1 {
						t.Errorf("%s: %v, error %v, reported %v", p.Name, out, err, echo.Readings)
					}
					continue
				}
				if err != nil || len(out) != 1 || !strings.Contains(out[0].Topic, "cmnd/") {
					t.Errorf("%s: %v, error %v", p.Name, out, err)
				}
			}
		}
	}
	t.Logf("%d commands", commands)
}
