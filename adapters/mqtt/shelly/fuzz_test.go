package shelly_test

import (
	"errors"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/shelly"
	"thingbridge/devices"
)

// FuzzDecode holds that whatever devices report, what comes of it is valid: devices,
// readings of their properties, faults of one line, and commands on topics without
// wildcards; and that what is kept of a device makes the same device.
func FuzzDecode(f *testing.F) {
	f.Add("shellies/announce", plug, "shellies/shellyplug-s-AABBCC/color/0/status", `{"ison":true,"mode":"color","red":255,"green":1,"blue":0,"gain":50}`)
	f.Add("shellies/shellytrv-8CF681E1363A/info", `{"thermostats":[{"target_t":{"value":21},"boost_minutes":1}]}`, "shellies/x/input_event/0", `{"event":"S","event_cnt":4}`)
	f.Add("a/b/online", "true", "thingbridge/shelly/config/a/b/rpc", `{"result":{"number:200":{"min":0,"max":1,"meta":{"ui":{"step":-1}}},"enum:200":{"options":["a"]}}}`)
	f.Add("a-aabbccddeeff/events/rpc", `{"src":"a-aabbccddeeff","method":"NotifyStatus","params":{"rgbcct:0":{"rgb":[1,2,3],"mode":"rgb"},"x:0":{"y":1}}}`, "a-aabbccddeeff/status/cover:0", `{"state":"open","current_pos":5}`)
	f.Add("a/events/rpc", `{"method":"NotifyEvent","params":{"events":[{"component":"input:0","event":"single_push"}]}}`, "thingbridge/shelly/known/q", `{"generation":2,"paths":["switch:0/output"]}`)
	f.Add("shelly-blu/events/7cc6b67f48ed", `{"battery":1}`, "shellies/x-aabbccddeeff/new/7", "1")
	f.Fuzz(func(t *testing.T, topic1, payload1, topic2, payload2 string) {
		s := shelly.New(convention.NewNames([]string{"shelly"}, nil))
		known, kept := make(map[devices.ID]*devices.Device), make(map[string]string)
		at := noon
		hear := func(topic, payload string) {
			var r convention.Result
			s.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: at})
			at = at.AddDate(0, 0, 1)
			s.Due(&r, at)
			check(t, known, &r)
			for _, record := range r.Keep {
				kept[record.Topic] = string(record.Payload)
			}
		}
		hear(topic1, payload1)
		hear(topic2, payload2)
		hear(topic1, payload1)
		for _, d := range known {
			for i := range d.Properties {
				p := &d.Properties[i]
				out, err := s.Command(devices.Command{Device: d.ID, Property: p.Name, Value: valueOf(p)}, noon)
				if p.Writable && err != nil && !errors.Is(err, convention.ErrNotMine) {
					t.Errorf("%s: %v", p.Name, err)
				}
				for _, m := range out {
					if strings.ContainsAny(m.Topic, "+#\x00") {
						t.Errorf("published on %q", m.Topic)
					}
				}
			}
		}
		again := shelly.New(convention.NewNames([]string{"shelly"}, nil))
		var r convention.Result
		for topic, payload := range kept {
			again.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon, Retained: true})
		}
		for _, d := range r.Announced {
			if before := known[d.ID]; before != nil && len(before.Properties) != len(d.Properties) {
				t.Errorf("%s has %d properties after it was kept, want %d", d.ID, len(d.Properties), len(before.Properties))
			}
		}
		if len(r.Readings) > 0 {
			t.Errorf("what was kept gives readings: %v", r.Readings)
		}
	})
}

func check(t *testing.T, known map[devices.ID]*devices.Device, r *convention.Result) {
	t.Helper()
	for _, d := range r.Announced {
		known[d.ID] = d
		if err := d.Validate(); err != nil {
			t.Errorf("device is not valid: %v", err)
		}
	}
	for _, presence := range r.Availability {
		if known[presence.Device] == nil {
			t.Errorf("availability of %q, which was not announced", presence.Device)
		}
	}
	for _, reading := range r.Readings {
		d := known[reading.Device]
		if d == nil {
			t.Fatalf("reading of %q, which was not announced", reading.Device)
		}
		p, ok := d.Property(reading.Property)
		if !ok {
			t.Fatalf("reading of unknown property %q", reading.Property)
		}
		if err := p.Check(reading.Value); err != nil && !errors.Is(err, devices.ErrRange) {
			t.Errorf("reading is of no use: %v", err)
		}
	}
	for i := range r.Faults {
		if r.Faults[i].Err != nil && (len(r.Faults[i].Error()) > 1000 || strings.Contains(r.Faults[i].Error(), "\n")) {
			t.Errorf("fault %q is no short line", r.Faults[i].Error())
		}
	}
}
