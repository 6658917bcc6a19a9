package mapped

import (
	"math"

	"thingbridge/devices"
)

// describe makes the device that the configuration d means. It fills in what can
// be guessed. d is valid.
func describe(d *Device) *devices.Device {
	out := &devices.Device{
		ID:           devices.ID(d.ID),
		Name:         d.Name,
		Area:         d.Area,
		Manufacturer: d.Manufacturer,
		Model:        d.Model,
		Serial:       d.Serial,
		Kind:         d.Kind,
		Properties:   make([]devices.Property, len(d.Properties)),
	}
	for i := range d.Properties {
		out.Properties[i] = describeProperty(&d.Properties[i])
	}
	if out.Kind == "" {
		out.Kind = guessKind(out.Properties)
	}
	return out
}

func describeProperty(p *Property) devices.Property {
	out := devices.Property{
		Name:     p.Name,
		Type:     p.kind(),
		Unit:     p.Unit,
		Step:     p.Step,
		Deadband: p.Deadband,
		Options:  p.Options,
		Writable: p.CommandTopic != "",
		Class:    or(p.Class, guessClass(p.Name, p.Unit)),
	}
	if p.Min != nil || p.Max != nil {
		out.Min, out.Max = math.Inf(-1), math.Inf(1)
	}
	if p.Min != nil {
		out.Min = *p.Min
	}
	if p.Max != nil {
		out.Max = *p.Max
	}
	return out
}

// kind is the type that p is given, or else the one that its other keys mean; 0
// when it is given one that does not exist.
func (p *Property) kind() devices.Type {
	for t := devices.TypeNumber; t <= devices.TypeText; t++ {
		if p.Type == t.String() {
			return t
		}
	}
	switch {
	case p.Type != "":
		return 0
	case len(p.Options) > 0:
		return devices.TypeEnum
	case p.PayloadOn != "" || p.PayloadOff != "":
		return devices.TypeBoolean
	}
	return devices.TypeNumber
}

// guessClass says what a property measures, from its name or else from its unit.
func guessClass(name, unit string) string {
	switch name {
	case "temperature", "humidity", "pressure", "battery", "power", "energy", "voltage", "current",
		"illuminance", "window", "door", "motion", "occupancy", "moisture", "smoke", "lock":
		return name
	}
	switch unit {
	case "°C", "°F":
		return "temperature"
	case "W", "kW":
		return "power"
	case "Wh", "kWh":
		return "energy"
	case "V":
		return "voltage"
	case "A":
		return "current"
	case "hPa", "mbar":
		return "pressure"
	case "lx":
		return "illuminance"
	case "ppm":
		return "carbon_dioxide"
	}
	return ""
}

// guessKind says what a device with these properties is.
func guessKind(properties []devices.Property) string {
	var switchable, measures bool
	for i := range properties {
		p := &properties[i]
		switch {
		case p.Writable && p.Type == devices.TypeNumber && p.Class == "temperature":
			return "thermostat"
		case p.Writable && (p.Name == "brightness" || p.Name == "color_temp" || p.Name == "light"):
			return "light"
		case p.Writable && p.Class == "lock":
			return "lock"
		case p.Writable && (p.Name == "position" || p.Name == "cover"):
			return "cover"
		case p.Writable && p.Type == devices.TypeBoolean:
			switchable = true
		case p.Class == "power" || p.Class == "energy":
			measures = true
		}
	}
	switch {
	case switchable && measures:
		return "plug"
	case switchable:
		return "switch"
	case measures:
		return "meter"
	}
	return "sensor"
}
