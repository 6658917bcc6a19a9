package modbus

import (
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/devices"
)

func TestValidateFindsEveryMistake(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(c *Config)
		want   string // path: part of the problem
	}{
		{"framing", func(c *Config) { c.Framing = "ascii" }, `framing: "ascii"; use rtu, tcp`},
		{"timeout", func(c *Config) { c.Timeout = time.Hour }, "timeout: 1h0m0s, want 10ms to 1m0s"},
		{"pause", func(c *Config) { c.Pause = new(time.Hour) }, "pause: 1h0m0s"},
		{"retries", func(c *Config) { c.Retries = -1 }, "retries: -1, want 0 to 10"},
		{"max_gap", func(c *Config) { c.MaxGap = 125 }, "max_gap: 125, want 0 to 124"},
		{"max_registers", func(c *Config) { c.MaxRegisters = 126 }, "max_registers: 126, want 1 to 125"},
		{"max_bits", func(c *Config) { c.MaxBits = 2001 }, "max_bits: 2001, want 1 to 2000"},
		{"no device", func(c *Config) { c.Devices = nil }, "devices: none"},
		{"twice a unit", func(c *Config) { c.Devices = append(c.Devices, c.Devices[0]) }, "devices[1].unit: 1 is the unit of devices[0] too; if it is another device in the same box, give it an id"},
		{"twice an id", func(c *Config) {
			c.Devices[0].ID = "a"
			c.Devices = append(c.Devices, c.Devices[0])
		}, `devices[1].id: "a" is the id of devices[0] too`},
		{"unit", func(c *Config) { c.Devices[0].Unit = 256 }, "devices[0].unit: 256, want 1 to 247"},
		{"unit of all", func(c *Config) { c.Devices[0].Unit = 0; c.Framing = "rtu" }, "devices[0].unit: 0 is for all devices at once"},
		{"unit reserved", func(c *Config) { c.Devices[0].Unit = 250; c.Framing = "rtu" }, "devices[0].unit: 250, want 1 to 247"},
		{"id", func(c *Config) { c.Devices[0].ID = "Wärme" }, "devices[0].id: bad device id"},
		{"every", func(c *Config) { c.Devices[0].Every = time.Millisecond }, "devices[0].every: 1ms, want 100ms to 24h0m0s"},
		{"no property", func(c *Config) { c.Devices[0].Properties = nil }, "devices[0].properties: none"},
		{"twice a property", func(c *Config) {
			d := &c.Devices[0]
			d.Properties = append(d.Properties, d.Properties[0])
		}, `devices[0].properties[1].name: "power" is the name of properties[0] too`},
		{"name", first(func(p *Property) { p.Name = "Power" }), `name: "Power"; use a-z`},
		{"no name", first(func(p *Property) { p.Name = "" }), "name: missing"},
		{"register", first(func(p *Property) { p.Register = "output" }), `register: "output" is no sort of register`},
		{"no address", first(func(p *Property) { p.Address = nil }), "address: missing"},
		{"six digits", first(func(p *Property) { p.Address = new(400108) }), "address: 400108, want 0 to 65535; if the maker's table says so, write reference: 400108"},
		{"both", first(func(p *Property) { p.Reference = "40001" }), "reference: goes without address"},
		{"reference", first(func(p *Property) { p.Address = nil; p.Reference = "50001" }), `reference: "50001", want five or six digits`},
		{"reference 0", first(func(p *Property) { p.Address = nil; p.Reference = "40000" }), `reference: "40000"`},
		{"reference too high", first(func(p *Property) { p.Address = nil; p.Reference = "465537" }), `reference: "465537"`},
		{"another sort", first(func(p *Property) { p.Address = nil; p.Reference = "30001"; p.Register = "holding" }), "register: is holding, but the reference 30001 is an input register"},
		{"end", first(func(p *Property) { p.Address = new(65535); p.Type = "uint32" }), "address: 65535 is too high for 2 registers"},
		{"type", first(func(p *Property) { p.Type = "float" }), `type: "float" is no type`},
		{"type of a coil", first(func(p *Property) { p.Register = "coil"; p.Type = "uint16" }), "type: uint16 does not fit into a coil"},
		{"bit", first(func(p *Property) { p.Bit = new(16) }), "bit: 16, want 0 to 15"},
		{"bit of a coil", first(func(p *Property) { p.Register = "coil"; p.Bit = new(1) }), "bit: goes with type bool in a register"},
		{"length", first(func(p *Property) { p.Length = 4 }), "length: goes with type text"},
		{"no length", first(func(p *Property) { p.Type = "text" }), "length: 0, want 1 to 125"},
		{"word_order", first(func(p *Property) { p.WordOrder = "middle" }), `word_order: "middle"; use big, little`},
		{"scale", first(func(p *Property) { p.Scale = 0 }), "scale: 0 makes every number the same"},
		{"step", first(func(p *Property) { p.Step = -1 }), "step: -1"},
		{"deadband", first(func(p *Property) { p.Deadband = -1 }), "deadband: -1"},
		{"min", first(func(p *Property) { p.Min, p.Max = new(2.0), new(1.0) }), "min: 2 is greater than max 1"},
		{"min of a bool", first(func(p *Property) { p.Type = "bool"; p.Min = new(2.0) }), "min: goes with numbers; this is bool"},
		{"unit of an enum", first(func(p *Property) { p.Values = map[string]string{"0": "a"}; p.Unit = "W" }), "unit: goes with numbers; this is an enum"},
		{"invalid", first(func(p *Property) { p.Invalid = "0x10000" }), `invalid: "0x10000" is no number that fits into uint16`},
		{"invalid text", first(func(p *Property) { p.Type = "text"; p.Length = 2; p.Invalid = "0" }), "invalid: goes with numbers; this is text"},
		{"values of a float", first(func(p *Property) { p.Type = "float32"; p.Values = map[string]string{"0": "a"} }), "values: go with whole numbers; this is float32"},
		{"values with scale", first(func(p *Property) { p.Scale = 2; p.Values = map[string]string{"0": "a"} }), "values: go without scale"},
		{"values twice a number", first(func(p *Property) { p.Values = map[string]string{"1": "a", "0x1": "b"} }), "values.1: is the same number as 0x1"},
		{"values twice a word", first(func(p *Property) { p.Values = map[string]string{"1": "a", "2": "A"} }), `values.2: "A" is the word for 1 too`},
		{"values no number", first(func(p *Property) { p.Values = map[string]string{"x": "a"} }), `values.x: "x" is no number that fits into uint16`},
		{"values no word", first(func(p *Property) { p.Values = map[string]string{"1": ""} }), "values.1: has no word"},
		{"category", first(func(p *Property) { p.Category = "main" }), `category: "main"; use diagnostic, setting`},
		{"writable", first(func(p *Property) { p.Register = "input"; p.Writable = true }), "writable: an input register cannot be written"},
		{"write_function", first(func(p *Property) { p.Writable = true; p.WriteFunction = "6" }), `write_function: "6"; use single, multiple, mask`},
		{"write_function alone", first(func(p *Property) { p.WriteFunction = "single" }), "write_function: goes with writable"},
		{"mask", first(func(p *Property) { p.Writable = true; p.WriteFunction = "mask" }), "write_function: mask goes with a bit"},
		{"single", first(func(p *Property) { p.Writable = true; p.WriteFunction = "single"; p.Type = "int32" }), "write_function: single writes one register; this has 2"},
		{"long", first(func(p *Property) { p.Writable = true; p.Type = "text"; p.Length = 124 }), "length: 124 registers can be read, but only 123 written"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config(device(1, property("power", "", 7)))
			test.change(&c)
			var got mistakes
			c.Validate(got.add)
			if len(got) != 1 || !strings.Contains(got[0], test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if _, err := New("attic", "", c); err == nil {
				t.Error("New takes it")
			}
		})
	}
}

func first(change func(p *Property)) func(*Config) {
	return func(c *Config) { change(&c.Devices[0].Properties[0]) }
}

func TestMistakesAreFoundAtOnce(t *testing.T) {
	c := config(device(300, property("A", "", 7, typed("x")), property("b", "output", -1)))
	c.Timeout = 0
	var got mistakes
	c.Validate(got.add)
	for _, path := range []string{"timeout", "devices[0].unit", "devices[0].properties[0].name", "devices[0].properties[0].type", "devices[0].properties[1].register"} {
		if !slices.ContainsFunc(got, func(m string) bool { return strings.HasPrefix(m, path+": ") }) {
			t.Errorf("nothing about %s in %q", path, got)
		}
	}
}

func TestReferences(t *testing.T) {
	for text, want := range map[string]struct {
		f       Function
		address int
	}{
		"40001": {ReadHolding, 0}, "40108": {ReadHolding, 107}, "400108": {ReadHolding, 107}, "465536": {ReadHolding, 65535},
		"30009": {ReadInput, 8}, "10197": {ReadDiscreteInputs, 196}, "00020": {ReadCoils, 19}, "000020": {ReadCoils, 19},
	} {
		f, address, ok := parseReference(text)
		if !ok || f != want.f || address != want.address {
			t.Errorf("%s is %v at %d, %v", text, f, address, ok)
		}
	}
}

func TestUnitsDependOnThePort(t *testing.T) {
	c := config(device(255, property("power", "", 0)))
	for port, ok := range map[string]bool{"tcp://10.0.0.5:502": true, "tcp://10.0.0.5:4001": false, "/dev/ttyS0": false} {
		if _, err := New("attic", port, c); (err == nil) != ok {
			t.Errorf("unit 255 on %s: %v", port, err)
		}
	}
}

func TestDeclared(t *testing.T) {
	c := config(device(1), device(2), device(3))
	c.Devices[0].ID, c.Devices[2].ID = "pump", "valve"
	if got := c.Declared(); !slices.Equal(got, []devices.ID{"pump", "valve"}) {
		t.Errorf("declared %v", got)
	}
}

// FuzzValidate holds that a configuration without a mistake makes a master.
func FuzzValidate(f *testing.F) {
	f.Add(1, "power", "holding", 7, "", "uint16", 0, "0x8000", "1", "on", 0.1, 0.0, true, "single")
	f.Add(255, "mode", "", 65535, "", "bool", 0, "", "", "", 1.0, -40.0, true, "mask")
	f.Add(0, "text", "input", -1, "40001", "text", 8, "", "0x1", "a", 1.0, 0.0, false, "")
	f.Fuzz(func(t *testing.T, unit int, name, register string, address int, reference, kind string, length int, invalid, key, word string, scale, offset float64, writable bool, writing string) {
		p := property(name, register, address, typed(kind), scaled(scale))
		p.Reference, p.Length, p.Invalid, p.Offset, p.Writable, p.WriteFunction = reference, length, invalid, offset, writable, writing
		if reference != "" {
			p.Address = nil
		}
		if key != "" {
			p.Values = map[string]string{key: word}
		}
		c := config(device(unit, p))
		c.Framing = "tcp"
		var got mistakes
		c.Validate(got.add)
		if _, err := New("attic", "", c); (err == nil) != (len(got) == 0) {
			t.Fatalf("%q, but New returned %v", got, err)
		}
	})
}
