package convention

import (
	"slices"

	"thingbridge/devices"
)

// Kind says what a device is, in the words of devices.Device.Kind, by its properties
// and by hints: what a scheme calls the things that the device is there for, such as
// "climate" or "light". It is "" where they say nothing.
func Kind(properties []devices.Property, hints []string) string {
	for _, known := range hinted {
		if slices.Contains(hints, known.hint) {
			return known.kind
		}
	}
	k := kindOf{best: len(watched)}
	for i := range properties {
		if p := &properties[i]; p.Category == devices.Primary {
			k.add(p)
		}
	}
	switch {
	case k.best < len(watched):
		return watched[k.best].kind
	case k.switches && k.measures:
		return "plug"
	case k.switches:
		return "switch"
	case k.weather:
		return "sensor"
	case k.happens || slices.ContainsFunc(hints, func(hint string) bool { return slices.Contains(happening, hint) }):
		return "button"
	case k.meters:
		return "meter"
	case k.senses:
		return "sensor"
	case slices.Contains(hints, "switch"):
		return "switch"
	}
	return ""
}

// hinted are the hints that settle what a device is, the strongest first.
var hinted = []struct{ hint, kind string }{
	{"climate", "thermostat"}, {"thermostat", "thermostat"}, {"water_heater", "water_heater"},
	{"vacuum", "vacuum"}, {"lawn_mower", "lawn_mower"}, {"lock", "lock"}, {"alarm_control_panel", "alarm_control_panel"},
	{"cover", "cover"}, {"valve", "valve"}, {"humidifier", "humidifier"}, {"fan", "fan"}, {"light", "light"}, {"siren", "siren"},
	{"plug", "plug"}, {"outlet", "plug"}, {"camera", "camera"}, {"device_tracker", "device_tracker"},
}

// happening are the hints of devices at which something happens.
var happening = []string{"event", "device_automation", "button", "remote"}

// watched are the classes of what a sensor watches for, the gravest first.
var watched = []struct{ class, kind string }{
	{"smoke", "smoke"}, {"carbon_monoxide", "smoke"}, {"gas", "smoke"}, {"moisture", "leak"}, {"lock", "lock"},
	{"garage_door", "door"}, {"door", "door"}, {"window", "window"}, {"opening", "door"},
	{"motion", "motion"}, {"occupancy", "motion"}, {"presence", "motion"}, {"moving", "motion"},
}

// kindOf gathers what properties say.
type kindOf struct {
	best                                        int // of watched; len(watched): none
	switches, measures, happens, meters, senses bool
	weather                                     bool // it measures what surrounds it
}

func (k *kindOf) add(p *devices.Property) {
	if p.Type == devices.TypeBoolean && !p.Writable {
		for i := range watched[:k.best] {
			if watched[i].class == p.Class {
				k.best = i
				break
			}
		}
	}
	switch {
	case p.Writable && p.Type == devices.TypeBoolean && switchNamed(p):
		k.switches = true
	case p.Writable:
	case p.Name == "action" || p.Name == "event":
		k.happens = true
	case p.Class == "energy" || p.Class == "power" || p.Class == "current" || p.Class == "gas" || p.Class == "water":
		k.measures, k.meters = true, true
	default:
		k.senses = true
		k.weather = k.weather || p.Type == devices.TypeNumber && slices.Contains(surrounding, p.Class)
	}
}

// surrounding are the classes of what a sensor measures around it.
var surrounding = []string{
	"temperature", "humidity", "illuminance", "pressure", "atmospheric_pressure", "carbon_dioxide", "pm25", "pm10", "pm1", "aqi",
	"volatile_organic_compounds", "volatile_organic_compounds_parts", "moisture", "precipitation", "wind_speed", "sound_pressure", "radon",
}

// switchNamed reports whether p turns its device on and off, and not something about it.
func switchNamed(p *devices.Property) bool {
	if p.Class == "outlet" || p.Class == "switch" {
		return true
	}
	for _, word := range []string{"on", "state", "switch", "relay", "power", "output", "outlet", "socket", "channel"} {
		if len(p.Name) >= len(word) && p.Name[:len(word)] == word && (len(p.Name) == len(word) || !letter(p.Name[len(word)])) {
			return true
		}
	}
	return false
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }
