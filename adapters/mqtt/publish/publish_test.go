package publish_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/publish"
	"thingbridge/devices"
)

var scheme = publish.Scheme{Prefix: "homeassistant", Source: "attic", Version: "1.2"}

func number(name, class, unit string, low, high, step float64, writable bool) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeNumber, Class: class, Unit: unit, Min: low, Max: high, Step: step, Writable: writable}
}

func boolean(name, class string, writable bool) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeBoolean, Class: class, Writable: writable}
}

func enum(name string, writable bool, options ...string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeEnum, Options: options, Writable: writable}
}

// components returns the parts of an announcement, each with some of its keys.
func components(t *testing.T, d *devices.Device) map[string]map[string]any {
	t.Helper()
	text, err := scheme.Bundle(d)
	if err != nil {
		t.Fatal(err)
	}
	var b struct{ Components map[string]map[string]any }
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	return b.Components
}

func TestADeviceIsAnnouncedWhole(t *testing.T) {
	d := &devices.Device{ID: "plug", Name: `Plug "1"`, Area: "Attic", Manufacturer: "Maker", Model: "P1", Serial: "7", Kind: "plug", Properties: []devices.Property{
		boolean("on", "outlet", true), number("power", "power", "W", 0, 0, 0, false),
	}}
	got, err := scheme.Bundle(d)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"device":{"identifiers":["thingbridge_plug"],"name":"Plug \"1\"","manufacturer":"Maker","model":"P1","serial_number":"7","suggested_area":"Attic"},` +
		`"origin":{"name":"thingbridge","sw_version":"1.2"},` +
		`"availability":[{"topic":"thingbridge/attic/status"},{"topic":"thingbridge/plug/availability"}],"availability_mode":"all",` +
		`"state_topic":"thingbridge/plug/state","qos":1,"components":{` +
		`"on":{"command_topic":"thingbridge/plug/set/on","device_class":"outlet","name":"On","payload_off":"OFF","payload_on":"ON","platform":"switch","unique_id":"thingbridge_plug_on","value_template":"{{ value_json['on'] }}"},` +
		`"power":{"device_class":"power","name":"Power","platform":"sensor","state_class":"measurement","unique_id":"thingbridge_plug_power","unit_of_measurement":"W","value_template":"{{ value_json['power'] }}"}}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEachPropertyBecomesWhatFitsIt(t *testing.T) {
	diagnostic, setting := number("rssi", "signal_strength", "dBm", 0, 0, 0, false), enum("led", true, "on", "off")
	diagnostic.Category, setting.Category = devices.Diagnostic, devices.Setting
	measuredSetting := boolean("child", "", false)
	measuredSetting.Category = devices.Setting
	tests := []struct {
		kind       string
		properties []devices.Property
		part       string
		want       string // keys and values of it, as JSON
	}{
		{"sensor", []devices.Property{number("temperature", "temperature", "°C", -40, 80, 0, false)}, "temperature", `{"platform":"sensor","device_class":"temperature","state_class":"measurement","unit_of_measurement":"°C"}`},
		{"meter", []devices.Property{number("energy", "energy", "kWh", 0, 0, 0, false)}, "energy", `{"platform":"sensor","device_class":"energy","state_class":"total_increasing"}`},
		{"sensor", []devices.Property{number("odd", "not_a_class", "x", 0, 0, 0, false)}, "odd", `{"platform":"sensor","device_class":null}`},
		{"sensor", []devices.Property{diagnostic}, "rssi", `{"entity_category":"diagnostic"}`},
		{"sensor", []devices.Property{measuredSetting}, "child", `{"platform":"binary_sensor","entity_category":"diagnostic"}`},
		{"plug", []devices.Property{setting}, "led", `{"platform":"select","entity_category":"config","options":["on","off"],"command_topic":"thingbridge/thing/set/led"}`},
		{"", []devices.Property{number("level", "", "", 0, 10, 0.5, true)}, "level", `{"platform":"number","min":0,"max":10,"step":0.5,"mode":"box"}`},
		{"", []devices.Property{number("free", "", "", 0, 0, 0, true)}, "free", `{"platform":"number","min":-1000000,"max":1000000,"step":0.01}`},
		{"door", []devices.Property{boolean("open", "door", false)}, "open", `{"platform":"binary_sensor","device_class":"door","payload_on":"ON","payload_off":"OFF"}`},
		{"lock", []devices.Property{boolean("locked", "", true)}, "locked", `{"platform":"lock","payload_lock":"ON","state_unlocked":"OFF"}`},
		{"lock", []devices.Property{boolean("bolt", "lock", true)}, "bolt", `{"platform":"lock","payload_lock":"OFF","state_unlocked":"ON"}`},
		{"remote", []devices.Property{enum("action", false, "single", "double")}, "action", `{"platform":"sensor","device_class":"enum"}`},
		{"", []devices.Property{{Name: "note", Type: devices.TypeText, Writable: true}}, "note", `{"platform":"text"}`},
		{"", []devices.Property{{Name: "note", Type: devices.TypeText, Writable: true}}, "note", `{"mode":null}`},
		{"lock", []devices.Property{{Name: "code", Type: devices.TypeText, Writable: true, Secret: true}}, "code", `{"platform":"text","mode":"password"}`},
		{"", []devices.Property{{Name: "note", Type: devices.TypeText, Label: "What it says"}}, "note", `{"platform":"sensor","name":"What it says"}`},
		{"light", []devices.Property{boolean("on", "", true), number("brightness", "", "%", 1, 100, 1, true)}, "on",
			`{"platform":"light","brightness_scale":100,"brightness_command_topic":"thingbridge/thing/set/brightness","brightness_value_template":"{{ value_json['brightness'] }}","name":null}`},
		{"thermostat", []devices.Property{
			number("temperature", "temperature", "°C", 0, 0, 0, false), number("target", "", "°C", 5, 30, 0.5, true), enum("mode", true, "off", "heat"),
			enum("preset", true, "none", "eco"), enum("action", false, "idle", "heating"),
		}, "climate", `{"platform":"climate","min_temp":5,"max_temp":30,"temp_step":0.5,"modes":["off","heat"],"preset_modes":["eco"],"mode_command_topic":"thingbridge/thing/set/mode","action_topic":"thingbridge/thing/state"}`},
	}
	for _, test := range tests {
		t.Run(test.kind+" "+test.part, func(t *testing.T) {
			got := components(t, &devices.Device{ID: "thing", Kind: test.kind, Properties: test.properties})
			var want map[string]any
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			for key, value := range want {
				if diff := cmp.Diff(value, got[test.part][key]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", key, diff)
				}
			}
			for _, gone := range map[string][]string{"light": {"brightness"}, "thermostat": {"target", "mode", "preset", "action"}}[test.kind] {
				if got[gone] != nil {
					t.Errorf("%s is there twice", gone)
				}
			}
		})
	}
}

func TestStateIsJSON(t *testing.T) {
	d := &devices.Device{ID: "thing", Properties: []devices.Property{
		number("temperature", "", "", 0, 0, 0, false), boolean("on", "", true), {Name: "text", Type: devices.TypeText}, {Name: "unknown", Type: devices.TypeText},
	}}
	twin := devices.Twin{Device: d, States: make([]devices.State, 4)}
	long := strings.Repeat("ä", 300)
	for text, want := range map[string]string{"a\"b\\c\nd\x01é": "a\"b\\c\nd\x01é", "\xff": "\ufffd", long: strings.Repeat("ä", 255)} {
		twin.States[0].Reported, twin.States[1].Reported, twin.States[2].Reported = devices.Number(21.4), devices.Boolean(true), devices.Text(text)
		got := publish.AppendState(nil, &twin)
		var read map[string]any
		if err := json.Unmarshal(got, &read); err != nil || !utf8.Valid(got) {
			t.Fatalf("%s: %v", got, err)
		}
		if diff := cmp.Diff(map[string]any{"temperature": 21.4, "on": "ON", "text": want, "unknown": nil}, read); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestCommandTopics(t *testing.T) {
	d := &devices.Device{ID: "thing", Properties: []devices.Property{
		boolean("on", "", true), number("level", "", "", 0, 10, 1, true), number("power", "", "W", 0, 0, 0, false), enum("mode", true, "off", "heat"),
	}}
	tests := []struct {
		topic, payload string
		want           devices.Value // zero: refused
	}{
		{"thingbridge/thing/set/on", "ON", devices.Boolean(true)},
		{"thingbridge/thing/set/on", "OFF", devices.Boolean(false)},
		{"thingbridge/thing/set/level", "7", devices.Number(7)},
		{"thingbridge/thing/set/mode", "heat", devices.Text("heat")},
		{"thingbridge/thing/set/mode", "party", devices.Value{}},
		{"thingbridge/thing/set/power", "7", devices.Value{}},
		{"thingbridge/thing/set/else", "7", devices.Value{}},
		{"thingbridge/thing/set/on", strings.Repeat("x", 100_000), devices.Value{}},
		{"thingbridge/thing/state", "{}", devices.Value{}},
		{"thingbridge/thing/get/on", "ON", devices.Value{}},
		{"else/thing/set/on", "ON", devices.Value{}},
		{"thingbridge/thing/set/on/more", "ON", devices.Value{}},
	}
	for _, test := range tests {
		id, property, err := publish.ParseTopic(test.topic)
		var cmd devices.Command
		if err == nil {
			cmd, err = publish.Command(d, property, []byte(test.payload))
		}
		if cmd.Value != test.want || (err == nil) == test.want.IsZero() || err == nil && (id != "thing" || cmd.By != publish.By) {
			t.Errorf("%s %.20s: %+v, %v", test.topic, test.payload, cmd, err)
		}
	}
}

// What we announce is never taken for somebody else's device.
func TestOurAnnouncementsAreKnown(t *testing.T) {
	for topic, want := range map[string]bool{
		scheme.Config("lamp"): true, "ha/device/thingbridge_x/config": true, "homeassistant/device/0x00158d/config": false,
		"homeassistant/sensor/thingbridge_x/temperature/config": false, "thingbridge_x": false, "": false, "/config": false,
	} {
		if got := convention.Ours([]byte(topic)); got != want {
			t.Errorf("%q: %v, want %v", topic, got, want)
		}
	}
	bundle, err := scheme.Bundle(&devices.Device{ID: "lamp"})
	if err != nil {
		t.Fatal(err)
	}
	other := scheme
	other.Source = "cellar"
	if id, ok := scheme.Announced(scheme.Config("lamp"), bundle); !ok || id != "lamp" {
		t.Errorf("its own: %q, %v", id, ok)
	}
	if _, ok := other.Announced(scheme.Config("lamp"), bundle); ok {
		t.Error("another adapter's is taken for its own")
	}
}

func FuzzState(f *testing.F) {
	f.Add("a\"\\\x00\u2028", 1.5)
	f.Fuzz(func(t *testing.T, text string, n float64) {
		d := &devices.Device{ID: "d", Properties: []devices.Property{{Name: "a", Type: devices.TypeText}, {Name: "b", Type: devices.TypeNumber}}}
		got := publish.AppendState(nil, &devices.Twin{Device: d, States: []devices.State{{Reported: devices.Text(text)}, {Reported: devices.Number(n)}}})
		if !json.Valid(got) || !utf8.Valid(got) {
			t.Fatalf("%q", got)
		}
	})
}
