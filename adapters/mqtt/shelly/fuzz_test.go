package shelly_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/shelly"
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
		known, kept := make(conventiontest.Known), make(map[string]string)
		at := noon
		hear := func(topic, payload string) {
			var r convention.Result
			s.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: at})
			at = at.AddDate(0, 0, 1)
			s.Due(&r, at)
			known.Take(t, &r)
			for _, record := range r.Keep {
				kept[record.Topic] = string(record.Payload)
			}
		}
		hear(topic1, payload1)
		hear(topic2, payload2)
		hear(topic1, payload1)
		known.Command(t, s, noon)
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
