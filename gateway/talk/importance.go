package talk

import (
	"cmp"
	"slices"
	"strings"

	"thingbridge/devices"
)

// maxMain is how many properties the first answer and a form show. A device with
// more of them is not read any more, but searched; the rest comes when asked for.
const maxMain = 10

// alarms are classes of what a person has to know before anything else.
var alarms = []string{"smoke", "carbon_monoxide", "gas", "moisture", "safety"}

// foremost says of a kind of device what people look at first, by the name of a
// property or else by its class.
var foremost = map[string][]string{
	"thermostat":  {"temperature", "humidity", "target", "target_low", "target_high", "mode", "preset", "action", "fan_mode", "boost", "hold", "window"},
	"light":       {"on", "brightness", "color_temp", "color", "effect"},
	"plug":        {"on", "power", "energy", "current", "voltage"},
	"switch":      {"on", "power", "energy", "current", "voltage"},
	"meter":       {"on", "power", "power_export", "energy", "energy_export", "energy_produced", "water", "hot_water", "gas", "volume", "demand", "peak", "tariff", "current", "voltage"},
	"solar":       {"power", "energy", "battery", "current", "voltage"},
	"cover":       {"position", "open", "state", "action", "tilt"},
	"door":        {"open", "door", "garage_door", "contact", "opening", "position", "vibration"},
	"window":      {"open", "window", "contact", "opening", "position", "vibration"},
	"motion":      {"motion", "occupancy", "presence", "moving", "illuminance", "temperature"},
	"leak":        {"leak", "water_leak", "moisture"},
	"smoke":       {"smoke", "gas", "carbon_monoxide", "alarm", "concentration"},
	"button":      {"action", "event"},
	"lock":        {"locked", "lock", "state", "open", "door"},
	"alarm":       {"state", "alarm", "mode"},
	"fan":         {"on", "speed", "percentage", "preset", "mode", "oscillating", "direction"},
	"humidity":    {"humidity", "temperature", "on", "target", "mode", "action"},
	"temperature": {"temperature", "humidity", "pressure", "atmospheric_pressure"},
	"battery":     {"battery", "power", "voltage", "charging"},
	"vacuum":      {"state", "status", "action", "fan_speed", "battery", "error"},
	"media":       {"on", "state", "volume", "source"},
	"sensor": {
		"temperature", "humidity", "moisture", "illuminance", "carbon_dioxide", "co2", "pm25", "volatile_organic_compounds", "voc", "aqi",
		"pressure", "atmospheric_pressure", "wind_speed", "precipitation", "precipitation_intensity", "power", "energy", "distance", "weight",
	},
}

// sameKind are other words for a kind.
var sameKind = map[string]string{
	"climate": "thermostat", "trv": "thermostat", "heater": "thermostat", "water_heater": "thermostat", "heat_pump": "thermostat", "air_conditioner": "thermostat", "boiler": "thermostat",
	"lamp": "light", "bulb": "light", "dimmer": "light", "outlet": "plug", "socket": "plug", "relay": "switch", "siren": "switch",
	"valve": "cover", "blind": "cover", "blinds": "cover", "shutter": "cover", "shade": "cover", "curtain": "cover", "awning": "cover", "garage": "cover", "gate": "cover",
	"garage_door": "door", "contact": "door", "occupancy": "motion", "presence": "motion", "moisture": "leak", "water": "leak", "gas": "smoke", "carbon_monoxide": "smoke",
	"remote": "button", "event": "button", "scene": "button", "alarm_control_panel": "alarm", "ventilation": "fan", "humidifier": "humidity", "dehumidifier": "humidity",
	"thermometer": "temperature", "weather": "sensor", "binary_sensor": "sensor", "ups": "battery", "inverter": "solar", "pv": "solar", "energy": "meter",
	"lawn_mower": "vacuum", "media_player": "media", "speaker": "media", "tv": "media",
}

// kindOf returns the word for the kind of a device by which the tables go.
func kindOf(d *devices.Device) string {
	kind := strings.ToLower(d.Kind)
	if same, ok := sameKind[kind]; ok {
		return same
	}
	return kind
}

// The steps between groups of properties.
const (
	rankForemost = 100
	rankOther    = 1_000
	rankSetting  = 10_000
	rankDiagnose = 20_000
)

// rank says how far from the front a property of a kind of device stands. Those
// of the same rank keep the order of the device.
func rank(kind string, p *devices.Property) int {
	switch p.Category {
	case devices.Setting:
		return rankSetting
	case devices.Diagnostic:
		return rankDiagnose
	}
	if p.Type == devices.TypeBoolean {
		if i := slices.Index(alarms, p.Class); i >= 0 {
			return i
		}
	}
	first := foremost[kind]
	if i := slices.Index(first, p.Name); i >= 0 {
		return rankForemost + 2*i
	}
	if whole, _, _ := partOf(p.Name); whole != "" && slices.Contains(first, whole) {
		return rankOther // the whole comes first
	}
	if i := slices.Index(first, p.Class); i >= 0 && p.Class != "" {
		return rankForemost + 2*i + 1
	}
	switch {
	case kind == "": // nothing is known but the order
		return rankOther
	case isChannel(kind, p):
		return rankOther + 50
	case p.Type == devices.TypeText:
		return rankOther + 200
	case p.Writable:
		return rankOther + 100
	}
	return rankOther
}

// isMinor reports whether p is something that a device of a known kind can be told
// beside what it is there for: many makers call that primary, too.
func isMinor(kind string, p *devices.Property) bool {
	return kind != "" && p.Writable && rank(kind, p) >= rankOther
}

// isButton reports whether p can be pressed and nothing else: it has no value.
func isButton(p *devices.Property) bool {
	return p.Writable && p.Type == devices.TypeEnum && len(p.Options) == 1
}

// byImportance returns the indices of a device's properties, the most important
// first: alarms, what a device of its kind is there for, the rest of what people
// look at, how it is set up, how it is doing.
func byImportance(d *devices.Device) []int {
	kind := kindOf(d)
	order, ranks := make([]int, len(d.Properties)), make([]int, len(d.Properties))
	for i := range order {
		order[i], ranks[i] = i, rank(kind, &d.Properties[i])
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ranks[a], ranks[b]) })
	return order
}

// sheet is the properties of a device as people get to see them.
type sheet struct {
	main     []int // the first answer
	settings []int // how it is set up
	rest     []int // what is asked for: diagnoses, and what found no room in main
}

// sheetOf sorts the properties of a device into the parts of its sheet, each in the
// order of importance. A device of which nothing is primary shows what it has.
func sheetOf(d *devices.Device) sheet {
	var s sheet
	order := byImportance(d)
	nothing := !slices.ContainsFunc(d.Properties, func(p devices.Property) bool { return p.Category == devices.Primary })
	for _, i := range order {
		p := &d.Properties[i]
		switch {
		case p.Category == devices.Setting && !nothing:
			s.settings = append(s.settings, i)
		case len(s.main) < maxMain && !isButton(p) && (p.Category == devices.Primary || isBattery(p) || nothing):
			s.main = append(s.main, i)
		default:
			s.rest = append(s.rest, i)
		}
	}
	return s
}

// isBattery reports whether p is the charge of a battery, which matters to people
// wherever its maker puts it.
func isBattery(p *devices.Property) bool {
	return p.Class == "battery" && p.Type == devices.TypeNumber
}

// primary yields the properties that people look at and change, the most important
// first.
func primary(d *devices.Device, such func(*devices.Property) bool) []*devices.Property {
	var out []*devices.Property
	for _, i := range byImportance(d) {
		if p := &d.Properties[i]; p.Category == devices.Primary && such(p) {
			out = append(out, p)
		}
	}
	return out
}
