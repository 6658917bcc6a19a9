package mapped_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

var equalValues = cmp.Comparer(func(a, b devices.Value) bool { return a == b })

func compile(t testing.TB, configs ...mapped.Device) *mapped.Table {
	t.Helper()
	table, err := mapped.Compile(configs)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func boiler(properties ...mapped.Property) mapped.Device {
	return mapped.Device{ID: "boiler", Name: "Boiler", Properties: properties}
}

// decode returns what one message means to a new table, without availability.
func decode(t *testing.T, p mapped.Property, payload string) (convention.Result, string) {
	t.Helper()
	var r convention.Result
	p.Topic = "sensors/boiler"
	if !compile(t, boiler(p)).Decode(&r, received("sensors/boiler", payload)) {
		t.Fatal("the topic is not known")
	}
	fault := ""
	for i := range r.Faults {
		fault += r.Faults[i].Error()
	}
	return r, fault
}

func received(topic, payload string) convention.Received {
	return convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: noon}
}

func TestDecodeReadsValues(t *testing.T) {
	temp := mapped.Property{Name: "temp", Value: "{{ value_json.temp }}"}
	tests := []struct {
		name     string
		property mapped.Property
		payload  string
		want     devices.Value
		taken    bool // back
	}{
		{"a bare number", mapped.Property{Name: "temp"}, "21.5", devices.Number(21.5), false},
		{"a number with spaces around it", mapped.Property{Name: "temp"}, " -3e1\n", devices.Number(-30), false},
		{"a number with its unit and a comma", mapped.Property{Name: "temp", Unit: "°C"}, "21,5 °C", devices.Number(21.5), false},
		{"a number in JSON", temp, `{"temp": 21.5, "hum": 40}`, devices.Number(21.5), false},
		{"a number out of range, which the registry judges", mapped.Property{Name: "temp", Min: new(0.0), Max: new(10.0)}, "99", devices.Number(99), false},
		{"null in JSON as a value that is none any more", temp, `{"temp": null}`, devices.Value{}, true},
		{"a missing member as nothing", temp, `{"hum": 40}`, devices.Value{}, false},
		{"None as a value that is none any more", mapped.Property{Name: "temp"}, "None", devices.Value{}, true},
		{"an empty payload as nothing", mapped.Property{Name: "temp"}, "", devices.Value{}, false},
		{"None as an option", mapped.Property{Name: "mode", Options: []string{"None", "Some"}}, "None", devices.Text("None"), false},
		{"a boolean by its payloads", mapped.Property{Name: "pump", PayloadOn: "running", PayloadOff: "idle"}, "idle", devices.Boolean(false), false},
		{"payloads that mean the opposite elsewhere", mapped.Property{Name: "shut", PayloadOn: "0", PayloadOff: "1"}, "0", devices.Boolean(true), false},
		{"a boolean in common words", mapped.Property{Name: "pump", Type: "boolean"}, "open", devices.Boolean(true), false},
		{"an option", mapped.Property{Name: "mode", Options: []string{"off", "heat"}}, "heat", devices.Text("heat"), false},
		{"an option in another case", mapped.Property{Name: "mode", Options: []string{"off", "heat"}}, "HEAT", devices.Text("heat"), false},
		{"a text", mapped.Property{Name: "note", Type: "text"}, "all is well", devices.Text("all is well"), false},
		{"a text that is not UTF-8", mapped.Property{Name: "note", Type: "text"}, "a\xffb", devices.Text("a\uFFFDb"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, fault := decode(t, test.property, test.payload)
			var want []devices.Reading
			if !test.want.IsZero() || test.taken {
				want = []devices.Reading{{Device: "boiler", Property: test.property.Name, Value: test.want, At: noon}}
			}
			if diff := cmp.Diff(want, r.Readings, equalValues, cmpopts.EquateEmpty()); diff != "" || fault != "" {
				t.Errorf("fault %q; readings (-want +got):\n%s", fault, diff)
			}
		})
	}
}

func TestDecodeNamesWhatItCannotRead(t *testing.T) {
	tests := []struct {
		name     string
		property mapped.Property
		payload  string
		want     []string
	}{
		{"no JSON where it is wanted", mapped.Property{Name: "temp", Value: "{{ value_json.temp }}"}, "it is cold",
			[]string{"device boiler: temp:", `topic "sensors/boiler"`, `payload is "it is cold"`}},
		{"no number", mapped.Property{Name: "temp"}, "nan", []string{"device boiler: temp:", `got "nan"`, "want a number"}},
		{"no option", mapped.Property{Name: "mode", Options: []string{"off", "heat"}}, "cool", []string{`"cool"`, "off, heat"}},
		{"neither payload", mapped.Property{Name: "pump", PayloadOn: "running", PayloadOff: "idle"}, "broken", []string{`got "broken"`}},
		{"a text that is too long", mapped.Property{Name: "note", Type: "text"}, strings.Repeat("x", 5000), []string{"5000 bytes", "4096"}},
		{"a long payload, shortened", mapped.Property{Name: "temp", Value: "{{ value_json.temp }}"}, strings.Repeat("y", 1<<20), []string{"yyyy…"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, fault := decode(t, test.property, test.payload)
			if len(r.Readings) != 0 {
				t.Errorf("readings %v, want none", r.Readings)
			}
			for _, want := range test.want {
				if !strings.Contains(fault, want) {
					t.Errorf("fault %q does not contain %q", fault, want)
				}
			}
			if len(fault) > 500 {
				t.Errorf("the fault is %d bytes long", len(fault))
			}
		})
	}
}

func TestDecodeTellsWhenAPropertyWorksAgain(t *testing.T) {
	table := compile(t, boiler(mapped.Property{Name: "temp", Topic: "t"}))
	var got []bool // whether a fault was an end of one
	for _, payload := range []string{"20", "warm", "hot", "21", "22"} {
		var r convention.Result
		table.Decode(&r, received("t", payload))
		for _, f := range r.Faults {
			got = append(got, f.Err == nil)
		}
	}
	if diff := cmp.Diff([]bool{false, false, true}, got); diff != "" {
		t.Errorf("faults that are ends (-want +got):\n%s", diff)
	}
}

func TestDecodeServesAllPropertiesOfATopic(t *testing.T) {
	table := compile(t,
		boiler(mapped.Property{Name: "temp", Topic: "state", Value: "{{ value_json.temp }}", QoS: new(0)},
			mapped.Property{Name: "state", Topic: "state", Type: "text", Value: "{{ value_json.state }}", QoS: new(2)}),
		mapped.Device{ID: "cellar", Properties: []mapped.Property{{Name: "temp", Topic: "state", Value: "{{ value_json.temp }}"}}})
	if diff := cmp.Diff([]convention.Filter{{Topic: "state", QoS: 2}}, table.Filters()); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
	var r convention.Result
	table.Decode(&r, received("state", `{"temp": 20, "state": "on"}`))
	want := []devices.Reading{
		{Device: "boiler", Property: "temp", Value: devices.Number(20), At: noon},
		{Device: "boiler", Property: "state", Value: devices.Text("on"), At: noon},
		{Device: "cellar", Property: "temp", Value: devices.Number(20), At: noon},
	}
	if diff := cmp.Diff(want, r.Readings, equalValues); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if table.Decode(&r, received("stat", "1")) {
		t.Error("Decode knows a topic that is not configured")
	}
}

func TestDescribesDevices(t *testing.T) {
	table := compile(t,
		mapped.Device{ID: "boiler", Name: "Boiler", Area: "Cellar", Manufacturer: "Vokera", Model: "V3", Serial: "A1", Properties: []mapped.Property{
			{Name: "temperature", Topic: "a", Unit: "°C", Deadband: 0.2},
			{Name: "target", Topic: "b", CommandTopic: "b/set", Unit: "°C", Min: new(5.0), Max: new(80.0), Step: 0.5},
		}},
		mapped.Device{ID: "kettle", Properties: []mapped.Property{
			{Name: "switch", Topic: "c", CommandTopic: "c/set", Type: "boolean"},
			{Name: "load", Topic: "d", Unit: "W"},
		}},
		mapped.Device{ID: "door", Kind: "gate", Properties: []mapped.Property{{Name: "contact", Topic: "e", PayloadOn: "o", PayloadOff: "c", Class: "door"}}},
	)
	want := []*devices.Device{
		{ID: "boiler", Name: "Boiler", Area: "Cellar", Manufacturer: "Vokera", Model: "V3", Serial: "A1", Kind: "thermostat", Properties: []devices.Property{
			{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Deadband: 0.2, Class: "temperature"},
			{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 80, Step: 0.5, Writable: true, Class: "temperature"},
		}},
		{ID: "kettle", Kind: "plug", Properties: []devices.Property{
			{Name: "switch", Type: devices.TypeBoolean, Writable: true},
			{Name: "load", Type: devices.TypeNumber, Unit: "W", Class: "power"},
		}},
		{ID: "door", Kind: "gate", Properties: []devices.Property{{Name: "contact", Type: devices.TypeBoolean, Class: "door"}}},
	}
	if diff := cmp.Diff(want, table.Devices()); diff != "" {
		t.Errorf("devices (-want +got):\n%s", diff)
	}
}

func TestCommandMakesTheMessage(t *testing.T) {
	table := compile(t, boiler(
		mapped.Property{Name: "target", CommandTopic: "target/set", Topic: "target", Min: new(5.0), Max: new(80.0), Step: 0.5},
		mapped.Property{Name: "pump", CommandTopic: "pump/set", Type: "boolean", Retain: true, QoS: new(0)},
		mapped.Property{Name: "valve", CommandTopic: "valve/set", PayloadOn: "auf", PayloadOff: "zu"},
		mapped.Property{Name: "mode", CommandTopic: "mode/set", Options: []string{"off", "heat"}},
		mapped.Property{Name: "temp", Topic: "temp"},
	))
	tests := []struct {
		name     string
		property string
		value    devices.Value
		want     convention.Message
		err      error
	}{
		{"a number, on the nearest step", "target", devices.Number(20.3), convention.Message{Topic: "target/set", Payload: []byte("20.5"), QoS: 1}, nil},
		{"a whole number without a point", "target", devices.Number(21), convention.Message{Topic: "target/set", Payload: []byte("21"), QoS: 1}, nil},
		{"a boolean, retained", "pump", devices.Boolean(true), convention.Message{Topic: "pump/set", Payload: []byte("ON"), Retain: true}, nil},
		{"a boolean in words of its own", "valve", devices.Boolean(false), convention.Message{Topic: "valve/set", Payload: []byte("zu"), QoS: 1}, nil},
		{"an option", "mode", devices.Text("heat"), convention.Message{Topic: "mode/set", Payload: []byte("heat"), QoS: 1}, nil},
		{"not an option that does not exist", "mode", devices.Text("cool"), convention.Message{}, devices.ErrOption},
		{"not a number out of range", "target", devices.Number(90), convention.Message{}, devices.ErrRange},
		{"not a value of another type", "target", devices.Text("warm"), convention.Message{}, devices.ErrType},
		{"not what takes no commands", "temp", devices.Number(20), convention.Message{}, devices.ErrNotWritable},
		{"not what does not exist", "colour", devices.Number(20), convention.Message{}, convention.ErrNoSuchProperty},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := table.Command(devices.Command{Device: "boiler", Property: test.property, Value: test.value}, noon)
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			var want []convention.Message
			if test.err == nil {
				want = []convention.Message{test.want}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEchoReportsOnlyWhatNoTopicReports(t *testing.T) {
	table := compile(t, boiler(
		mapped.Property{Name: "target", CommandTopic: "target/set", Topic: "target"},
		mapped.Property{Name: "fan", CommandTopic: "fan/set", Step: 10},
	))
	var r convention.Result
	for _, name := range []string{"target", "fan", "none"} {
		table.Echo(&r, devices.Command{Device: "boiler", Property: name, Value: devices.Number(42)}, noon)
	}
	want := []devices.Reading{{Device: "boiler", Property: "fan", Value: devices.Number(40), At: noon}}
	if diff := cmp.Diff(want, r.Readings, equalValues); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}
