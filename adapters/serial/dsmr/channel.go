package dsmr

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// channels is how many meters can be connected by M-Bus.
const channels = 4

// medium is a sort of meter that can be connected.
type medium struct {
	key   string // in ids and in the configuration
	name  string
	class string
	of    string // the property of its volume
}

// media are the sorts by the type that is said in 24.1.0 (EN 13757-3, 6.1).
var media = map[int]medium{
	2:  {"electricity", "Second electricity meter", "energy", ""},
	3:  {"gas", "Gas meter", "gas", "gas"},
	4:  {"heat", "Heat meter", "energy", "volume"},
	6:  {"hot-water", "Hot water meter", "water", "hot_water"},
	7:  {"water", "Water meter", "water", "water"},
	10: {"cold", "Cold meter", "energy", "volume"},
	11: {"cold", "Cold meter", "energy", "volume"},
	12: {"heat", "Heat meter", "energy", "volume"},
	13: {"heat", "Heat meter", "energy", "volume"},
}

// unsaid is for a meter that does not say what it measures.
var unsaid = medium{"meter", "Meter", "", "volume"}

// channel is what a telegram says of one connected meter.
type channel struct {
	medium  medium
	serial  string
	reading []byte // value with its unit
	at      time.Time
	valve   []byte
}

// channel gathers the lines of a channel. What has never been read is no meter: a
// channel that was left by a meter which another one replaces.
func (t *reading) channel(n int) (channel, bool) {
	it := channel{medium: unsaid, at: t.at}
	var captured []byte
	for i := range t.lines {
		l := &t.lines[i]
		if int(l.code.B) != n || !l.isOfChannel() {
			continue
		}
		first, rest := group(l.values)
		switch [3]byte{l.code.C, l.code.D, l.code.E} {
		case [3]byte{24, 1, 0}:
			if kind, err := strconv.Atoi(string(first[:min(len(first), 9)])); err == nil {
				if m, ok := media[kind]; ok {
					it.medium = m
				}
			}
		case [3]byte{96, 1, 0}, [3]byte{96, 1, 1}:
			it.serial = serial(first)
		case [3]byte{24, 2, 1}, [3]byte{24, 2, 3}:
			captured, it.reading = first, nil
			if it.reading, _ = group(rest); it.reading == nil { // without a time
				captured, it.reading = nil, first
			}
		case [3]byte{24, 3, 0}:
			captured, it.reading = old(l.values)
		case [3]byte{24, 4, 0}:
			it.valve = first
		}
	}
	if len(it.reading) == 0 {
		return it, false
	}
	if captured == nil {
		return it, true
	}
	c, ok := parseClock(captured)
	if !ok {
		return it, it.serial != "" && bytes.Contains(it.reading, []byte{'*'})
	}
	if age, ok := c.age(t.clock); ok {
		it.at = t.at.Add(-age)
	} else if read := c.in(t.variant.winter, t.at.Location()); read.Before(t.at) {
		it.at = read
	}
	return it, true
}

// old reads a meter before DSMR 4: (time)(status)(minutes)(1)(code)(unit)(value).
func old(values []byte) (captured, value []byte) {
	var all [7][]byte
	for i := range all {
		all[i], values = group(values)
	}
	if len(all[6]) == 0 || len(all[5]) == 0 {
		return nil, nil
	}
	return all[0], append(append(append(make([]byte, 0, 32), all[6]...), '*'), all[5]...)
}

// readChannel reads the value and the valve of a meter.
func (t *reading) readChannel(n int, it *channel) {
	digits, unit := quantity(it.reading)
	register, err := it.register(unit)
	if err == nil {
		var d meter.Decimal
		var v devices.Value
		if d, err = meter.ParseDecimal(digits); err == nil {
			v, err = register.Number(d, it.unit(unit))
		}
		t.read(n, register, v, it.at, err)
	} else {
		t.read(n, register, devices.Value{}, it.at, err)
	}
	if len(it.valve) > 0 {
		register := enum("valve", valves, devices.Diagnostic)
		v, err := option(register, it.valve, 0)
		t.read(n, register, v, t.at, err)
	}
}

// unit writes a unit as people do.
func (it *channel) unit(unit string) string {
	if unit == "m3" {
		return "m³"
	}
	return unit
}

// register returns what a connected meter measures: a volume, or an energy.
func (it *channel) register(unit string) (*meter.Register, error) {
	pace := meter.Pace{} // it is read once in 5 minutes or in an hour
	switch it.unit(unit) {
	case "m³":
		name := it.medium.of
		if name == "" {
			name = "volume"
		}
		class := it.medium.class
		if name == "volume" {
			class = "volume"
		}
		return number(name, class, "m³", pace, devices.Primary), nil
	case "GJ", "MJ":
		return number("energy", "energy", "GJ", pace, devices.Primary), nil
	case "kWh", "MWh", "Wh":
		pace = meter.Pace{Deadband: 0.01, Gap: 10 * time.Second, Most: time.Minute, Counter: true}
		return number("energy", "energy", "kWh", pace, devices.Primary), nil
	}
	return number("volume", "", "", pace, devices.Primary), fmt.Errorf("a value in %q, want m3, GJ or kWh", shorten(unit))
}
