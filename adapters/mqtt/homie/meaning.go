package homie

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// meaning makes the property that p is, and the word that people know it by, or
// nothing.
func meaning(n *node, p *property) (out devices.Property, word string) {
	out = devices.Property{Type: devices.TypeText, Writable: p.Settable, Label: clip(p.Name)}
	switch p.Datatype {
	case "integer", "float":
		out.Type, out.Unit = devices.TypeNumber, convention.Unit(clip(p.Unit))
		setRange(&out, p.Format, p.Datatype == "integer")
	case "duration":
		out.Type, out.Unit, out.Class = devices.TypeNumber, "s", "duration"
	case "boolean":
		out.Type = devices.TypeBoolean
	case "enum":
		if out.Options = options(p.Format); len(out.Options) > 0 {
			out.Type = devices.TypeEnum
		}
	case "datetime":
		out.Class = "timestamp"
	}
	if out.Unit == "#" {
		out.Unit = ""
	}
	id := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(p.ID))
	if out.Class == "" {
		out.Class = class(&out, id, strings.ToLower(n.ID+" "+n.Type+" "+p.Name))
	}
	if !p.Settable && (slices.Contains(diagnostic, id) || out.Class == "signal_strength" || out.Class == "battery") {
		out.Category = devices.Diagnostic
	}
	return out, wordFor(&out, id)
}

// diagnostic are IDs of what tells how a device is doing.
var diagnostic = []string{"rssi", "signal", "wifi", "ssid", "uptime", "freeheap", "heap", "mac", "ip", "localip", "sdk", "firmware",
	"firmwareversion", "version", "fwversion", "ota", "battery", "batterylevel", "batteryvoltage", "linkquality", "lqi"}

// words are IDs, without hyphens, of what people have a word for.
var words = []struct {
	word     string
	of       devices.Type
	settable bool
	ids      []string
}{
	{"temperature", devices.TypeNumber, false, []string{"temperature", "temp", "currenttemperature", "currenttemp", "roomtemperature"}},
	{"target", devices.TypeNumber, true, []string{"targettemperature", "targettemp", "settemperature", "setpoint", "heatingsetpoint", "target", "desiredtemperature", "thermostatsetpoint"}},
	{"humidity", devices.TypeNumber, false, []string{"humidity", "relativehumidity", "hum"}},
	{"on", devices.TypeBoolean, true, []string{"on", "power", "switch", "state", "onoff", "relay", "light"}},
	{"brightness", devices.TypeNumber, true, []string{"brightness", "dim", "dimmer", "intensity"}},
	{"battery", devices.TypeNumber, false, []string{"battery", "batterylevel"}},
	{"position", devices.TypeNumber, true, []string{"position", "openlevel"}},
	{"illuminance", devices.TypeNumber, false, []string{"illuminance", "lux", "lightlevel"}},
	{"power", devices.TypeNumber, false, []string{"power", "watt", "wattage"}},
	{"energy", devices.TypeNumber, false, []string{"energy", "consumption"}},
	{"mode", devices.TypeEnum, true, []string{"mode", "thermostatmode", "hvacmode"}},
	{"action", devices.TypeEnum, false, []string{"action"}},
}

func wordFor(p *devices.Property, id string) string {
	for i := range words {
		if w := &words[i]; w.of == p.Type && w.settable == p.Writable && slices.Contains(w.ids, id) {
			return w.word
		}
	}
	return ""
}

// class says what a property measures, by its unit and by words around it.
func class(p *devices.Property, id, around string) string {
	if p.Type == devices.TypeBoolean {
		for _, w := range watched {
			if strings.Contains(id, w.word) || !p.Writable && strings.Contains(around, w.word) {
				return w.class
			}
		}
		return ""
	}
	if p.Type != devices.TypeNumber {
		return ""
	}
	if p.Unit == "%" {
		for _, w := range []struct{ word, class string }{{"humid", "humidity"}, {"battery", "battery"}, {"moisture", "moisture"}} {
			if strings.Contains(id+" "+around, w.word) {
				return w.class
			}
		}
	}
	if id == "rssi" {
		return "signal_strength"
	}
	return classes[p.Unit]
}

var watched = []struct{ word, class string }{
	{"smoke", "smoke"}, {"leak", "moisture"}, {"water", "moisture"}, {"motion", "motion"}, {"occupancy", "occupancy"}, {"presence", "presence"},
	{"window", "window"}, {"door", "door"}, {"contact", "opening"}, {"tamper", "tamper"}, {"lowbattery", "battery"}, {"batterylow", "battery"},
}

var classes = map[string]string{
	"°C": "temperature", "°F": "temperature", "K": "temperature", "W": "power", "kW": "power", "Wh": "energy", "kWh": "energy",
	"V": "voltage", "mV": "voltage", "A": "current", "mA": "current", "Pa": "pressure", "hPa": "atmospheric_pressure", "kPa": "pressure",
	"bar": "pressure", "psi": "pressure", "lx": "illuminance", "Hz": "frequency", "m/s": "speed", "dBm": "signal_strength",
}

// setRange reads min:max, and min:max:step, of which each may be missing.
func setRange(p *devices.Property, format string, whole bool) {
	if whole && p.Writable {
		p.Step = 1
	}
	parts := strings.Split(format, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return
	}
	low, high := math.Inf(-1), math.Inf(1)
	if n, ok := parseDecimal([]byte(strings.TrimSpace(parts[0]))); ok {
		low = n
	}
	if n, ok := parseDecimal([]byte(strings.TrimSpace(parts[1]))); ok {
		high = n
	}
	if low <= high && (!math.IsInf(low, -1) || !math.IsInf(high, 1)) {
		p.Min, p.Max = low, high
	}
	if len(parts) == 3 && p.Writable {
		if n, err := strconv.ParseFloat(strings.TrimSpace(parts[2]), 64); err == nil && n > 0 && !math.IsInf(n, 0) {
			p.Step = n
		}
	}
}

// options reads a list of options. Version 2 to 4 may write a comma twice that is
// part of one.
func options(format string) (out []string) {
	const comma = "\x00"
	for _, option := range strings.Split(strings.ReplaceAll(format, ",,", comma), ",") {
		option = strings.ReplaceAll(option, comma, ",")
		if option != "" && !slices.Contains(out, option) {
			out = append(out, option)
		}
	}
	if len(out) > devices.MaxOptions || len(format) > maxText {
		return nil
	}
	return out
}
