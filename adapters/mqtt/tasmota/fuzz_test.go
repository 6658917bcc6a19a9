package tasmota_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/tasmota"
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
		known := make(conventiontest.Known)
		hear := func(topic, payload string) {
			var r convention.Result
			c.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon})
			c.Due(&r, noon.AddDate(0, 0, 1))
			known.Take(t, &r)
		}
		hear(topic, payload)
		hear(topic1, payload1)
		hear(topic2, payload2)
		hear(topic1, payload1)
		known.Command(t, c, noon)
	})
}
