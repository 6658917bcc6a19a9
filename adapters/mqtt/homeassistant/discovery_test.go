package homeassistant_test

import (
	"testing"

	"thingbridge/devices"
)

func TestEntitiesOfOneDeviceAreOneDevice(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/sensor/x/t/config", `{"stat_t":"x/state","val_tpl":"{{ value_json.t }}","dev_cla":"temperature","unit_of_meas":"°C","uniq_id":"x_t","dev":{"ids":["x"],"name":"Attic"}}`)
	h.keep("homeassistant/binary_sensor/x/w/config", `{"stat_t":"x/state","val_tpl":"{{ value_json.w }}","dev_cla":"window","pl_on":true,"pl_off":false,"uniq_id":"x_w","dev":{"ids":"x"}}`)
	h.keep("homeassistant/switch/x/r/config", `{"stat_t":"x/relay","cmd_t":"x/relay/set","uniq_id":"x_r","dev":{"ids":"x"}}`)
	d := h.only(t)
	if d.ID != "attic" || d.Name != "Attic" || len(d.Properties) != 3 {
		t.Fatalf("device %+v", d)
	}
	h.say("x/state", `{"t": 21.5, "w": true}`)
	h.say("x/relay", "ON")
	for name, want := range map[string]devices.Value{
		"attic/temperature": devices.Number(21.5), "attic/window": devices.Boolean(true), "attic/on": devices.Boolean(true),
	} {
		if got := h.values[name]; got != want {
			t.Errorf("%s is %v, want %v; faults %q", name, got, want, h.faults)
		}
	}
	messages, err := h.Command(devices.Command{Device: "attic", Property: "on", Value: devices.Boolean(false)}, noon)
	if err != nil || len(messages) != 1 || messages[0].Topic != "x/relay/set" || string(messages[0].Payload) != "OFF" {
		t.Errorf("messages %v, error %v", messages, err)
	}
}
