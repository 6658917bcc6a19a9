package convention_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

func TestKindIsWhatADeviceIsThereFor(t *testing.T) {
	number := func(class string) devices.Property {
		return devices.Property{Name: class, Type: devices.TypeNumber, Class: class}
	}
	is := func(class string) devices.Property {
		return devices.Property{Name: class, Type: devices.TypeBoolean, Class: class}
	}
	named := func(name string) devices.Property {
		return devices.Property{Name: name, Type: devices.TypeBoolean, Writable: true}
	}
	diagnostic := func(p devices.Property) devices.Property { p.Category = devices.Diagnostic; return p }
	action := devices.Property{Name: "action", Type: devices.TypeEnum}
	tests := []struct {
		name       string
		properties []devices.Property
		hints      []string
		want       string
	}{
		{"nothing", nil, nil, ""},
		{"a thermostat with a window", []devices.Property{is("window"), number("temperature")}, []string{"sensor", "climate"}, "thermostat"},
		{"a light", nil, []string{"sensor", "light"}, "light"},
		{"a plug", []devices.Property{named("on"), number("power")}, []string{"switch"}, "plug"},
		{"a plug that measures for itself", []devices.Property{named("on"), diagnostic(number("power"))}, []string{"switch"}, "switch"},
		{"a switch", []devices.Property{named("switch_left")}, nil, "switch"},
		{"a switch with names of its own", []devices.Property{named("l1"), named("l2")}, []string{"switch"}, "switch"},
		{"a window", []devices.Property{is("window"), number("battery")}, nil, "window"},
		{"a door", []devices.Property{is("door")}, nil, "door"},
		{"smoke before all", []devices.Property{is("motion"), number("temperature"), is("smoke")}, nil, "smoke"},
		{"a leak", []devices.Property{is("moisture")}, nil, "leak"},
		{"soil", []devices.Property{number("moisture")}, nil, "sensor"},
		{"motion", []devices.Property{is("occupancy"), number("illuminance")}, nil, "motion"},
		{"a remote control", []devices.Property{action, diagnostic(number("battery"))}, []string{"device_automation"}, "button"},
		{"a weather station with a button", []devices.Property{action, number("temperature")}, []string{"device_automation"}, "sensor"},
		{"a meter", []devices.Property{number("energy"), number("voltage")}, nil, "meter"},
		{"a sensor", []devices.Property{number("temperature"), number("humidity")}, nil, "sensor"},
		{"a tamper contact only", []devices.Property{diagnostic(is("tamper"))}, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := convention.Kind(test.properties, test.hints); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
