package mapped_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/mapped"
)

func TestValidateFindsEveryMistake(t *testing.T) {
	good := func(change func(*mapped.Device)) mapped.Device {
		d := mapped.Device{ID: "boiler", Properties: []mapped.Property{{Name: "other", Topic: "o"}, {Name: "temp", Topic: "t"}}}
		change(&d)
		return d
	}
	property := func(p mapped.Property) mapped.Device {
		return good(func(d *mapped.Device) { d.Properties[1] = p })
	}
	tests := []struct {
		name    string
		device  mapped.Device
		path    string
		problem string
	}{
		{"bad id", good(func(d *mapped.Device) { d.ID = "Boiler 1" }), "id", `"boiler-1"`},
		{"no id", good(func(d *mapped.Device) { d.ID = "" }), "id", "bad device id"},
		{"no properties", good(func(d *mapped.Device) { d.Properties = nil }), "properties", "at least one"},
		{"too many properties", good(func(d *mapped.Device) { d.Properties = make([]mapped.Property, 513) }), "properties", "at most 512"},
		{"text that is not UTF-8", good(func(d *mapped.Device) { d.Area = "K\xfcche" }), "area", "UTF-8"},
		{"long text", good(func(d *mapped.Device) { d.Name = strings.Repeat("x", 5000) }), "name", "at most 4096"},
		{"availability payload without its topic", good(func(d *mapped.Device) { d.PayloadAvailable = "up" }), "payload_available", "availability_topic"},
		{"not-available payload without its topic", good(func(d *mapped.Device) { d.PayloadNotAvailable = "down" }), "payload_not_available", "availability_topic"},
		{"equal availability payloads", good(func(d *mapped.Device) { d.AvailabilityTopic, d.PayloadAvailable = "a", "offline" }), "payload_available", "must differ"},
		{"wildcard in availability", good(func(d *mapped.Device) { d.AvailabilityTopic = "a/+" }), "availability_topic", "wildcard"},
		{"bad property name", property(mapped.Property{Name: "Temp", Topic: "t"}), "properties[1].name", `"Temp"`},
		{"no property name", property(mapped.Property{Topic: "t"}), "properties[1].name", "missing"},
		{"long property name", property(mapped.Property{Name: strings.Repeat("x", 65), Topic: "t"}), "properties[1].name", "65 characters"},
		{"property twice", property(mapped.Property{Name: "other", Topic: "t"}), "properties[1].name", "properties[0] too"},
		{"no topic at all", property(mapped.Property{Name: "temp"}), "properties[1].topic", "missing"},
		{"plus in a topic", property(mapped.Property{Name: "temp", Topic: "a/+/b"}), "properties[1].topic", "wildcard"},
		{"hash in a command topic", property(mapped.Property{Name: "temp", CommandTopic: "a/#"}), "properties[1].command_topic", "wildcard"},
		{"topic that is not UTF-8", property(mapped.Property{Name: "temp", Topic: "a\xff"}), "properties[1].topic", "UTF-8"},
		{"topic with a zero", property(mapped.Property{Name: "temp", Topic: "a\x00"}), "properties[1].topic", "zero character"},
		{"shared subscription", property(mapped.Property{Name: "temp", Topic: "$share/g/t"}), "properties[1].topic", "shared"},
		{"topic too long", property(mapped.Property{Name: "temp", Topic: strings.Repeat("x", 65536)}), "properties[1].topic", "65536 bytes"},
		{"value that does not compile", property(mapped.Property{Name: "temp", Topic: "t", Value: "{% if %}"}), "properties[1].value", ""},
		{"command that does not compile", property(mapped.Property{Name: "temp", CommandTopic: "t", Command: "{% if %}"}), "properties[1].command", ""},
		{"value without a topic", property(mapped.Property{Name: "temp", CommandTopic: "t", Value: "{{ value }}"}), "properties[1].value", "goes with topic"},
		{"command without a topic", property(mapped.Property{Name: "temp", Topic: "t", Command: "{{ value }}"}), "properties[1].command", "command_topic"},
		{"retain without a command topic", property(mapped.Property{Name: "temp", Topic: "t", Retain: true}), "properties[1].retain", "command_topic"},
		{"unknown quality of service", property(mapped.Property{Name: "temp", Topic: "t", QoS: new(3)}), "properties[1].qos", "0, 1 or 2"},
		{"unknown type", property(mapped.Property{Name: "temp", Topic: "t", Type: "float"}), "properties[1].type", `"float"`},
		{"min above max", property(mapped.Property{Name: "temp", Topic: "t", Min: new(9.0), Max: new(1.0)}), "properties[1].min", "greater than max"},
		{"min that is no number", property(mapped.Property{Name: "temp", Topic: "t", Min: new(math.NaN())}), "properties[1].min", "not a number"},
		{"max that is no number", property(mapped.Property{Name: "temp", Topic: "t", Max: new(math.NaN())}), "properties[1].max", "not a number"},
		{"step below nothing", property(mapped.Property{Name: "temp", Topic: "t", Step: -1}), "properties[1].step", "above 0"},
		{"deadband below nothing", property(mapped.Property{Name: "temp", Topic: "t", Deadband: -1}), "properties[1].deadband", "0 or more"},
		{"step of a text", property(mapped.Property{Name: "temp", Topic: "t", Type: "text", Step: 1}), "properties[1].step", "type number"},
		{"unit of a boolean", property(mapped.Property{Name: "temp", Topic: "t", Type: "boolean", Unit: "W"}), "properties[1].unit", "type number"},
		{"options of a number", property(mapped.Property{Name: "temp", Topic: "t", Type: "number", Options: []string{"a"}}), "properties[1].options", "type enum"},
		{"enum without options", property(mapped.Property{Name: "temp", Topic: "t", Type: "enum"}), "properties[1].options", "missing"},
		{"too many options", property(mapped.Property{Name: "temp", Topic: "t", Options: make([]string, 257)}), "properties[1].options", "at most 256"},
		{"option twice", property(mapped.Property{Name: "temp", Topic: "t", Options: []string{"on", "ON"}}), "properties[1].options[1]", "options[0] too"},
		{"empty option", property(mapped.Property{Name: "temp", Topic: "t", Options: []string{""}}), "properties[1].options[0]", "empty"},
		{"boolean payload of a number", property(mapped.Property{Name: "temp", Topic: "t", Type: "number", PayloadOn: "1"}), "properties[1].payload_on", "type boolean"},
		{"equal boolean payloads", property(mapped.Property{Name: "temp", Topic: "t", PayloadOn: "OFF"}), "properties[1].payload_on", "must differ"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			first := mapped.Device{ID: "first", Properties: []mapped.Property{{Name: "a", Topic: "a"}}}
			got := make(map[string]string)
			mapped.Validate([]mapped.Device{first, test.device}, func(path, problem string) { got[path] = problem })
			path := "devices[1]." + test.path
			if problem, ok := got[path]; len(got) != 1 || !ok || !strings.Contains(problem, test.problem) {
				t.Errorf("reported %q, want only %s with %q", got, path, test.problem)
			}
		})
	}
}

func TestValidateReportsAllMistakesAtOnce(t *testing.T) {
	configs := []mapped.Device{
		{ID: "boiler", Properties: []mapped.Property{{Name: "temp", Topic: "t"}}},
		{ID: "boiler", Properties: []mapped.Property{{Name: "temp", Topic: "#", Type: "float", QoS: new(7)}}},
	}
	var got []string
	mapped.Validate(configs, func(path, _ string) { got = append(got, path) })
	want := []string{"devices[1].id", "devices[1].properties[0].topic", "devices[1].properties[0].qos", "devices[1].properties[0].type"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if _, err := mapped.Compile(configs); err == nil || strings.Count(err.Error(), "\n") != len(want)-1 {
		t.Errorf("Compile returned %v, want an error with all of them", err)
	}
}
