package tasmota_test

import (
	"errors"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/tasmota"
	"thingbridge/devices"
)

// FuzzDecode holds that whatever devices announce and report, what comes of it is
// valid: devices, readings of their properties, faults of one line, and commands on
// topics without wildcards.
func FuzzDecode(f *testing.F) {
	topic, payload := announce(map[string]any{"rl": []int{1, 2, 3, 3}, "lt_st": 5, "if": 1, "sht": [][]int{{-90, 90, 2}}, "swc": []int{13, 5}})
	f.Add(topic, payload, "tele/lamp/SENSOR", `{"Shutter1":{"Position":4,"Tilt":1},"Switch1":{"Action":"ON"}}`)
	f.Add("tasmota/discovery/AABBCC49A3BC/sensors", `{"sn":{"A":{"Temperature":[1,{"x":true}]},"TempUnit":"C"}}`, "stat/lamp/STATUS10", `{"StatusSNS":{"A":{"Temperature":[2]}}}`)
	f.Add("tele/x/LWT", "Online", "stat/x/STATUS11", `{"StatusSTS":{"POWER99":"ON","Dimmer":1},"StatusNET":{"Mac":"60:01:94:AA:BB:CC"}}`)
	f.Add("tele/lamp/STATE", `{"UptimeSec":1e99,"Scheme":-1,"HSBColor":"1,2"}`, "tele/lamp/LWT", "x")
	f.Fuzz(func(t *testing.T, topic1, payload1, topic2, payload2 string) {
		c := tasmota.New(convention.NewNames([]string{"tasmota"}, nil))
		known := make(map[devices.ID]*devices.Device)
		hear := func(topic, payload string) {
			var r convention.Result
			c.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon})
			c.Due(&r, noon.AddDate(0, 0, 1))
			check(t, known, &r)
		}
		hear(topic, payload)
		hear(topic1, payload1)
		hear(topic2, payload2)
		hear(topic1, payload1)
		for _, d := range known {
			for i := range d.Properties {
				p := &d.Properties[i]
				out, err := c.Command(devices.Command{Device: d.ID, Property: p.Name, Value: valueOf(p)}, noon)
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
	for _, id := range r.Removed {
		delete(known, id)
	}
}
