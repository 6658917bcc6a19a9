package dsmr

import (
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// sense is how the values of a line are read.
type sense uint8

const (
	senseNumber sense = iota + 1
	senseCount
	senseHex       // a text in hexadecimal digits
	senseText      // a text as it stands
	senseTariff    // the number of the one that counts
	senseSwitch    // 0, 1 or 2
	senseRelay     // the same, of the relay that B says
	senseLimit     // in kW, or before DSMR 4 in A
	sensePeak      // with its time before it
	sensePeaks     // of the months before
	senseFailures  // times and seconds
	senseNumberOf  // what the meter is called
	senseUnwritten // known, and of no use to anybody
)

// special are the lines of the electricity meter that are no numbers with a unit, or
// not only that, by C, D and E.
var special = map[[3]byte]struct {
	name  string
	sense sense
}{
	{0, 2, 8}:    {"protocol", senseText},
	{96, 1, 4}:   {"protocol", senseText},
	{1, 0, 0}:    {"", senseUnwritten}, // the clock
	{96, 14, 0}:  {"tariff", senseTariff},
	{96, 13, 0}:  {"message", senseHex},
	{96, 13, 1}:  {"message_code", senseHex},
	{96, 13, 2}:  {"message_2", senseHex},
	{96, 13, 3}:  {"message_3", senseHex},
	{96, 13, 4}:  {"message_4", senseHex},
	{96, 13, 5}:  {"message_5", senseHex},
	{96, 7, 21}:  {"power_failures", senseCount},
	{96, 7, 9}:   {"power_failures_long", senseCount},
	{99, 97, 0}:  {"last_power_failure", senseFailures},
	{96, 3, 10}:  {"breaker", senseSwitch},
	{17, 0, 0}:   {"limit", senseLimit},
	{1, 6, 0}:    {"peak", sensePeak},
	{2, 6, 0}:    {"peak_export", sensePeak},
	{98, 1, 0}:   {"peak_history", sensePeaks},
	{96, 5, 5}:   {"meter_status", senseText},
	{96, 1, 0}:   {"", senseNumberOf},
	{96, 1, 1}:   {"", senseNumberOf},
	{96, 1, 255}: {"", senseNumberOf},
	{42, 0, 0}:   {"", senseNumberOf},
	{0, 0, 0}:    {"", senseNumberOf},
	{96, 1, 2}:   {"", senseUnwritten}, // the EAN of the connection
}

// breakers are what a breaker says: 0, 1 and 2 (DSMR 5.0.2 P1, 6.12; IEC 62056-6-2).
var (
	breakers = []string{"disconnected", "connected", "ready"}
	valves   = []string{"closed", "open", "ready"}
)

func text(name, class string, category devices.Category) *meter.Register {
	return &meter.Register{Property: devices.Property{Name: name, Type: devices.TypeText, Class: class, Category: category}}
}

func enum(name string, options []string, category devices.Category) *meter.Register {
	return &meter.Register{Property: devices.Property{Name: name, Type: devices.TypeEnum, Class: "enum", Options: options, Category: category}}
}

func number(name, class, unit string, pace meter.Pace, category devices.Category) *meter.Register {
	return &meter.Register{
		Property: devices.Property{Name: name, Type: devices.TypeNumber, Class: class, Unit: unit, Deadband: pace.Deadband, Category: category},
		Pace:     pace,
	}
}

// meaning is what a code stands for.
type meaning struct {
	sense    sense
	register *meter.Register // nil where there is none
	time     *meter.Register // of a peak or a failure
}

// meaningOf says what a code of the electricity meter means to a variant. The zero
// meaning is that of a code that nobody knows.
func meaningOf(code meter.Code, v *variant) meaning {
	it, ok := special[[3]byte{code.C, code.D, code.E}]
	if !ok || code.B != 0 && it.sense != senseSwitch && code.C != 0 {
		naming := meter.Naming{Tariffs: v.tariffs, Power: meter.Import}
		if code.F < 96 {
			code.F = meter.None
		}
		register, ok := meter.Of(code, &naming)
		if !ok {
			return meaning{}
		}
		if register.Property.Unit == "" {
			return meaning{sense: senseCount, register: register}
		}
		return meaning{sense: senseNumber, register: register}
	}
	m := meaning{sense: it.sense}
	switch it.sense {
	case senseText, senseHex:
		m.register = text(it.name, "", devices.Diagnostic)
	case senseTariff:
		m.register = enum(it.name, v.options, devices.Primary)
	case senseSwitch:
		m.register = enum(it.name, breakers, devices.Diagnostic)
		if code.B != 0 {
			m.register = enum("relay_"+string('0'+rune(code.B%10)), breakers, devices.Diagnostic)
		}
	case senseCount:
		m.register = number(it.name, "", "", meter.Pace{}, devices.Diagnostic)
	case sensePeak:
		m.register = number(it.name, "power", "kW", meter.Pace{}, devices.Primary)
		m.time = text(it.name+"_time", "timestamp", devices.Primary)
	case sensePeaks:
		m.register = text(it.name, "", devices.Diagnostic)
	case senseFailures:
		m.register = number(it.name+"_duration", "duration", "s", meter.Pace{}, devices.Diagnostic)
		m.time = text(it.name, "timestamp", devices.Diagnostic)
	case senseLimit:
		m.register = number(it.name, "power", "kW", meter.Pace{}, devices.Diagnostic)
		m.time = number(it.name+"_current", "current", "A", meter.Pace{}, devices.Diagnostic)
	}
	return m
}
