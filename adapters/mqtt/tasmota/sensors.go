package tasmota

import (
	"strconv"
	"strings"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
	"thingbridge/devices"
)

// sensors are the values that a device has announced.
type sensors struct {
	announced string // the payload they were read from
	values    []value
	units     map[string]string // by the key that says them: TempUnit
}

// value is one of them.
type value struct {
	keys   []string // that lead to it; an index is one too
	number bool     // it was one
	text   bool
	truth  bool
}

// ignored are what is no sensor, but an event or known otherwise.
var ignored = map[string]bool{"Time": true, "PN532": true, "RDM6300": true, "ZbReceived": true, "IrReceived": true, "RfReceived": true, "IBEACON": true}

// readSensors finds the sensors in an announcement or a report, below a path.
func readSensors(all []leaves.Leaf, below string) sensors {
	s := sensors{units: make(map[string]string)}
	for i := range all {
		leaf := &all[i]
		path, ok := strings.CutPrefix(string(leaf.Path), below)
		if !ok {
			continue
		}
		keys := strings.Split(path, "/")
		if len(keys) == 1 && strings.HasSuffix(path, "Unit") {
			s.units[path] = clip(leaf.String())
		}
		const deepest = 4
		if len(keys) < 2 || len(keys) > deepest || ignored[keys[0]] {
			continue
		}
		s.values = append(s.values, value{keys, leaf.Kind == leaves.Number, leaf.Kind == leaves.Text, leaf.Kind == leaves.True || leaf.Kind == leaves.False})
	}
	return s
}

// quantity is what is measured under a key.
type quantity struct {
	unit     string // or the key that says it
	class    string
	category devices.Category
}

// quantities are what keys mean, wherever they stand.
var quantities = map[string]quantity{
	"Ambient": {unit: "lx", class: "illuminance"}, "Illuminance": {unit: "lx", class: "illuminance"},
	"Battery": {unit: "%", class: "battery"}, "CCT": {unit: "K"},
	"CF1": {unit: "µg/m³"}, "CF2.5": {unit: "µg/m³"}, "CF10": {unit: "µg/m³"},
	"PM1": {unit: "µg/m³", class: "pm1"}, "PM2.5": {unit: "µg/m³", class: "pm25"}, "PM10": {unit: "µg/m³", class: "pm10"},
	"PB0.3": {unit: "ppd"}, "PB0.5": {unit: "ppd"}, "PB1": {unit: "ppd"}, "PB2.5": {unit: "ppd"}, "PB5": {unit: "ppd"}, "PB10": {unit: "ppd"},
	"CarbonDioxide": {unit: "ppm", class: "carbon_dioxide"}, "eCO2": {unit: "ppm", class: "carbon_dioxide"},
	"TVOC": {unit: "ppb", class: "volatile_organic_compounds_parts"},
	"Red":  {}, "Green": {}, "Blue": {}, "Proximity": {},
	"Current": {unit: "A", class: "current"}, "CurrentNeutral": {unit: "A", class: "current"},
	"Voltage": {unit: "V", class: "voltage"}, "Frequency": {unit: "Hz", class: "frequency", category: devices.Diagnostic},
	"Power": {unit: "W", class: "power"}, "ActivePower": {unit: "W", class: "power"},
	"ApparentPower": {unit: "VA", class: "apparent_power", category: devices.Diagnostic},
	"ReactivePower": {unit: "var", class: "reactive_power", category: devices.Diagnostic},
	"Factor":        {class: "power_factor", category: devices.Diagnostic}, "PhaseAngle": {unit: "°", category: devices.Diagnostic},
	"Energy": {unit: "kWh", class: "energy"}, "Total": {unit: "kWh", class: "energy"}, "TotalTariff": {unit: "kWh", class: "energy"},
	"Today": {unit: "kWh", class: "energy"}, "Yesterday": {unit: "kWh", class: "energy", category: devices.Diagnostic},
	"ImportActive": {unit: "kWh", class: "energy"}, "ExportActive": {unit: "kWh", class: "energy"}, "ExportTariff": {unit: "kWh", class: "energy"},
	"ImportReactive": {unit: "kvarh", category: devices.Diagnostic}, "ExportReactive": {unit: "kvarh", category: devices.Diagnostic},
	"Period":      {unit: "Wh", category: devices.Diagnostic},
	"Temperature": {unit: "TempUnit", class: "temperature"}, "DewPoint": {unit: "TempUnit", class: "temperature"},
	"Humidity": {unit: "%", class: "humidity"}, "Moisture": {unit: "%", class: "moisture"},
	"Pressure": {unit: "PressureUnit", class: "pressure"}, "SeaPressure": {unit: "PressureUnit", class: "pressure"},
	"Speed": {unit: "SpeedUnit"}, "Distance": {unit: "cm", class: "distance"}, "Weight": {unit: "kg", class: "weight"},
	"TempTargetSet": {unit: "TempUnit", class: "temperature"},
}

// quantity finds what v measures, and whether that is a number.
func (v *value) quantity() (key string, q quantity, known bool) {
	last := len(v.keys) - 1
	if isIndex(v.keys[last]) && last > 1 {
		last--
	}
	if v.keys[last] == "Energy" && (v.keys[0] == "AS3935" || v.keys[0] == "LD2410") {
		return "Energy", quantity{}, true // the strength of lightning, of an echo
	}
	for i := last; i >= 1; i-- {
		key := v.keys[i]
		if v.keys[0] == "ANALOG" && i == 1 {
			key = strings.TrimRight(key, "0123456789") // the number of the pin
		}
		if q, known := quantities[key]; known {
			return key, q, true
		}
	}
	return v.keys[last], quantity{}, false
}

func isIndex(key string) bool {
	_, err := strconv.ParseUint(key, 10, 16)
	return err == nil
}

// unit turns what TempUnit and its like say into a unit.
func (s *sensors) unit(q quantity) string {
	unit := q.unit
	if strings.HasSuffix(unit, "Unit") {
		unit = s.units[unit]
	}
	return convention.Unit(unit)
}

// plain are the names of values of which a device usually has one.
var plain = map[string]string{
	"Temperature": "temperature", "Humidity": "humidity", "Pressure": "pressure", "Illuminance": "illuminance", "DewPoint": "dew_point",
	"CarbonDioxide": "carbon_dioxide", "Distance": "distance", "Moisture": "moisture", "Weight": "weight", "Battery": "battery",
}

// energy are the names of the values of the energy meter of the device itself.
var energy = map[string]string{"Total": "energy", "Factor": "power_factor", "ApparentPower": "apparent_power", "ReactivePower": "reactive_power",
	"Today": "energy_today", "Yesterday": "energy_yesterday", "Period": "energy_period", "TotalTariff": "energy_tariff", "ExportActive": "energy_export",
	"ImportActive": "energy_import", "ExportTariff": "energy_export_tariff", "TotalStartTime": "energy_since"}

// readings adds the sensors. It returns how many were left out.
func (b builder) readings() (left int) {
	s := &b.d.sensors
	count := make(map[string]int)
	for i := range s.values {
		key, _, _ := s.values[i].quantity()
		if !s.values[i].inside() {
			count[key]++
		}
	}
	for i := range s.values {
		v := &s.values[i]
		key, _, _ := v.quantity()
		switch {
		case b.covered(v) || b.thermostat(v):
		case len(b.d.info.Properties) >= maxSensors:
			left++
		default:
			b.sensor(v, count[key] == 1 && !v.inside())
		}
	}
	return left
}

// inside reports whether v is measured in the chip, so that it says nothing of the
// room.
func (v *value) inside() bool { return v.keys[0] == "ESP32" }

// covered reports whether a shutter has the value already.
func (b builder) covered(v *value) bool {
	_, bound := b.d.bindings[strings.Join(v.keys, "/")]
	return bound || len(b.d.shutters) > 0 && strings.HasPrefix(v.keys[0], "Shutter")
}

func (b builder) sensor(v *value, alone bool) {
	key, q, known := v.quantity()
	last := len(v.keys) - 1
	p := devices.Property{
		Name: v.property(key, alone), Type: devices.TypeText, Class: q.class, Category: q.category, Label: clip(strings.Join(v.keys, " ")),
	}
	how := asText
	switch {
	case v.truth:
		p.Type, how = devices.TypeBoolean, asTruth
	case known || v.number:
		p.Type, how, p.Unit = devices.TypeNumber, asNumber, b.d.sensors.unit(q)
	}
	if v.inside() || key == "Id" || key == "TotalStartTime" {
		p.Category = devices.Diagnostic
	}
	paths := []string{strings.Join(v.keys, "/")}
	if v.keys[last] == "0" {
		paths = append(paths, strings.Join(v.keys[:last], "/")) // a meter with several phases may report one
	}
	b.add(p, order{}, how, paths...)
}

// property names v: as plainly as its device allows.
func (v *value) property(key string, alone bool) string {
	parts := append([]string(nil), v.keys...)
	last := len(parts) - 1
	number := ""
	if isIndex(parts[last]) && last > 1 {
		if n, _ := strconv.Atoi(parts[last]); n > 0 {
			number = "_" + strconv.Itoa(n+1)
		}
		parts = parts[:last]
	}
	switch short := plain[key]; {
	case alone && short != "" && parts[len(parts)-1] == key:
		return short + number
	case parts[0] == "ENERGY" && len(parts) >= 2:
		parts = parts[1:]
		if short := energy[parts[0]]; short != "" {
			parts[0] = short
		}
	}
	return naming.Property(strings.Join(parts, "_")) + number
}
