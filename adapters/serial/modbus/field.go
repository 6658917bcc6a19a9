package modbus

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"thingbridge/devices"
)

// field is a property and where it lies. Only what it held last ever changes.
type field struct {
	device   devices.ID
	property *devices.Property
	function Function // that reads it
	address  uint16
	layout   layout
	every    time.Duration
	writing  string // write_function

	scale, offset float64
	invalid       uint64
	hasInvalid    bool
	raws          []uint64        // of an enum
	options       []devices.Value // of an enum, in the order of raws

	lastData string // of a text
	lastText devices.Value
	faulty   bool // what it held last meant nothing
	left     bool // out of what is read, for the device refuses it
}

// place says where f lies, for people.
func (f *field) place() string { return f.function.place(f.address) }

// end is the address behind f.
func (f *field) end() int { return int(f.address) + f.layout.registers }

// compile returns the device that d means, and its fields. d is valid.
func (d *Device) compile(adapter string) (*devices.Device, []*field) {
	out := &devices.Device{
		ID:           devices.ID(cmp.Or(d.ID, fmt.Sprintf("%s-%d", adapter, d.Unit))),
		Name:         d.Name,
		Area:         d.Area,
		Manufacturer: d.Manufacturer,
		Model:        d.Model,
		Serial:       d.Serial,
		Kind:         d.Kind,
		Properties:   make([]devices.Property, len(d.Properties)),
	}
	fields := make([]*field, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		f := p.compile()
		f.device, f.property = out.ID, &out.Properties[i]
		f.every = cmp.Or(p.Every, d.Every)
		out.Properties[i] = p.describe(f)
		fields[i] = f
	}
	if out.Kind == "" {
		out.Kind = guessKind(out.Properties)
	}
	return out, fields
}

// compile finds out where p lies and how it is read.
func (p *Property) compile() *field {
	nothing := func(string, string) {}
	function, address, _ := p.where(nothing)
	l, _ := p.layout(nothing, function)
	f := &field{
		function: function, address: uint16(address), layout: l,
		scale: p.Scale, offset: p.Offset, writing: p.WriteFunction,
	}
	if p.Invalid != "" {
		f.invalid, f.hasInvalid = parseRaw(p.Invalid, l.bits())
	}
	for key := range maps.Keys(p.Values) {
		raw, _ := parseRaw(key, l.bits())
		f.raws = append(f.raws, raw)
	}
	slices.SortFunc(f.raws, func(a, b uint64) int { return cmp.Compare(l.number(a), l.number(b)) })
	f.options = make([]devices.Value, len(f.raws))
	for key, word := range p.Values {
		raw, _ := parseRaw(key, l.bits())
		f.options[slices.Index(f.raws, raw)] = devices.Text(word)
	}
	return f
}

// describe makes the property that p means.
func (p *Property) describe(f *field) devices.Property {
	out := devices.Property{
		Name:     p.Name,
		Type:     devices.TypeNumber,
		Unit:     p.Unit,
		Step:     p.Step,
		Deadband: p.Deadband,
		Writable: p.Writable,
		Class:    cmp.Or(p.Class, guessClass(p.Name, p.Unit)),
		Label:    p.Label,
		Category: map[string]devices.Category{"diagnostic": devices.Diagnostic, "setting": devices.Setting}[p.Category],
	}
	switch {
	case f.layout.kind == kindBool:
		out.Type = devices.TypeBoolean
	case f.layout.kind == kindText:
		out.Type = devices.TypeText
	case len(f.options) > 0:
		out.Type = devices.TypeEnum
		for _, option := range f.options {
			word, _ := option.Text()
			out.Options = append(out.Options, word)
		}
	case p.Step == 0 && p.Writable && f.layout.kind != kindFloat:
		out.Step = math.Abs(p.Scale)
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

// guessClass says what a property measures, from its name or else from its unit.
func guessClass(name, unit string) string {
	switch name {
	case "temperature", "humidity", "pressure", "battery", "power", "energy", "voltage", "current", "frequency",
		"power_factor", "apparent_power", "reactive_power", "illuminance", "window", "door", "motion", "moisture", "smoke", "lock":
		return name
	}
	return map[string]string{
		"°C": "temperature", "°F": "temperature", "W": "power", "kW": "power", "Wh": "energy", "kWh": "energy", "MWh": "energy",
		"V": "voltage", "A": "current", "Hz": "frequency", "VA": "apparent_power", "var": "reactive_power",
		"hPa": "pressure", "mbar": "pressure", "bar": "pressure", "lx": "illuminance", "ppm": "carbon_dioxide",
	}[unit]
}

// guessKind says what a device with these properties is.
func guessKind(properties []devices.Property) string {
	var switchable, measures bool
	for i := range properties {
		p := &properties[i]
		switch {
		case p.Writable && p.Type == devices.TypeNumber && p.Class == "temperature" && p.Category == devices.Primary:
			return "thermostat"
		case p.Writable && (p.Name == "position" || p.Name == "cover"):
			return "cover"
		case p.Writable && p.Name == "brightness":
			return "light"
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
