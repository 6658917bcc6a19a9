package main

import (
	"testing"

	"thingbridge/devices"
)

func TestFeaturesFollowFromWhatIsOffered(t *testing.T) {
	settable := func(name string, options ...string) *devices.Property {
		p := &devices.Property{Name: name, Type: devices.TypeNumber, Writable: true, Options: options}
		if options != nil {
			p.Type = devices.TypeEnum
		}
		return p
	}
	tests := []struct {
		name, component string
		properties      []*devices.Property
		want            int
	}{
		{"a lock that cannot open the door", "lock", []*devices.Property{settable("command", "lock", "unlock")}, 0},
		{"a lock that can", "lock", []*devices.Property{settable("door_command", "lock", "unlock", "open")}, 1},
		{"what is only told is no feature", "climate", []*devices.Property{{Name: "target", Type: devices.TypeNumber}}, 0},
		{"a thermostat", "climate", []*devices.Property{settable("target"), settable("fan_mode", "low"), settable("aux_heat")}, 1 + 8 + 64},
		{"a range of temperatures is no temperature", "climate", []*devices.Property{settable("target_low"), settable("target_high")}, 2},
		{"a cover without stop", "cover", []*devices.Property{settable("command", "open", "close"), settable("position")}, 1 + 2 + 4},
		{"slats", "cover", []*devices.Property{settable("tilt"), settable("tilt_command", "open_tilt", "close_tilt", "stop_tilt")}, 16 + 32 + 64 + 128},
		{"the second shutter of two", "cover", []*devices.Property{settable("cover_2", "open", "close", "stop"), settable("tilt_2")}, 1 + 2 + 8 + 16 + 32 + 64 + 128},
		{"a mower", "lawn_mower", []*devices.Property{settable("command", "start_mowing", "dock")}, 1 + 4},
	}
	for _, tt := range tests {
		if got, ok := supported(tt.component, tt.properties); got != tt.want || !ok {
			t.Errorf("%s: got %d %t, want %d", tt.name, got, ok, tt.want)
		}
	}
	if _, ok := supported("sensor", nil); ok {
		t.Error("a sensor has features")
	}
}

func TestFriendlyNames(t *testing.T) {
	tests := []struct{ name, device, own, class, config, want string }{
		{"a device of its own", "Gate", "", "door", `{"name":"Gate"}`, `"Gate"`},
		{"without an identity", "Sensor", "Gate", "door", `{"name":"Gate","device":{"name":"Sensor"}}`, `"Gate"`},
		{"called by its class", "Sensor", "", "garage_door", `{"device":{"name":"Sensor"}}`, `"Garage door"`},
		{"called nothing", "Sensor", "", "door", `{"name":null,"device":{"name":"Sensor"}}`, "null"},
		{"with its device", "Sensor", "Gate", "", `{"unique_id":"x","name":"Gate","device":{"name":"Sensor"}}`, `"Sensor Gate"`},
		{"what its device is there for", "Sensor", "", "", `{"unique_id":"x","name":null,"device":{"name":"Sensor"}}`, `"Sensor"`},
		{"a scheme of its own", "Tasmota", "Beer", "motion", "", `"Tasmota Beer"`},
		{"called as its device", "Lamp", "Lamp", "", "", `"Lamp"`},
	}
	for _, tt := range tests {
		if got := friendlyName(tt.device, tt.own, tt.class, object([]byte(tt.config))); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestPlacesAreInZones(t *testing.T) {
	if got := zoneOf(32.8734, -117.2272); got != `"home"` {
		t.Errorf("some steps from the house: %s", got)
	}
	if got := zoneOf(50.1, -2.1); got != `"not_home"` {
		t.Errorf("far away: %s", got)
	}
}
