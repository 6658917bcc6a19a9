package mapped_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

// FuzzDecode holds that whatever comes, each property gets at most one reading of
// its type, or one fault of one line.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"21.5", `{"a": 1, "b": "on"}`, `{"a": null}`, "ON", "heat", "\xff\xfe", `{"a": [`, "1e999", "-0", "NaN", ""} {
		f.Add([]byte(seed))
	}
	table := compile(f, boiler(
		mapped.Property{Name: "number", Topic: "t", Unit: "°C", Min: new(-10.0), Max: new(50.0)},
		mapped.Property{Name: "json", Topic: "t", Value: "{{ value_json.a }}"},
		mapped.Property{Name: "boolean", Topic: "t", PayloadOn: "1", PayloadOff: "0"},
		mapped.Property{Name: "enum", Topic: "t", Options: []string{"heat", "None", "off"}},
		mapped.Property{Name: "text", Topic: "t", Type: "text"},
	))
	device := table.Devices()[0]
	f.Fuzz(func(t *testing.T, payload []byte) {
		var r convention.Result
		table.Decode(&r, convention.Received{Topic: []byte("t"), Payload: payload, At: noon})
		seen := make(map[string]bool)
		for _, reading := range r.Readings {
			p, ok := device.Property(reading.Property)
			if !ok || seen[reading.Property] {
				t.Fatalf("property %q is unknown or has two readings", reading.Property)
			}
			seen[reading.Property] = true
			if err := p.Check(reading.Value); !reading.Value.IsZero() && err != nil && !errors.Is(err, devices.ErrRange) {
				t.Errorf("reading is of no use: %v", err)
			}
			if text, _ := reading.Value.Text(); !utf8.ValidString(text) {
				t.Errorf("text %q is not UTF-8", text)
			}
		}
		for i := range r.Faults {
			fault := &r.Faults[i]
			if fault.Err != nil && seen[fault.Property] {
				t.Errorf("property %q has a reading and a fault", fault.Property)
			}
			if fault.Err != nil && (len(fault.Error()) > 1000 || strings.Contains(fault.Error(), "\n")) {
				t.Errorf("fault %q is no short line", fault.Error())
			}
		}
	})
}

// FuzzValidate holds that a configuration without a mistake compiles into devices
// without a mistake.
func FuzzValidate(f *testing.F) {
	f.Add("boiler", "temp", "a/b", "a/b/set", "{{ value }}", "", "°C", "", "", 1.0, 5.0, 0.5, 0.1, 1)
	f.Add("door", "open", "a", "", "", "boolean", "", "o", "c", 0.0, 0.0, 0.0, 0.0, 0)
	f.Add("fan", "mode", "", "a", "", "enum", "", "", "", 0.0, 0.0, 0.0, 0.0, 2)
	f.Fuzz(func(t *testing.T, id, name, topic, command, value, kind, unit, on, off string, low, high, step, deadband float64, qos int) {
		p := mapped.Property{Name: name, Topic: topic, CommandTopic: command, Value: value, Type: kind, Unit: unit,
			PayloadOn: on, PayloadOff: off, Step: step, Deadband: deadband, QoS: &qos}
		if low != 0 || high != 0 {
			p.Min, p.Max = &low, &high
		}
		if kind == "enum" {
			p.Options = []string{on, off}
		}
		configs := []mapped.Device{{ID: id, AvailabilityTopic: topic, Properties: []mapped.Property{p}}}
		mistakes := 0
		mapped.Validate(configs, func(string, string) { mistakes++ })
		table, err := mapped.Compile(configs)
		if (mistakes == 0) != (err == nil) {
			t.Fatalf("%d mistakes, but Compile returned %v", mistakes, err)
		}
		if err != nil {
			return
		}
		for _, d := range table.Devices() {
			if err := d.Validate(); err != nil {
				t.Errorf("device is not valid: %v", err)
			}
		}
	})
}
