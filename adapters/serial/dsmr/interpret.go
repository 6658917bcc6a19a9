package dsmr

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// reader takes what the lines of a telegram mean, one value at a time: of the
// electricity meter, or of the meter on a channel. An err tells why there is no value.
type reader func(channel int, register *meter.Register, v devices.Value, at time.Time, err error)

// reading is one telegram while it is read.
type reading struct {
	*telegram
	variant *variant
	at      time.Time
	known   map[meter.Code]meaning
	read    reader
	sums    meter.Sums
	numbers [5][]byte // what the electricity meter is called, the best first
}

// meaning returns what a code means, and keeps it.
func (t *reading) meaning(code meter.Code) meaning {
	m, ok := t.known[code]
	if !ok {
		m = meaningOf(code, t.variant)
		if len(t.known) < maxKnown {
			t.known[code] = m
		}
	}
	return m
}

// maxKnown bounds the codes that are kept: far more than a meter has.
const maxKnown = 1000

// all reads each line of the electricity meter, and adds up what is not among them.
func (t *reading) all() {
	for i := range t.lines {
		if l := &t.lines[i]; !l.isOfChannel() {
			t.line(l)
		}
	}
	for code, sum := range t.sums.Totals {
		m := t.meaning(code)
		v, err := m.register.Number(sum, "kWh")
		t.read(0, m.register, v, t.at, err)
	}
}

// isOfChannel reports whether a line is of a meter that is connected by M-Bus.
func (l *line) isOfChannel() bool {
	return l.code.A == 0 && l.code.B >= 1 && l.code.B <= channels && (l.code.C == 24 || l.code.C == 96 && l.code.D == 1)
}

func (t *reading) line(l *line) {
	m := t.meaning(l.code)
	first, rest := group(l.values)
	switch m.sense {
	case senseNumber:
		t.number(l.code, m.register, first)
	case senseCount:
		digits, _ := quantity(first)
		t.decimal(m.register, digits, "")
	case senseText:
		t.read(0, m.register, devices.Text(plainText(first)), t.at, nil)
	case senseHex:
		t.read(0, m.register, devices.Text(plain(first)), t.at, nil)
	case senseTariff:
		t.choice(m.register, first, 1)
	case senseSwitch:
		t.choice(m.register, first, 0)
	case senseLimit:
		digits, unit := quantity(first)
		if unit == "A" {
			m.register = m.time
		}
		t.decimal(m.register, digits, unit)
	case sensePeak:
		t.peak(m, first, rest)
	case sensePeaks:
		t.peaks(m.register, l.values)
	case senseFailures:
		t.failures(m, l.values)
	case senseNumberOf:
		if i := ranked(l.code); i >= 0 && t.numbers[i] == nil {
			t.numbers[i] = first
		}
	}
}

// ranked returns which of several numbers of a meter is better known to people.
func ranked(code meter.Code) int {
	switch [3]byte{code.C, code.D, code.E} {
	case [3]byte{96, 1, 1}:
		return 0
	case [3]byte{96, 1, 0}:
		return 1
	case [3]byte{96, 1, 255}: // EasyMeter's, whole
		return 2
	case [3]byte{42, 0, 0}:
		return 3
	case [3]byte{0, 0, 0}:
		return 4
	}
	return -1
}

// serial is the number of the electricity meter.
func (t *reading) serial() string {
	for i, text := range t.numbers {
		number := ""
		if i == 2 || i == 4 { // never in hexadecimal digits
			number = plainText(text)
		} else {
			number = serial(text)
		}
		if number = trimNoughts(number); number != "" {
			return number
		}
	}
	return ""
}

// number reads a value with a unit. An empty one is not known to the meter.
func (t *reading) number(code meter.Code, register *meter.Register, value []byte) {
	digits, unit := quantity(value)
	if len(digits) == 0 {
		return
	}
	d, err := meter.ParseDecimal(digits)
	if err != nil {
		t.sums.Spoil(code)
		t.read(0, register, devices.Value{}, t.at, err)
		return
	}
	v, err := register.Number(d, unit)
	t.read(0, register, v, t.at, err)
	if err != nil {
		t.sums.Spoil(code)
	} else if register.Property.Unit == "kWh" {
		t.sums.Take(code, kilowattHours(d, unit))
	}
}

// kilowattHours returns an energy in kWh. The unit fits.
func kilowattHours(d meter.Decimal, unit string) meter.Decimal {
	switch unit {
	case "Wh":
		return d.Shift(-3)
	case "MWh":
		return d.Shift(3)
	}
	return d
}

func (t *reading) decimal(register *meter.Register, digits []byte, unit string) {
	if len(digits) == 0 {
		return
	}
	d, err := meter.ParseDecimal(digits)
	var v devices.Value
	if err == nil {
		v, err = register.Number(d, unit)
	}
	t.read(0, register, v, t.at, err)
}

// choice reads the number of an option, the first of which has the number base.
func (t *reading) choice(register *meter.Register, value []byte, base int) {
	if len(value) == 0 {
		return
	}
	v, err := option(register, value, base)
	t.read(0, register, v, t.at, err)
}

func option(register *meter.Register, value []byte, base int) (devices.Value, error) {
	options := register.Property.Options
	n, err := strconv.Atoi(string(value[:min(len(value), 9)]))
	if err != nil || n < base || n >= base+len(options) {
		return devices.Value{}, fmt.Errorf("got %q, want %d to %d", value[:min(len(value), 40)], base, base+len(options)-1)
	}
	return devices.Text(options[n-base]), nil
}

// peak reads the highest demand of the month, with its time: (time)(value).
func (t *reading) peak(m meaning, first, rest []byte) {
	when, ok := parseClock(first)
	if ok {
		first, _ = group(rest)
		t.read(0, m.time, t.stamp(when), t.at, nil)
	} else if value, more := group(rest); more != nil {
		first = value // a month without a peak has no time
	}
	digits, unit := quantity(first)
	t.decimal(m.register, digits, unit)
}

func (t *reading) stamp(when clock) devices.Value {
	return devices.Text(when.in(t.variant.winter, t.at.Location()).Format(time.RFC3339))
}

// peaks reads the highest demands of the months before: (count)(code)(code), and for
// each (end of the month)(time)(value). What Hungary has under the same code are all
// registers at the end of a month.
func (t *reading) peaks(register *meter.Register, values []byte) {
	count, rest := group(values)
	code, rest := group(rest)
	if string(code) != "1-0:1.6.0" {
		return
	}
	_, rest = group(rest)
	n, err := strconv.Atoi(string(count[:min(len(count), 9)]))
	if err != nil || n > maxMonths {
		t.read(0, register, devices.Value{}, t.at, fmt.Errorf("%q months, want at most %d", count[:min(len(count), 40)], maxMonths))
		return
	}
	var out []byte
	for range n {
		var end, value []byte
		end, rest = group(rest)
		_, rest = group(rest)
		value, rest = group(rest)
		c, ok := parseClock(end)
		digits, unit := quantity(value)
		d, err := meter.ParseDecimal(digits)
		if !ok || err != nil || unit != "kW" {
			t.read(0, register, devices.Value{}, t.at, fmt.Errorf("the month (%s)(%s) is none", end[:min(len(end), 20)], value[:min(len(value), 20)]))
			return
		}
		if len(out) > 0 {
			out = append(out, ", "...)
		}
		out = time.Unix(c.wall-1, 0).UTC().AppendFormat(out, "2006-01: ")
		out = append(d.Value().AppendText(out), " kW"...)
	}
	t.read(0, register, devices.Text(string(out)), t.at, nil)
}

// maxMonths bounds the history of peaks; Belgium has 13.
const maxMonths = 60

// errCut is for values that are missing.
var errCut = errors.New("fewer values than there should be")

// failures reads the log of power failures, (count)(code), and for each (end)(seconds):
// the last of them.
func (t *reading) failures(m meaning, values []byte) {
	count, rest := group(values)
	_, rest = group(rest)
	n, err := strconv.Atoi(string(count[:min(len(count), 9)]))
	if err != nil || n == 0 {
		return
	}
	var last clock
	var seconds []byte
	for range min(n, maxFailures) {
		var end, lasted []byte
		end, rest = group(rest)
		lasted, rest = group(rest)
		if rest == nil && lasted == nil {
			t.read(0, m.register, devices.Value{}, t.at, errCut)
			return
		}
		if c, ok := parseClock(end); ok && c.steady() > last.steady() {
			last, seconds = c, lasted
		}
	}
	if last.wall == 0 {
		return
	}
	t.read(0, m.time, t.stamp(last), t.at, nil)
	digits, unit := quantity(seconds)
	t.decimal(m.register, digits, unit)
}

// maxFailures bounds the log; DSMR has 10.
const maxFailures = 100
