package modbus

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// boiler has one of everything.
func boiler() (Config, *slave) {
	s := newSlave()
	s.holding[0], s.holding[1], s.holding[2] = 215, 1, 0b1000
	s.holding[3], s.holding[4] = 0x0001, 0x86A0 // 100000
	s.input[100], s.input[101] = 0xFFCE, 0x8000 // -50, none
	s.input[102], s.input[103] = 0x41AB, 0x3333 // 21.4
	for i := range uint16(5) {                  // nobody wants these; they are read along
		s.holding[5+i] = 0xDEAD
	}
	s.coils[7] = true
	for i, word := range []uint16{'H'<<8 | 'P', '-'<<8 | '9', 0, 0} {
		s.holding[uint16(10+i)] = word
	}
	return config(device(17,
		property("temperature", "holding", 0, scaled(0.1), func(p *Property) { p.Unit = "°C" }),
		property("mode", "holding", 1, writable, func(p *Property) { p.Values = map[string]string{"0": "off", "1": "auto", "0x10": "heat"} }),
		property("pump", "holding", 2, writable, func(p *Property) { p.Bit = new(3) }),
		property("energy", "holding", 3, typed("uint32"), func(p *Property) { p.Unit = "kWh" }),
		property("model", "holding", 10, typed("text"), func(p *Property) { p.Length = 4 }),
		property("outside", "input", 100, typed("int16"), scaled(0.1)),
		property("return", "input", 101, func(p *Property) { p.Invalid = "0x8000" }),
		property("flow", "input", 102, typed("float32")),
		property("on", "coil", 7, writable),
		property("alarm", "discrete", 9),
	)), s
}

func TestReadsEverything(t *testing.T) {
	for _, port := range []string{"/dev/ttyUSB0", "tcp://10.0.0.5:502", "tcp://10.0.0.5:8899"} {
		t.Run(port, func(t *testing.T) {
			c, s := boiler()
			l := newLine(t, port, c, map[byte]*slave{17: s})
			l.run(9 * time.Second)
			l.want("attic-17", "temperature", "21.5", "mode", "auto", "pump", "true", "energy", "100000", "model", "HP-9",
				"outside", "-5", "return", "", "flow", "21.4", "on", "true", "alarm", "false")
			if l.availability("attic-17") != devices.Online {
				t.Error("it is not online")
			}
			if len(l.sent) != 4 {
				t.Errorf("%d questions, want 4: holding, input, coils, discrete inputs", len(l.sent))
			}
			if len(l.faults) > 0 {
				t.Errorf("faults: %q", l.faults)
			}
			if isTCP := port == "tcp://10.0.0.5:502"; l.m.tcp != isTCP {
				t.Errorf("framing tcp is %v for %s", l.m.tcp, port)
			}
			l.run(10 * time.Second)
			if len(l.sent) != 8 {
				t.Errorf("%d questions in two rounds, want 8", len(l.sent))
			}
		})
	}
}

func TestOrders(t *testing.T) {
	const number = 0x0102030405060700 // a float64 holds it
	for _, test := range []struct {
		words, bytes string
		want         []uint16
	}{
		{"big", "big", []uint16{0x0102, 0x0304, 0x0506, 0x0700}},
		{"little", "big", []uint16{0x0700, 0x0506, 0x0304, 0x0102}},
		{"big", "little", []uint16{0x0201, 0x0403, 0x0605, 0x0007}},
		{"little", "little", []uint16{0x0007, 0x0605, 0x0403, 0x0201}},
	} {
		t.Run(test.words+" "+test.bytes, func(t *testing.T) {
			s := newSlave()
			for i, word := range test.want {
				s.holding[uint16(i)], s.holding[uint16(10+i)] = word, 0
			}
			order := func(p *Property) { p.WordOrder, p.ByteOrder = test.words, test.bytes }
			l := newLine(t, "", config(device(1,
				property("read", "", 0, typed("uint64"), order),
				property("write", "", 10, typed("uint64"), order, writable),
			)), map[byte]*slave{1: s})
			ticket := l.set("attic-1", "write", devices.Number(number))
			l.run(time.Second)
			if err := l.settled(ticket); err != nil {
				t.Fatal(err)
			}
			l.want("attic-1", "read", devices.Number(number).String(), "write", devices.Number(number).String())
			for i, word := range test.want {
				if got := s.holding[uint16(10+i)]; got != word {
					t.Errorf("register %d is %04x, want %04x", i, got, word)
				}
			}
		})
	}
}

func TestWrites(t *testing.T) {
	c, s := boiler()
	l := newLine(t, "", c, map[byte]*slave{17: s})
	l.run(time.Second)
	for _, test := range []struct {
		property string
		value    devices.Value
		want     string
		held     func() bool
	}{
		{"mode", devices.Text("heat"), "heat", func() bool { return s.holding[1] == 16 }},
		{"pump", devices.Boolean(false), "false", func() bool { return s.holding[2] == 0 }},
		{"on", devices.Boolean(false), "false", func() bool { return !s.coils[7] }},
		{"on", devices.Boolean(true), "true", func() bool { return s.coils[7] }},
	} {
		ticket := l.set("attic-17", test.property, test.value)
		l.run(200 * time.Millisecond) // far less than the 10 s between polls: it is read back
		if err := l.settled(ticket); err != nil || !test.held() {
			t.Errorf("%s = %s: %v, held: %v", test.property, test.value, err, test.held())
		}
		l.want("attic-17", test.property, test.want)
	}
}

func TestWriteFunctions(t *testing.T) {
	for _, test := range []struct {
		name     string
		property Property
		value    devices.Value
		want     []Function
		holds    uint16
	}{
		{"single", property("a", "", 5, writable, scaled(0.5)), devices.Number(21.5), []Function{WriteRegister}, 43},
		{"negative", property("a", "", 5, writable, typed("int16"), scaled(0.1)), devices.Number(-3.3), []Function{WriteRegister}, 0xFFDF},
		{"multiple", property("a", "", 5, writable, func(p *Property) { p.WriteFunction = "multiple" }), devices.Number(7), []Function{WriteRegisters}, 7},
		{"a bit", property("a", "", 5, writable, func(p *Property) { p.Bit = new(1) }), devices.Boolean(false), []Function{ReadHolding, WriteRegister}, 0xF0FD},
		{"a masked bit", property("a", "", 5, writable, func(p *Property) { p.Bit = new(0); p.WriteFunction = "mask" }), devices.Boolean(false), []Function{MaskRegister}, 0xF0FE},
		{"a masked bit of swapped bytes", property("a", "", 5, writable, func(p *Property) { p.Bit = new(8); p.WriteFunction = "mask"; p.ByteOrder = "little" }),
			devices.Boolean(false), []Function{MaskRegister}, 0xF0FE},
		{"a coil", property("a", "coil", 5, writable), devices.Boolean(true), []Function{WriteCoil}, 0xF0FF},
		{"coils", property("a", "coil", 5, writable, func(p *Property) { p.WriteFunction = "multiple" }), devices.Boolean(true), []Function{WriteCoils}, 0xF0FF},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSlave()
			s.holding[5] = 0xF0FF
			l := newLine(t, "", config(device(1, test.property)), map[byte]*slave{1: s})
			l.run(time.Second)
			s.asked = nil
			ticket := l.set("attic-1", "a", test.value)
			l.run(time.Second)
			if err := l.settled(ticket); err != nil {
				t.Fatal(err)
			}
			var functions []Function
			for _, ask := range s.asked {
				functions = append(functions, ask.Function)
			}
			if want := append(test.want, s.asked[len(s.asked)-1].Function); !slices.Equal(functions, want) { // read back
				t.Errorf("functions %v, want %v", functions, want)
			}
			if s.holding[5] != test.holds {
				t.Errorf("the register holds %#x, want %#x", s.holding[5], test.holds)
			}
			l.want("attic-1", "a", test.value.String())
		})
	}
}

func TestWritesAreRefused(t *testing.T) {
	c, s := boiler()
	c.Devices[0].Properties = append(c.Devices[0].Properties, property("target", "", 20, writable, scaled(0.5)))
	s.holding[20] = 40
	l := newLine(t, "", c, map[byte]*slave{17: s})
	l.run(time.Second)
	for _, test := range []struct {
		device   devices.ID
		property string
		value    devices.Value
		want     error
	}{
		{"attic-18", "mode", devices.Text("off"), codec.ErrNoSuchDevice},
		{"attic-17", "nothing", devices.Text("off"), codec.ErrNoSuchProperty},
		{"attic-17", "temperature", devices.Number(1), devices.ErrNotWritable},
		{"attic-17", "mode", devices.Text("turbo"), devices.ErrOption},
		{"attic-17", "on", devices.Number(1), devices.ErrType},
		{"attic-17", "target", devices.Number(40000), devices.ErrRange},
		{"attic-17", "target", devices.Number(-1), devices.ErrRange},
	} {
		var r codec.Result
		err := l.m.Encode(&r, devices.Command{Device: test.device, Property: test.property, Value: test.value}, 9, l.now)
		if !errors.Is(err, test.want) || len(r.Send)+len(r.Done) > 0 {
			t.Errorf("%s %s = %s: %v, want %v", test.device, test.property, test.value, err, test.want)
		}
	}
	s.refuse[WriteRegister] = IllegalValue
	ticket := l.set("attic-17", "target", devices.Number(20))
	l.run(time.Second)
	var why Exception
	if err := l.settled(ticket); !errors.As(err, &why) || why != IllegalValue {
		t.Errorf("the device refuses, but the command ends with %v", err)
	}
	s.refuse[WriteRegister] = Busy
	ticket = l.set("attic-17", "target", devices.Number(20))
	l.run(time.Second)
	delete(s.refuse, WriteRegister)
	l.run(time.Second)
	if err := l.settled(ticket); err != nil || s.holding[20] != 40 {
		t.Errorf("a device that was busy: %v", err)
	}
	s.dead = true
	ticket = l.set("attic-17", "target", devices.Number(20))
	l.run(5 * time.Second)
	if err := l.settled(ticket); !errors.Is(err, codec.ErrNoAnswer) {
		t.Errorf("the device is dead, but the command ends with %v", err)
	}
}

func TestCommandsAreBounded(t *testing.T) {
	c, s := boiler()
	s.dead = true
	l := newLine(t, "", c, map[byte]*slave{17: s})
	var err error
	n := 0
	for ; err == nil && n < 1000; n++ {
		var r codec.Result
		err = l.m.Encode(&r, devices.Command{Device: "attic-17", Property: "on", Value: devices.Boolean(true)}, codec.Ticket(n+1), l.now)
	}
	if n != maxWrites+1 {
		t.Errorf("%d commands were taken, want %d", n-1, maxWrites)
	}
	var r codec.Result
	l.m.Lost(&r)
	if len(r.Done) != maxWrites || !errors.Is(r.Done[0].Err, codec.ErrLost) {
		t.Errorf("%d commands are settled when the port is lost, want %d", len(r.Done), maxWrites)
	}
}

func TestOutOfRangeIsAFault(t *testing.T) {
	s := newSlave()
	s.holding[0], s.holding[1] = 900, 2
	l := newLine(t, "", config(device(1,
		property("temperature", "", 0, scaled(0.1), func(p *Property) { p.Min, p.Max = new(0.0), new(50.0) }),
		property("mode", "", 1, func(p *Property) { p.Values = map[string]string{"0": "off", "1": "on"} }),
	)), map[byte]*slave{1: s})
	l.run(time.Second)
	l.want("attic-1", "temperature", "", "mode", "")
	if l.said("holding register 40001 (address 0): temperature: out of range") != 1 || l.said("holds 2, for which values has no word") != 1 {
		t.Errorf("faults %q", l.faults)
	}
	s.holding[0], s.holding[1] = 200, 1
	l.run(10 * time.Second)
	l.want("attic-1", "temperature", "20", "mode", "on")
	if l.said("temperature: <nil>") != 1 || l.said("mode: <nil>") != 1 {
		t.Errorf("that they work again is not said: %q", l.faults)
	}
}

func TestScaledNumbersAreShort(t *testing.T) {
	for _, test := range []struct {
		scale, offset, raw float64
		want               float64
	}{
		{0.1, 0, 3, 0.3}, {0.01, 0, 2141, 21.41}, {0.1, -40, 215, -18.5}, {10, 0, 7, 70}, {1.0 / 3, 0, 2, 0.666666666667}, {0.001, 0, 65535, 65.535}, {-0.1, 0, 3, -0.3},
	} {
		f := &field{scale: test.scale, offset: test.offset}
		if got := f.scaled(test.raw); got != test.want {
			t.Errorf("%v * %v + %v is %v, want %v", test.raw, test.scale, test.offset, got, test.want)
		}
	}
	for _, n := range []float32{21.4, -0.1, 1e10, 3.5e-12, 100000.5, float32(math.Inf(1))} {
		l := types["float32"]
		got := l.number(uint64(math.Float32bits(n)))
		if float32(got) != n {
			t.Errorf("%v became %v", n, got)
		}
	}
	if got := types["float32"].number(uint64(math.Float32bits(21.4))); devices.Number(got).String() != "21.4" {
		t.Errorf("21.4 reads as %v", got)
	}
}

func TestExceptionsSayWhatToDo(t *testing.T) {
	for e := Exception(1); e < 13; e++ {
		if text := e.Error(); !strings.Contains(text, ":") && !strings.Contains(text, "manual") || strings.Contains(text, "\n") {
			t.Errorf("exception %d: %q", e, text)
		}
	}
}
