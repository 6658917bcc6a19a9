package modbus

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// Bounds of the configuration.
const (
	maxDevices = 1000 // units of a line times some devices in one box
	maxName    = 64   // characters of the name of a property
	minTimeout = 10 * time.Millisecond
	maxTimeout = time.Minute
	maxPause   = 10 * time.Second
	minEvery   = 100 * time.Millisecond
	maxEvery   = 24 * time.Hour
	maxRetries = 10
)

// A reporter takes one mistake: the path of the key, and what is wrong with it.
type reporter func(path, problem string)

func (r reporter) addf(path, format string, args ...any) { r(path, fmt.Sprintf(format, args...)) }

// below returns a reporter for keys below path.
func (r reporter) below(path string) reporter {
	return func(key, problem string) { r(path+"."+key, problem) }
}

// Validate reports every mistake in c but those that depend on the port.
func (c *Config) Validate(report func(path, problem string)) {
	r := reporter(report)
	r.oneOf("framing", c.Framing, "", "rtu", "tcp")
	r.duration("timeout", c.Timeout, minTimeout, maxTimeout)
	if c.Pause != nil {
		r.duration("pause", *c.Pause, 0, maxPause)
	}
	r.between("retries", c.Retries, 0, maxRetries)
	r.between("max_gap", c.MaxGap, 0, maxReadRegisters-1)
	r.between("max_registers", c.MaxRegisters, 1, maxReadRegisters)
	r.between("max_bits", c.MaxBits, 1, maxReadBits)
	switch n := len(c.Devices); {
	case n == 0:
		r("devices", "none; say which devices there are, as in {unit: 1, properties: [{name: power, address: 0}]}")
	case n > maxDevices:
		r.addf("devices", "%d devices, want at most %d", n, maxDevices)
		return
	}
	ids, units := make(map[string]int), make(map[int]int)
	for i := range c.Devices {
		d := &c.Devices[i]
		path := fmt.Sprintf("devices[%d]", i)
		if first, ok := ids[d.ID]; ok && d.ID != "" {
			r.addf(path+".id", "%q is the id of devices[%d] too; each device needs its own", shorten(d.ID), first)
		}
		ids[d.ID] = i
		if first, ok := units[d.Unit]; ok && d.ID == "" {
			r.addf(path+".unit", "%d is the unit of devices[%d] too; if it is another device in the same box, give it an id", d.Unit, first)
		}
		if d.ID == "" {
			units[d.Unit] = i
		}
		d.validate(r.below(path), c.Framing)
	}
}

func (d *Device) validate(r reporter, framing string) {
	if problem := badUnit(d.Unit, framing == "rtu"); problem != "" {
		r("unit", problem)
	}
	if d.ID != "" {
		if _, err := devices.ParseID(d.ID); err != nil {
			r("id", err.Error())
		}
	}
	r.texts("name", d.Name, "area", d.Area, "kind", d.Kind, "manufacturer", d.Manufacturer, "model", d.Model, "serial", d.Serial)
	r.duration("every", d.Every, minEvery, maxEvery)
	switch n := len(d.Properties); {
	case n == 0:
		r("properties", "none; a device needs at least one, as in {name: power, register: input, address: 0}")
	case n > devices.MaxProperties:
		r.addf("properties", "%d properties, want at most %d", n, devices.MaxProperties)
		return
	}
	seen := make(map[string]int, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		path := fmt.Sprintf("properties[%d]", i)
		if first, ok := seen[p.Name]; ok && p.Name != "" {
			r.addf(path+".name", "%q is the name of properties[%d] too; each needs its own", shorten(p.Name), first)
		} else {
			seen[p.Name] = i
		}
		p.validate(r.below(path))
	}
}

// badUnit says what is wrong with a unit, or nothing.
func badUnit(unit int, rtu bool) string {
	switch {
	case unit < 0 || unit > 255:
		return fmt.Sprintf("%d, want 1 to 247", unit)
	case rtu && unit == 0:
		return "0 is for all devices at once, of which none answers; want 1 to 247"
	case rtu && unit > 247:
		return fmt.Sprintf("%d, want 1 to 247; the numbers above are reserved", unit)
	}
	return ""
}

func (p *Property) validate(r reporter) {
	switch {
	case p.Name == "":
		r("name", "missing; use a-z, 0-9, _ and -")
	case strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		r.addf("name", "%q; use a-z, 0-9, _ and -", shorten(p.Name))
	case len(p.Name) > maxName:
		r.addf("name", "%d characters, want at most %d", len(p.Name), maxName)
	}
	r.texts("unit", p.Unit, "class", p.Class, "label", p.Label)
	r.oneOf("category", p.Category, "", "diagnostic", "setting")
	r.oneOf("word_order", p.WordOrder, "", "big", "little")
	r.oneOf("byte_order", p.ByteOrder, "", "big", "little")
	if p.Every != 0 {
		r.duration("every", p.Every, minEvery, maxEvery)
	}
	function, address, ok := p.where(r)
	if !ok {
		return
	}
	l, ok := p.layout(r, function)
	if !ok {
		return
	}
	if last := address + l.registers - 1; last > math.MaxUint16 {
		r.addf("address", "%d is too high for %d registers; the last address is %d", address, l.registers, math.MaxUint16)
	}
	p.validateValues(r, l)
	p.validateNumber(r, l)
	p.validateWrite(r, function, l)
}

// where finds out the function that reads p, and the address of its first register.
func (p *Property) where(r reporter) (f Function, address int, ok bool) {
	f, ok = sorts[p.Register]
	if !ok {
		r.addf("register", "%q is no sort of register; use holding, input, coil or discrete", shorten(p.Register))
		return 0, 0, false
	}
	switch {
	case p.Reference == "" && p.Address == nil:
		r("address", "missing; give the address, which counts from 0, or the reference of a table that counts from 40001")
		return 0, 0, false
	case p.Reference != "" && p.Address != nil:
		r("reference", "goes without address; remove one of them")
		return 0, 0, false
	case p.Address != nil && (*p.Address < 0 || *p.Address > math.MaxUint16):
		hint := ""
		if *p.Address > math.MaxUint16 {
			hint = fmt.Sprintf("; if the maker's table says so, write reference: %d", *p.Address)
		}
		r.addf("address", "%d, want 0 to %d%s", *p.Address, math.MaxUint16, hint)
		return 0, 0, false
	case p.Address != nil:
		return f, *p.Address, true
	}
	g, address, ok := parseReference(p.Reference)
	switch {
	case !ok:
		r.addf("reference", "%q, want five or six digits that begin with 0, 1, 3 or 4 and end with 0001 or more, such as 40108", shorten(p.Reference))
	case p.Register != "" && f != g:
		r.addf("register", "is %s, but the reference %s is %s; remove register", p.Register, p.Reference, g.thing())
		ok = false
	}
	return g, address, ok
}

// sorts are the functions that read the sorts of registers.
var sorts = map[string]Function{
	"": ReadHolding, "holding": ReadHolding, "input": ReadInput, "coil": ReadCoils, "discrete": ReadDiscreteInputs,
}

// parseReference reads a number such as 40108 or 400108.
func parseReference(text string) (f Function, address int, ok bool) {
	if len(text) != 5 && len(text) != 6 || strings.Trim(text, "0123456789") != "" {
		return 0, 0, false
	}
	f, ok = map[byte]Function{'0': ReadCoils, '1': ReadDiscreteInputs, '3': ReadInput, '4': ReadHolding}[text[0]]
	for _, digit := range text[1:] {
		address = 10*address + int(digit-'0')
	}
	return f, address - 1, ok && address >= 1 && address <= math.MaxUint16+1
}

func (p *Property) validateValues(r reporter, l layout) {
	if len(p.Values) == 0 {
		return
	}
	if l.kind == kindBool || l.kind == kindText || l.kind == kindFloat {
		r.addf("values", "go with whole numbers; this is %s", p.typeName(l))
		return
	}
	if len(p.Values) > devices.MaxOptions {
		r.addf("values", "%d of them, want at most %d", len(p.Values), devices.MaxOptions)
		return
	}
	words, numbers := make(map[string]string), make(map[uint64]string)
	for _, key := range slices.Sorted(maps.Keys(p.Values)) {
		word, path := p.Values[key], "values."+shorten(key)
		raw, ok := parseRaw(key, l.bits())
		if !ok {
			r.addf(path, "%q is no number that fits into %s", shorten(key), p.typeName(l))
		}
		if first, twice := numbers[raw]; ok && twice {
			r.addf(path, "is the same number as %s", shorten(first))
		}
		numbers[raw] = key
		folded := strings.ToLower(word)
		if first, twice := words[folded]; twice && word != "" {
			r.addf(path, "%q is the word for %s too, for upper and lower case are the same here", shorten(word), first)
		}
		words[folded] = key
		if word == "" {
			r(path, "has no word")
		}
		r.texts(path, word)
	}
	if p.Scale != 1 && p.Scale != 0 || p.Offset != 0 {
		r("values", "go without scale and offset; remove those")
	}
}

func (p *Property) validateNumber(r reporter, l layout) {
	if p.Invalid != "" {
		if l.kind == kindText || l.kind == kindBool {
			r.addf("invalid", "goes with numbers; this is %s", p.typeName(l))
		} else if _, ok := parseRaw(p.Invalid, l.bits()); !ok {
			r.addf("invalid", "%q is no number that fits into %s, such as 0x8000, 65535 or -1", shorten(p.Invalid), p.typeName(l))
		}
	}
	r.finite("scale", p.Scale)
	r.finite("offset", p.Offset)
	r.finite("step", p.Step)
	r.finite("deadband", p.Deadband)
	if p.Scale == 0 {
		r("scale", "0 makes every number the same; want another, or remove it")
	}
	if p.Step < 0 {
		r.addf("step", "%v; use a number above 0", p.Step)
	}
	if p.Deadband < 0 {
		r.addf("deadband", "%v; use 0 or more", p.Deadband)
	}
	for key, bound := range map[string]*float64{"min": p.Min, "max": p.Max} {
		if bound != nil {
			r.finite(key, *bound)
		}
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		r.addf("min", "%v is greater than max %v", *p.Min, *p.Max)
	}
	if l.kind != kindText && l.kind != kindBool && len(p.Values) == 0 {
		return
	}
	sort := p.typeName(l)
	if len(p.Values) > 0 {
		sort = "an enum"
	}
	given := map[string]bool{"unit": p.Unit != "", "min": p.Min != nil, "max": p.Max != nil, "step": p.Step != 0, "deadband": p.Deadband != 0}
	for _, key := range []string{"unit", "min", "max", "step", "deadband"} {
		if given[key] {
			r.addf(key, "goes with numbers; this is %s", sort)
		}
	}
}

func (p *Property) validateWrite(r reporter, f Function, l layout) {
	r.oneOf("write_function", p.WriteFunction, "", "single", "multiple", "mask")
	switch {
	case !p.Writable && p.WriteFunction != "":
		r("write_function", "goes with writable: true, which is missing")
	case !p.Writable:
	case f == ReadInput || f == ReadDiscreteInputs:
		r.addf("writable", "%s cannot be written; if the maker's table says that it can, it is a holding register or a coil", f.thing())
	case p.WriteFunction == "mask" && l.bit < 0:
		r("write_function", "mask goes with a bit of a register")
	case p.WriteFunction == "single" && l.registers > 1:
		r.addf("write_function", "single writes one register; this has %d", l.registers)
	}
	if p.Writable && l.registers > maxWriteRegisters {
		r.addf("length", "%d registers can be read, but only %d written", l.registers, maxWriteRegisters)
	}
}
