package simulated

import (
	"fmt"
	"math"
	"time"
	"unicode"
	"unicode/utf8"

	"thingbridge/devices"
	"thingbridge/devices/thermostat"
)

// column is one property with its way into the house.
type column struct {
	property devices.Property
	read     func(h *house) devices.Value
	write    func(h *house, v devices.Value) error // nil: not writable
}

// part is one device of the house.
type part struct {
	device  devices.Device
	columns []column
}

// declare returns the devices of a house, with the properties of their columns.
func declare(prefix string) []part {
	parts := []part{thermostatPart(), outdoorPart(), windowPart(), meterPart(), lampPart()}
	for i := range parts {
		d := &parts[i].device
		d.Manufacturer = "thingbridge"
		if prefix != "" {
			d.ID = devices.Slug(prefix + "-" + string(d.ID))
			d.Name = prefix + " " + lowerFirst(d.Name)
			d.Area = prefix + " " + lowerFirst(d.Area)
		}
		for _, c := range parts[i].columns {
			c.property.Writable = c.write != nil
			d.Properties = append(d.Properties, c.property)
		}
	}
	return parts
}

func lowerFirst(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(first)) + name[size:]
}

const livingRoom = "Living room"

func thermostatPart() part {
	maxBoost := thermostat.DefaultConfig().MaxBoost.Minutes()
	maxHold := thermostat.DefaultConfig().MaxHold.Minutes()
	return part{
		device: devices.Device{ID: "living-room", Name: livingRoom, Area: livingRoom, Model: "Simulated thermostat", Kind: "thermostat"},
		columns: []column{
			{number("temperature", "°C", -40, 80, 0.1, "temperature"), func(h *house) devices.Value { return rounded(h.inside.air, 0.01) }, nil},
			{number("humidity", "%", 0, 100, 1, "humidity"), func(h *house) devices.Value { return rounded(h.humidity(), 0.1) }, nil},
			{stepped("target", "°C", 5, 30, 0.5, "setpoint"), func(h *house) devices.Value { return rounded(h.output.Wanted, 0.01) }, writeTarget},
			{enum("mode", "mode", thermostat.Modes()), func(h *house) devices.Value { return devices.Text(h.thermostat.Mode.String()) }, writeMode},
			{enum("preset", "preset", thermostat.Presets()), func(h *house) devices.Value { return devices.Text(h.thermostat.Preset().String()) }, writePreset},
			{enum("action", "action", thermostat.Actions()), func(h *house) devices.Value { return devices.Text(h.output.Action.String()) }, nil},
			{stepped("boost", "min", 0, maxBoost, 1, "duration"), func(h *house) devices.Value { return h.minutesUntil(h.thermostat.BoostUntil) }, writeBoost},
			{stepped("hold", "min", 0, maxHold, 1, "duration"), func(h *house) devices.Value { return h.minutesUntil(h.thermostat.HoldUntil) }, writeHold},
			{boolean("window", "window"), func(h *house) devices.Value { return devices.Boolean(h.thermostat.Window.Open) }, nil},
			{enum("reason", "reason", thermostat.Causes()), func(h *house) devices.Value { return devices.Text(h.output.Reason.Cause.String()) }, nil},
		},
	}
}

func outdoorPart() part {
	return part{
		device: devices.Device{ID: "outdoor", Name: "Outdoor", Area: "Garden", Model: "Simulated weather station", Kind: "sensor"},
		columns: []column{
			{number("temperature", "°C", -60, 60, 0.2, "temperature"), func(h *house) devices.Value { return rounded(h.outside.temperature, 0.01) }, nil},
			{number("humidity", "%", 0, 100, 1, "humidity"), func(h *house) devices.Value { return rounded(h.outside.humidity, 0.1) }, nil},
			{number("illuminance", "lx", 0, 200000, 500, "illuminance"), func(h *house) devices.Value { return rounded(h.outside.illuminance, 1) }, nil},
		},
	}
}

func windowPart() part {
	return part{
		device: devices.Device{ID: "window", Name: "Window", Area: livingRoom, Model: "Simulated contact", Kind: "sensor"},
		columns: []column{
			{boolean("open", "window"), func(h *house) devices.Value { return devices.Boolean(h.doing.window > 0) }, nil},
			{number("battery", "%", 0, 100, 1, "battery"), func(h *house) devices.Value { return rounded(h.battery(), 1) }, nil},
		},
	}
}

func meterPart() part {
	return part{
		device: devices.Device{ID: "meter", Name: "Electricity meter", Area: "Hallway", Model: "Simulated meter", Kind: "meter"},
		columns: []column{
			{number("power", "W", 0, math.Inf(1), 20, "power"), func(h *house) devices.Value { return rounded(h.power(), 1) }, nil},
			{number("energy", "kWh", 0, math.Inf(1), 0.1, "energy"), func(h *house) devices.Value { return rounded(h.energy, 0.01) }, nil},
		},
	}
}

func lampPart() part {
	return part{
		device: devices.Device{ID: "lamp", Name: "Lamp", Area: livingRoom, Model: "Simulated lamp", Kind: "light"},
		columns: []column{
			{boolean("on", "light"), func(h *house) devices.Value { return devices.Boolean(h.lamp.on) }, writeOn},
			{stepped("brightness", "%", 1, 100, 1, "brightness"), func(h *house) devices.Value { return devices.Number(h.lamp.brightness) }, writeBrightness},
			{enum("scene", "scene", scenes()), func(h *house) devices.Value { return devices.Text(h.lamp.scene) }, writeScene},
			{devices.Property{Name: "label", Type: devices.TypeText}, func(h *house) devices.Value { return devices.Text(h.lamp.label) }, writeLabel},
		},
	}
}

func number(name, unit string, least, most, deadband float64, class string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeNumber, Unit: unit, Min: least, Max: most, Deadband: deadband, Class: class}
}

// stepped is a number that is set in steps; every step is worth telling.
func stepped(name, unit string, least, most, step float64, class string) devices.Property {
	p := number(name, unit, least, most, step, class)
	p.Step = step
	return p
}

func boolean(name, class string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeBoolean, Class: class}
}

func enum(name, class string, options []string) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeEnum, Options: options, Class: class}
}

// rounded is n with the resolution of the sensor: 1, 0.1 or 0.01.
func rounded(n, resolution float64) devices.Value {
	perUnit := math.Round(1 / resolution) // whole, so that the quotient is the nearest short decimal
	return devices.Number(math.Round(n*perUnit) / perUnit)
}

// minutesUntil counts begun minutes, so that a boost of 30 is told as 30.
func (h *house) minutesUntil(end time.Time) devices.Value {
	if end.IsZero() {
		return devices.Number(0)
	}
	return devices.Number(math.Ceil(end.Sub(h.now).Minutes()))
}

// find returns the column that a command is for.
func find(parts []part, id devices.ID, property string) (*column, error) {
	for i := range parts {
		if parts[i].device.ID != id {
			continue
		}
		for j := range parts[i].columns {
			if c := &parts[i].columns[j]; c.property.Name == property {
				return c, nil
			}
		}
		return nil, fmt.Errorf("%w %q", devices.ErrNoProperty, property)
	}
	return nil, fmt.Errorf("%w %q in the simulated house", devices.ErrNoDevice, id)
}
