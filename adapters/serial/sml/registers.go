package sml

import (
	"fmt"

	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// sense is how a value is read.
type sense uint8

const (
	senseNone sense = iota // nobody knows
	senseNumber
	senseText
	senseBits
	senseUnwritten // known, and of no use to anybody
)

// meaning is what a code stands for.
type meaning struct {
	sense    sense
	register *meter.Register
}

// special are codes beside those of electricity, by C, D and E.
var special = map[[3]byte]struct {
	name, class, unit string
	sense             sense
}{
	{0, 2, 0}:      {"firmware", "", "", senseText},
	{96, 5, 0}:     {"meter_status", "", "", senseBits},
	{96, 5, 5}:     {"meter_status", "", "", senseBits},
	{97, 97, 0}:    {"error", "", "", senseBits},
	{96, 8, 0}:     {"operating_time", "duration", "s", senseNumber},
	{96, 9, 0}:     {"temperature", "temperature", "°C", senseNumber},
	{96, 7, 0}:     {"power_failures", "", "", senseNumber},
	{199, 130, 5}:  {"", "", "", senseUnwritten}, // public key
	{199, 240, 6}:  {"", "", "", senseUnwritten},
	{96, 90, 2}:    {"", "", "", senseUnwritten}, // checksum of the firmware
	{96, 50, 2}:    {"", "", "", senseUnwritten},
	{96, 50, 3}:    {"", "", "", senseUnwritten},
	{96, 50, 4}:    {"", "", "", senseUnwritten},
	{1, 0, 0}:      {"", "", "", senseUnwritten}, // the clock
	{96, 1, 0}:     {"", "", "", senseUnwritten},
	{0, 0, 0}:      {"", "", "", senseUnwritten},
	{0, 0, 9}:      {"", "", "", senseUnwritten},
	{96, 1, 255}:   {"", "", "", senseUnwritten},
	{199, 130, 3}:  {"", "", "", senseUnwritten},
	{96, 50, 1}:    {"", "", "", senseUnwritten},
	{199, 130, 1}:  {"", "", "", senseUnwritten},
	{199, 130, 12}: {"", "", "", senseUnwritten},
}

// meaningOf says what a code means where power is that which people look at.
func meaningOf(code meter.Code, power byte) meaning {
	if it, ok := special[[3]byte{code.C, code.D, code.E}]; ok {
		p := devices.Property{Name: it.name, Type: devices.TypeText, Class: it.class, Unit: it.unit, Category: devices.Diagnostic}
		if it.sense == senseUnwritten {
			return meaning{sense: it.sense}
		}
		if it.sense == senseNumber {
			p.Type = devices.TypeNumber
		}
		register := &meter.Register{Property: p}
		if it.name == "operating_time" {
			register.Pace = meter.Pace{Deadband: 3600}
			register.Property.Deadband = 3600
		}
		return meaning{it.sense, register}
	}
	naming := meter.Numbered(power)
	if code.F < 96 {
		code.F = meter.None
	}
	if register, ok := meter.Of(code, &naming); ok {
		return meaning{senseNumber, register}
	}
	return meaning{}
}

// statusRegister is of the status beside what was counted.
func statusRegister() *meter.Register {
	return &meter.Register{Property: devices.Property{Name: "status_word", Type: devices.TypeText, Category: devices.Diagnostic}}
}

// hexadecimal writes bits.
func hexadecimal(e *element) (devices.Value, bool) {
	switch e.kind {
	case unsigned, integer:
		if len(e.data) == 0 || len(e.data) > 8 {
			return devices.Value{}, false
		}
		return devices.Text(fmt.Sprintf("0x%0*x", 2*len(e.data), big(e.data))), true
	case octets:
		return devices.Text(fmt.Sprintf("%#x", e.data[:min(len(e.data), maxName)])), true
	}
	return devices.Value{}, false
}
