package homeassistant_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// judged has h hear a message, and holds that what came of it is of use.
func (h *house) judged(t *testing.T, topic, payload string) {
	t.Helper()
	var r convention.Result
	h.Decode(&r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon})
	h.apply(&r)
	for _, d := range r.Announced {
		if err := d.Validate(); err != nil {
			t.Errorf("device is not valid: %v", err)
		}
	}
	for _, reading := range r.Readings {
		d := h.devices[reading.Device]
		if d == nil {
			t.Fatalf("a reading of device %q, which does not exist", reading.Device)
		}
		p, ok := d.Property(reading.Property)
		if !ok {
			t.Fatalf("a reading of property %q, which does not exist", reading.Property)
		}
		if err := p.Check(reading.Value); !reading.Value.IsZero() && err != nil && !errors.Is(err, devices.ErrRange) {
			t.Errorf("a reading is of no use: %v", err)
		}
		if text, _ := reading.Value.Text(); !utf8.ValidString(text) || len(text) > devices.MaxText {
			t.Errorf("text %q", text)
		}
	}
	for i := range r.Faults {
		if f := &r.Faults[i]; f.Err != nil && (len(f.Error()) > 2000 || strings.Contains(f.Error(), "\n")) {
			t.Errorf("fault %q is no short line", f.Error())
		}
	}
}

// FuzzAnnouncement holds that whatever is announced, and whatever is said then, there are
// only valid devices and readings of their properties, and nothing is left after the end.
func FuzzAnnouncement(f *testing.F) {
	for _, seed := range [][2]string{
		{"sensor/x/config", `{"stat_t":"s","val_tpl":"{{ value_json.a }}","unit_of_meas":"W","exp_aft":5,"dev":{"ids":["x"],"cns":[["mac","aa:bb:cc:dd:ee:ff"]]}}`},
		{"binary_sensor/n/x/config", `{"~":"s","stat_t":"~","pl_on":true,"off_dly":1,"avty":[{"t":"s"}]}`},
		{"number/x/config", `{"cmd_t":"c","stat_t":"s","min":"-1","max":1e3,"step":0.5}`},
		{"select/x/config", `{"cmd_t":"c","stat_t":"s","ops":["a","a",""]}`},
		{"event/x/config", `{"stat_t":"s","evt_typ":["a"],"val_tpl":"{{ value }}"}`},
		{"device_automation/x/config", `{"atype":"trigger","t":"s","type":"button_a","stype":"b","dev":{"ids":7}}`},
		{"device/x/config", `{"dev":{"ids":"x"},"o":{"name":"o"},"stat_t":"s","cmps":{"a":{"p":"sensor"},"b":{"p":"switch","cmd_t":"c","uniq_id":"b"},"c":{"p":"tag","t":"s"}}}`},
		{"device_tracker/x/config", `{"json_attr_t":"s","dev":{"name":"\ud800"}}`},
		{"toaster/x/config", `{"stat_t":"s","name":"x` + strings.Repeat("y", 300) + `"}`},
	} {
		f.Add(seed[0], seed[1], `{"a": 1, "event_type": "a", "latitude": 1}`)
		f.Add(seed[0], seed[1], "ON")
	}
	for _, seed := range complexSeeds {
		for _, state := range complexStates {
			f.Add(seed[0], seed[1], state)
		}
	}
	f.Fuzz(func(t *testing.T, topic, payload, state string) {
		h := newHouse()
		topic = "homeassistant/" + topic
		h.judged(t, topic, payload)
		for subscribed := range h.subscribed {
			h.judged(t, subscribed, state)
		}
		for _, d := range h.devices {
			for i := range d.Properties {
				value := devices.Text(state)
				switch d.Properties[i].Type {
				case devices.TypeBoolean:
					value = devices.Boolean(true)
				case devices.TypeNumber:
					value = devices.Number(float64(len(state)))
				case devices.TypeEnum:
					value = devices.Text(d.Properties[i].Options[len(state)%len(d.Properties[i].Options)])
				}
				cmd := devices.Command{Device: d.ID, Property: d.Properties[i].Name, Value: value}
				messages, err := h.Command(cmd, noon)
				var r convention.Result
				h.Echo(&r, cmd, noon)
				if err == nil && len(messages) == 0 && !d.Properties[i].Secret && len(r.Readings) == 0 {
					t.Error("a command without a message or a reason")
				}
			}
		}
		h.pass(1e15)
		h.judged(t, topic, payload+" ")
		h.judged(t, topic, "")
		if len(h.devices) != 0 && !strings.Contains(payload, "migr") {
			t.Errorf("devices %v stay", h.devices)
		}
	})
}

// FuzzState holds that whatever a device says, its properties keep their types.
func FuzzState(f *testing.F) {
	for _, seed := range []string{"21.5", `{"a": 1, "b": "on"}`, `{"a": null}`, "ON", "heat", "\xff\xfe", `{"a": [`, "1e999", "-0", "NaN", "", "None", `{"event_type":"x"}`} {
		f.Add([]byte(seed))
	}
	h := newHouse()
	for i, entity := range []string{
		`sensor "unit_of_meas":"W"`, `sensor "unit_of_meas":"W","val_tpl":"{{ value_json.a }}"`, `sensor "name":"Text"`, `sensor "dev_cla":"enum","ops":["heat","None"]`,
		`binary_sensor "pl_on":"ON"`, `switch "cmd_t":"c","val_tpl":"{{ value_json.b | upper }}"`, `number "cmd_t":"c","min":-5,"max":5`, `text "cmd_t":"c"`,
		`event "evt_typ":["x"]`, `event "evt_typ":["x"],"val_tpl":"{{ value }}"`, `device_automation "t":"s","type":"a","stype":"b"`, `tag "t":"s"`, `toaster "a":1`,
		`device_tracker "json_attr_t":"s"`,
	} {
		component, keys, _ := strings.Cut(entity, " ")
		h.keep("homeassistant/"+component+"/x"+string(rune('a'+i))+"/config", `{"stat_t":"s","avty_t":"s","dev":{"ids":"x","name":"X"},`+keys+`}`)
	}
	for i, seed := range complexSeeds {
		component, _, _ := strings.Cut(seed[0], "/")
		h.keep("homeassistant/"+component+"/y"+string(rune('a'+i))+"/config", `{"dev":{"ids":"y","name":"Y"},`+seed[1][1:])
	}
	for _, state := range complexStates {
		f.Add([]byte(state))
	}
	if len(h.faults) > 0 {
		f.Fatal(h.faults)
	}
	f.Fuzz(func(t *testing.T, payload []byte) { h.judged(t, "s", string(payload)) })
}
