package sml

import (
	"fmt"

	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// read takes what an entry means, or why it means nothing.
type read func(register *meter.Register, v devices.Value, err error)

// listing is the values of one file while they are read.
type listing struct {
	all    []entry
	known  *registers
	who    identity
	sums   meter.Sums
	dzg    ofDZG
	read   read
	status *entry
}

// registers are the meanings of codes that were met.
type registers struct {
	power  byte // which power people look at
	known  map[meter.Code]meaning
	status *meter.Register
}

func newRegisters() *registers {
	return &registers{known: make(map[meter.Code]meaning), status: statusRegister()}
}

// maxKnown bounds the codes that are kept: far more than a meter has.
const maxKnown = 1000

func (k *registers) of(code meter.Code) meaning {
	m, ok := k.known[code]
	if !ok {
		m = meaningOf(code, k.power)
		if len(k.known) < maxKnown {
			k.known[code] = m
		}
	}
	return m
}

// look says which power there is. When a meter begins to tell a better one, as after
// its PIN, the names of the others change.
func (k *registers) look(all []entry) {
	power := byte(meter.Absolute)
	for i := range all {
		switch c := all[i].code; {
		case c.A != 1 || c.D != 7:
		case c.C == meter.Net:
			power = meter.Net
		case c.C == meter.Import && power != meter.Net:
			power = meter.Import
		}
	}
	if power != k.power {
		k.power = power
		clear(k.known)
	}
}

// run reads all entries.
func (l *listing) run() {
	l.known.look(l.all)
	l.dzg.look(l.all)
	for i := range l.all {
		e := &l.all[i]
		if !l.who.take(e.code, &e.value) {
			l.entry(e)
		}
		if l.status == nil && e.code.D == 8 && !e.status.absent() {
			l.status = e
		}
	}
	for code, sum := range l.sums.Totals {
		register := l.known.of(code).register
		v, err := register.Number(sum, "kWh")
		l.read(register, v, err)
	}
	if l.status != nil {
		if v, ok := hexadecimal(&l.status.status); ok {
			l.read(l.known.status, v, nil)
		}
	}
}

func (l *listing) entry(e *entry) {
	m := l.known.of(e.code)
	switch m.sense {
	case senseNumber:
		l.number(e, m.register)
	case senseText:
		if text, ok := readable(e.value.data); ok && len(text) <= maxName {
			l.read(m.register, devices.Text(text), nil)
		}
	case senseBits:
		if v, ok := hexadecimal(&e.value); ok {
			l.read(m.register, v, nil)
		}
	}
}

func (l *listing) number(e *entry, register *meter.Register) {
	n, ok := e.value.signed()
	if !ok {
		l.sums.Spoil(e.code)
		l.read(register, devices.Value{}, fmt.Errorf("a value of type %d and %d bytes, want a number", e.value.kind, len(e.value.data)))
		return
	}
	if e.code.D == 7 && e.unit == watt {
		n = l.dzg.power(&e.value, n)
	}
	d := meter.Decimal{Mantissa: n, Exponent: int(e.scaler)}
	v, err := register.Number(d, unitOf(e.unit))
	l.read(register, v, err)
	switch {
	case err != nil:
		l.sums.Spoil(e.code)
	case e.unit == wattHour:
		l.sums.Take(e.code, d.Shift(-3))
	}
}

// The numbers of units that count here.
const (
	watt     = 27
	wattHour = 30
)
