package homeassistant_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// one is a house with one entity of the device box, whose property is named p.
func one(t *testing.T, component, keys string) (*house, *devices.Property) {
	t.Helper()
	h := newHouse()
	h.keep("homeassistant/"+component+"/p/config", `{"name":"P","dev":{"ids":"box","name":"Box"},`+keys+`}`)
	d := h.only(t)
	return h, &d.Properties[0]
}

func TestStatesAreRead(t *testing.T) {
	tests := []struct {
		name, component, keys, payload string
		want                           devices.Value
		fault                          string
	}{
		{"a number", "sensor", `"stat_t":"s","unit_of_meas":"W"`, "21.5", devices.Number(21.5), ""},
		{"a number by its class", "sensor", `"stat_t":"s","dev_cla":"power"`, "21.5", devices.Number(21.5), ""},
		{"a number by its state class", "sensor", `"stat_t":"s","stat_cla":"total"`, "1e3", devices.Number(1000), ""},
		{"no number", "sensor", `"stat_t":"s","unit_of_meas":"W"`, "warm", devices.Value{}, "want a number"},
		{"None", "sensor", `"stat_t":"s","unit_of_meas":"W"`, "None", devices.Value{}, ""},
		{"unknown", "sensor", `"stat_t":"s","unit_of_meas":"W"`, "unknown", devices.Value{}, ""},
		{"nothing", "sensor", `"stat_t":"s","unit_of_meas":"W"`, "", devices.Value{}, ""},
		{"null in JSON", "sensor", `"stat_t":"s","unit_of_meas":"W","val_tpl":"{{ value_json.a }}"`, `{"a":null}`, devices.Value{}, ""},
		{"a missing member", "sensor", `"stat_t":"s","unit_of_meas":"W","val_tpl":"{{ value_json.a }}"`, `{"b":1}`, devices.Value{}, ""},
		{"no JSON", "sensor", `"stat_t":"s","val_tpl":"{{ value_json.a }}"`, `warm`, devices.Value{}, `payload is "warm"`},
		{"a text", "sensor", `"stat_t":"s"`, "21.5", devices.Text("21.5"), ""},
		{"a time", "sensor", `"stat_t":"s","dev_cla":"timestamp"`, "2026-03-01T12:00:00Z", devices.Text("2026-03-01T12:00:00Z"), ""},
		{"a text that is too long", "sensor", `"stat_t":"s"`, strings.Repeat("x", 5000), devices.Value{}, "5000 bytes"},
		{"an option", "sensor", `"stat_t":"s","dev_cla":"enum","ops":["a","b"]`, "b", devices.Text("b"), ""},
		{"no option", "sensor", `"stat_t":"s","dev_cla":"enum","ops":["a","b"]`, "c", devices.Value{}, "no such option"},
		{"a template about itself", "sensor", `"stat_t":"s","def_ent_id":"sensor.me","val_tpl":"{{ entity_id }} {{ this.state }}"`, "x", devices.Text("sensor.me unknown"), ""},
		{"true in JSON", "binary_sensor", `"stat_t":"s","pl_on":true,"pl_off":false,"val_tpl":"{{ value_json.a }}"`, `{"a":true}`, devices.Boolean(true), ""},
		{"true that means no", "binary_sensor", `"stat_t":"s","pl_on":false,"pl_off":true,"val_tpl":"{{ value_json.a }}"`, `{"a":true}`, devices.Boolean(false), ""},
		{"words", "binary_sensor", `"stat_t":"s","pl_on":"Leak","pl_off":"Dry"`, "Leak", devices.Boolean(true), ""},
		{"neither word", "binary_sensor", `"stat_t":"s"`, "perhaps", devices.Value{}, `want "ON" or "OFF"`},
		{"numbers for words", "binary_sensor", `"stat_t":"s","pl_on":1,"pl_off":0`, "1", devices.Boolean(true), ""},
		{"bytes that a template unpacks", "binary_sensor", `"stat_t":"s","e":"","val_tpl":"{%if value|unpack('b')-%}ON{%else%}OFF{%-endif-%}"`, "\x01", devices.Boolean(true), ""},
		{"a switch whose state has other words", "switch", `"stat_t":"s","cmd_t":"c","pl_on":"{1}","pl_off":"{0}","stat_on":"true","stat_off":"false"`, "true", devices.Boolean(true), ""},
		{"a number that can be set", "number", `"stat_t":"s","cmd_t":"c","min":0,"max":10`, "7", devices.Number(7), ""},
		{"a number that is reset", "number", `"stat_t":"s","cmd_t":"c","payload_reset":"nix"`, "nix", devices.Value{}, ""},
		{"a choice", "select", `"stat_t":"s","cmd_t":"c","ops":["a","b"]`, "a", devices.Text("a"), ""},
		{"a text that can be set", "text", `"stat_t":"s","cmd_t":"c"`, "hello", devices.Text("hello"), ""},
		{"a text of another form than announced", "text", `"stat_t":"s","cmd_t":"c","pattern":"[a-z]+$"`, "Hello", devices.Value{}, "does not have the form"},
		{"a form in Python's own words", "text", `"stat_t":"s","cmd_t":"c","pattern":"(?=h)"`, "hello", devices.Text("hello"), ""},
		{"a password", "text", `"stat_t":"s","cmd_t":"c","mode":"password"`, "secret", devices.Value{}, ""},
		{"a date", "date", `"stat_t":"s","cmd_t":"c"`, "2026-03-01", devices.Text("2026-03-01"), ""},
		{"at home", "device_tracker", `"stat_t":"s","pl_home":"1"`, "1", devices.Text("home"), ""},
		{"somewhere", "device_tracker", `"stat_t":"s"`, "Office", devices.Text("Office"), ""},
		{"degrees", "device_tracker", `"json_attr_t":"s"`, `{"latitude":52.5,"longitude":13.4}`, devices.Number(52.5), ""},
		{"a learned code", "infrared", `"stat_t":"s","schema":"receiver","val_tpl":"{{ value_json.code }}"`, `{"code":"B2g"}`, devices.Text("B2g"), ""},
		{"an unknown thing", "toaster", `"stat_t":"s"`, "brown", devices.Text("brown"), ""},
		{"an event", "event", `"stat_t":"s","evt_typ":["press"]`, `{"event_type":"press","by":1}`, devices.Text("press"), ""},
		{"an event out of a template", "event", `"stat_t":"s","evt_typ":["press"],"val_tpl":"{ {{'\"'}}event_type\": \"{{ value }}\" }"`, `press`, devices.Text("press"), ""},
		{"an event that was not announced", "event", `"stat_t":"s","evt_typ":["press"]`, `{"event_type":"hold"}`, devices.Value{}, `the event "hold"`},
		{"an event of an unknown kind", "event", `"stat_t":"s","evt_typ":[]`, `{"event_type":"hold"}`, devices.Text("hold"), ""},
		{"a trigger", "device_automation", `"atype":"trigger","t":"s","type":"button_short_press","stype":"button_1","pl":"1"`, `1`, devices.Text("button_1_short_press"), ""},
		{"another trigger's payload", "device_automation", `"atype":"trigger","t":"s","type":"action","stype":"single","pl":"1"`, `2`, devices.Value{}, ""},
		{"a trigger of any payload", "device_automation", `"atype":"trigger","t":"s","type":"action","stype":"single"`, `2`, devices.Text("single"), ""},
		{"a tag", "tag", `"t":"s","val_tpl":"{{ value_json.uid }}"`, `{"uid":"04AB"}`, devices.Text("04AB"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, p := one(t, test.component, test.keys)
			h.say("s", test.payload)
			if got := h.values["box/"+p.Name]; got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
			if test.fault == "" && len(h.faults) > 0 || test.fault != "" && (len(h.faults) != 1 || !strings.Contains(h.faults[0], test.fault) || !strings.Contains(h.faults[0], p.Name)) {
				t.Errorf("faults %q, want %q", h.faults, test.fault)
			}
			if got := h.values["box/"+p.Name]; !got.IsZero() && p.Check(got) != nil {
				t.Errorf("the value is none of the property's: %v", p.Check(got))
			}
		})
	}
}

func TestWhatHappenedBeforeDoesNotHappenAgain(t *testing.T) {
	for component, keys := range map[string]string{
		"event":             `"stat_t":"s","evt_typ":["press"],"val_tpl":"{\"event_type\":\"press\"}"`,
		"device_automation": `"atype":"trigger","t":"s","type":"action","stype":"single"`,
		"tag":               `"t":"s"`,
	} {
		h, p := one(t, component, keys)
		h.keep("s", "press")
		if len(h.values) != 0 {
			t.Errorf("%s: %v of what the broker had kept", component, h.values)
		}
		h.say("s", "press")
		if len(h.values) != 1 {
			t.Errorf("%s: %v", component, h.values)
		}
		h.keep("homeassistant/sensor/other/config", `{"stat_t":"s","name":"Q","dev":{"ids":"box"}}`) // is told what was said before
		if h.values["box/q"] != devices.Text("press") || h.values["box/"+p.Name].IsZero() {
			t.Errorf("%s: %v", component, h.values)
		}
	}
}

func TestAFaultEndsWhenThePropertyWorksAgain(t *testing.T) {
	h, _ := one(t, "sensor", `"stat_t":"s","unit_of_meas":"W"`)
	var ends []bool
	for _, payload := range []string{"1", "warm", "hot", "2", "3"} {
		var r convention.Result
		h.Decode(&r, convention.Received{Topic: []byte("s"), Payload: []byte(payload), At: noon})
		for i := range r.Faults {
			ends = append(ends, r.Faults[i].Err == nil)
		}
	}
	if diff := cmp.Diff([]bool{false, false, true}, ends); diff != "" {
		t.Error(diff)
	}
}

func TestCommandsAreWhatTheAnnouncementAsksFor(t *testing.T) {
	tests := []struct {
		name, component, keys string
		value                 devices.Value
		want                  convention.Message
		err                   error
	}{
		{"a switch", "switch", `"cmd_t":"c","stat_t":"s"`, devices.Boolean(true), convention.Message{Topic: "c", Payload: []byte("ON")}, nil},
		{"a switch in its own words", "switch", `"cmd_t":"c","pl_off":"{\"time\": 0}"`, devices.Boolean(false), convention.Message{Topic: "c", Payload: []byte(`{"time": 0}`)}, nil},
		{"JSON truth", "switch", `"cmd_t":"c","pl_on":true,"pl_off":false`, devices.Boolean(true), convention.Message{Topic: "c", Payload: []byte("True")}, nil},
		{"QoS and retain", "switch", `"cmd_t":"c","qos":2,"ret":true`, devices.Boolean(true), convention.Message{Topic: "c", Payload: []byte("ON"), QoS: 2, Retain: true}, nil},
		{"a template of a switch", "switch", `"cmd_t":"c","cmd_tpl":"{\"s\":\"{{ value }}\"}"`, devices.Boolean(true), convention.Message{Topic: "c", Payload: []byte(`{"s":"ON"}`)}, nil},
		{"a number", "number", `"cmd_t":"c","min":0,"max":30,"step":0.5`, devices.Number(21.3), convention.Message{Topic: "c", Payload: []byte("21.5")}, nil},
		{"a whole number", "number", `"cmd_t":"c"`, devices.Number(21), convention.Message{Topic: "c", Payload: []byte("21")}, nil},
		{"a number without a step", "number", `"cmd_t":"c"`, devices.Number(42.1), convention.Message{Topic: "c", Payload: []byte("42.1")}, nil},
		{"a template of a number", "number", `"cmd_t":"c","cmd_tpl":"{{ (value * 10) | int }}"`, devices.Number(21), convention.Message{Topic: "c", Payload: []byte("210")}, nil},
		{"a number out of range", "number", `"cmd_t":"c"`, devices.Number(101), convention.Message{}, devices.ErrRange},
		{"a choice", "select", `"cmd_t":"c","ops":["a","b"],"cmd_tpl":"{\"o\": \"{{ value }}\", \"e\": \"{{ name }}\"}"`, devices.Text("b"), convention.Message{Topic: "c", Payload: []byte(`{"o": "b", "e": "P"}`)}, nil},
		{"no choice", "select", `"cmd_t":"c","ops":["a","b"]`, devices.Text("c"), convention.Message{}, devices.ErrOption},
		{"a text", "text", `"cmd_t":"c"`, devices.Text("hello"), convention.Message{Topic: "c", Payload: []byte("hello")}, nil},
		{"a text that is too long", "text", `"cmd_t":"c","max":3`, devices.Text("hello"), convention.Message{}, devices.ErrRange},
		{"a text of another form", "text", `"cmd_t":"c","pattern":"[a-z]+$"`, devices.Text("Hello"), convention.Message{}, devices.ErrRange},
		{"a date", "date", `"cmd_t":"c"`, devices.Text("2026-03-01"), convention.Message{Topic: "c", Payload: []byte("2026-03-01")}, nil},
		{"no date", "date", `"cmd_t":"c"`, devices.Text("tomorrow"), convention.Message{}, devices.ErrRange},
		{"a time", "time", `"cmd_t":"c"`, devices.Text("18:30:00"), convention.Message{Topic: "c", Payload: []byte("18:30:00")}, nil},
		{"both", "datetime", `"cmd_t":"c"`, devices.Text("2026-03-01T18:30:00+01:00"), convention.Message{Topic: "c", Payload: []byte("2026-03-01T18:30:00+01:00")}, nil},
		{"a button", "button", `"cmd_t":"c"`, devices.Text("press"), convention.Message{Topic: "c", Payload: []byte("PRESS")}, nil},
		{"a button with nothing to say", "button", `"cmd_t":"c","pl_prs":""`, devices.Text("press"), convention.Message{Topic: "c"}, nil},
		{"a scene", "scene", `"cmd_t":"c","pl_on":"go"`, devices.Text("activate"), convention.Message{Topic: "c", Payload: []byte("go")}, nil},
		{"a message for people", "notify", `"cmd_t":"c","cmd_tpl":"{{ value | upper }}"`, devices.Text("hi"), convention.Message{Topic: "c", Payload: []byte("HI")}, nil},
		{"a code", "infrared", `"cmd_t":"c","schema":"emitter"`, devices.Text("B2g"), convention.Message{Topic: "c", Payload: []byte("B2g")}, nil},
		{"an unknown thing", "toaster", `"cmd_t":"c"`, devices.Text("pop"), convention.Message{Topic: "c", Payload: []byte("pop")}, nil},
		{"a sensor", "sensor", `"stat_t":"s"`, devices.Text("pop"), convention.Message{}, devices.ErrNotWritable},
		{"a template that fails", "switch", `"cmd_t":"c","cmd_tpl":"{{ value.a.b }}"`, devices.Boolean(true), convention.Message{}, errAny},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			h, p := one(t, test.component, test.keys)
			got, err := h.Command(devices.Command{Device: "box", Property: p.Name, Value: test.value}, noon)
			if test.err == errAny && err != nil {
				return
			}
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			var want []convention.Message
			if test.err == nil {
				want = []convention.Message{test.want}
			}
			if diff := cmp.Diff(want, got); diff != "" || p.Writable != (test.err != devices.ErrNotWritable) {
				t.Errorf("writable %v; messages (-want +got):\n%s", p.Writable, diff)
			}
		})
	}
}

var errAny = errors.New("any")

func TestCommandsForNobody(t *testing.T) {
	h, _ := one(t, "switch", `"cmd_t":"c"`)
	if _, err := h.Command(devices.Command{Device: "other", Property: "p"}, noon); !errors.Is(err, convention.ErrNotMine) {
		t.Error(err)
	}
	if _, err := h.Command(devices.Command{Device: "box", Property: "other"}, noon); !errors.Is(err, convention.ErrNoSuchProperty) {
		t.Error(err)
	}
}

func TestEchoReportsOnlyWhatNoTopicReports(t *testing.T) {
	for keys, want := range map[string]devices.Value{
		`"cmd_t":"c"`:                          devices.Number(5),
		`"cmd_t":"c","stat_t":"s"`:             {},
		`"cmd_t":"c","stat_t":"s","opt":true`:  devices.Number(5),
		`"cmd_t":"c","stat_t":"s","opt":false`: {},
	} {
		h, p := one(t, "number", keys)
		var r convention.Result
		h.Echo(&r, devices.Command{Device: "box", Property: p.Name, Value: devices.Number(5)}, noon)
		h.apply(&r)
		if got := h.values["box/"+p.Name]; got != want {
			t.Errorf("%s: %v, want %v", keys, got, want)
		}
	}
	h, p := one(t, "button", `"cmd_t":"c"`)
	var r convention.Result
	h.Echo(&r, devices.Command{Device: "box", Property: p.Name, Value: devices.Text("press")}, noon)
	if len(r.Readings) != 0 {
		t.Error("a button has a value")
	}
}

func TestTheBridgeOfZigbee2MQTTLetsOthersJoin(t *testing.T) {
	h := newHouse()
	h.keep("homeassistant/switch/1_0x01/permit_join/config", `{"name":"Permit join","cmd_t":"z/bridge/request/permit_join","pl_on":"{\"time\": 254}","pl_off":"{\"time\": 0}","stat_on":"true","stat_off":"false",
		"stat_t":"z/bridge/info","val_tpl":"{{ value_json.permit_join | lower }}","dev":{"ids":["zigbee2mqtt_bridge_0x01"],"name":"Zigbee2MQTT Bridge"}}`)
	h.say("z/bridge/info", `{"permit_join": true}`)
	p, ok := h.only(t).Property("permit_join")
	if !ok || !p.Writable || h.values["zigbee2mqtt-bridge/permit_join"] != devices.Boolean(true) {
		t.Errorf("property %+v, values %v", p, h.values)
	}
}
