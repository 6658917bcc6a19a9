package homeassistant

import (
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// sensor measures one thing.
func sensor(s *spec, e *entity) {
	s.need("state_topic")
	p := e.add(devices.Property{Name: standardOf(e), Type: sensorType(s, e)})
	p.expires(s)
	parse := p.text
	switch p.property.Type {
	case devices.TypeNumber:
		parse = p.number
	case devices.TypeEnum:
		p.property.Options = s.options("options")
		parse = p.option
	}
	e.reads(s, "state_topic", "value_template", p, parse)
	if s.text("last_reset_value_template") != "" {
		reset := e.add(devices.Property{Name: "last_reset", Type: devices.TypeText, Class: "timestamp", Category: devices.Diagnostic})
		e.reads(s, "state_topic", "last_reset_value_template", reset, reset.text)
	}
}

// sensorType is what the values of a sensor are. Home Assistant takes one for a number
// if it has a unit, a state class or a class that is measured in numbers.
func sensorType(s *spec, e *entity) devices.Type {
	options := s.has("options")
	counts := e.unit != "" || s.has("state_class") || s.has("suggested_display_precision")
	switch {
	case options && counts:
		s.fail("a sensor with options has neither unit_of_measurement nor state_class")
	case options && e.class != "enum" && e.class != "":
		s.fail("a sensor with options has the device_class enum, not %q", shorten(e.class))
	case options && len(s.options("options")) == 0:
		s.fail("options is empty")
	case options:
		return devices.TypeEnum
	case e.class == "enum", e.class == "timestamp", e.class == "date", e.class == "uptime":
		return devices.TypeText
	case counts, slices.Contains(counted, e.class):
		return devices.TypeNumber
	}
	return devices.TypeText
}

// counted are the classes whose values are numbers, with or without a unit.
var counted = []string{
	"absolute_humidity", "apparent_power", "aqi", "area", "atmospheric_pressure", "battery", "blood_glucose_concentration",
	"carbon_dioxide", "carbon_monoxide", "conductivity", "current", "data_rate", "data_size", "distance", "duration", "energy",
	"energy_distance", "energy_storage", "frequency", "gas", "humidity", "illuminance", "irradiance", "moisture", "monetary",
	"nitrogen_dioxide", "nitrogen_monoxide", "nitrous_oxide", "ozone", "ph", "pm1", "pm10", "pm25", "pm4", "power", "power_factor",
	"precipitation", "precipitation_intensity", "pressure", "radon", "reactive_energy", "reactive_power", "signal_strength",
	"sound_pressure", "speed", "sulphur_dioxide", "temperature", "temperature_delta", "volatile_organic_compounds",
	"volatile_organic_compounds_parts", "voltage", "volume", "volume_flow_rate", "volume_storage", "water", "weight",
	"wind_direction", "wind_speed",
}

// standardOf is the standard name of what a sensor measures: its class, where the name
// says no other thing. A dew point is a temperature, but not the temperature.
func standardOf(e *entity) string {
	switch e.class {
	case "", "enum", "timestamp", "date", "monetary", "aqi", "duration", "distance":
		return ""
	}
	class := slug(e.class)
	name := slug(e.name)
	for _, of := range ofItself {
		if strings.HasPrefix(name, of) || strings.Contains(name, "_"+of) {
			return ""
		}
	}
	const initials = 2 // letters of a name that says no more than the class
	if len(name) <= initials || name == class || strings.HasSuffix(name, "_"+class) {
		return class
	}
	for _, short := range shortNames[class] {
		if name == short || strings.HasSuffix(name, "_"+short) {
			return class
		}
	}
	return ""
}

// ofItself begins the names of what a device measures in itself.
var ofItself = []string{"device_", "cpu_", "chip_", "core_", "internal_", "processor_", "board_", "esp_"}

// shortNames are other names of classes.
var shortNames = map[string][]string{
	"temperature": {"temp", "tempc", "tempf"},
	"humidity":    {"hum"},
	"battery":     {"batt", "battery_level"},
	"voltage":     {"volt"},
	"power":       {"watts"},
	"illuminance": {"lux", "illuminance_lux"},
}

// expires reads how long a value holds.
func (p *part) expires(s *spec) {
	p.expiry = seconds(s, "expire_after")
}

// seconds reads a duration; 0 where there is none.
func seconds(s *spec, key string) time.Duration {
	const longest = 10 * 365 * 24 * 3600 // seconds; what is longer is for ever
	n := s.numberOr(key, 0)
	if n < 0 {
		s.fail("%s is %v seconds, want a positive number", key, n)
		return 0
	}
	if n > longest {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
