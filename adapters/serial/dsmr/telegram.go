package dsmr

import (
	"bytes"
	"fmt"
	"strconv"

	"thingbridge/adapters/serial/meter"
)

// telegram is what a meter said in one piece. Its bytes are those of the frame.
type telegram struct {
	head     []byte // after the /
	lines    []line
	clock    clock
	version  versionLine
	hasTotal bool
}

// line is one register.
type line struct {
	code   meter.Code
	values []byte // in parentheses
}

// versionLine is the code by which a telegram says its version.
type versionLine uint8

const (
	versionNone    versionLine = iota // before DSMR 4
	versionDutch                      // 1-3:0.2.8
	versionBelgian                    // 0-0:96.1.4
)

// maxLines bounds the registers of a telegram. Real ones have up to 60.
const maxLines = 300

// parse reads a telegram into t, and checks its CRC.
func (t *telegram) parse(text []byte) error {
	*t = telegram{lines: t.lines[:0]}
	mark := bytes.LastIndexByte(text, '!')
	if mark < 1 || text[0] != slash {
		return fmt.Errorf("a telegram that begins with %q, want / at the beginning and ! at the end", text[:min(len(text), 8)])
	}
	sum := bytes.Trim(text[mark+1:], "\r\n\x00 ")
	if len(sum) > 0 {
		if err := check(sum, text[:mark+1]); err != nil {
			return err
		}
	}
	var all []byte
	t.head, all = cutLine(text[1:mark])
	values := 0 // where those of the last line begin
	for rest := all; len(rest) > 0; {
		place := len(all) - len(rest)
		var row []byte
		row, rest = cutLine(rest)
		if len(row) > 0 && row[0] == '(' && len(t.lines) > 0 { // it goes on: the gas meter of DSMR 3
			t.lines[len(t.lines)-1].values = all[values : place+len(row)]
			continue
		}
		if len(t.lines) == maxLines {
			return fmt.Errorf("a telegram of more than %d lines", maxLines)
		}
		if code, behind, ok := parseCode(row); ok {
			t.lines = append(t.lines, line{code, behind})
			values = place + len(row) - len(behind)
		}
	}
	t.survey()
	if len(sum) == 0 && t.version != versionNone {
		return fmt.Errorf("CRC: got none, want %04X", checksum(text[:mark+1]))
	}
	return nil
}

// check compares the CRC that a telegram brings with that of its text. Some meters
// leave out zeroes before it.
func check(got, text []byte) error {
	want := checksum(text)
	n, err := strconv.ParseUint(string(got), 16, 16)
	if err != nil || uint16(n) != want {
		return fmt.Errorf("CRC: got %q, want %04X, in a telegram of %d bytes", got, want, len(text))
	}
	return nil
}

func cutLine(data []byte) (row, rest []byte) {
	row, rest, _ = bytes.Cut(data, []byte{'\n'})
	return bytes.TrimRight(row, "\r"), rest
}

// parseCode reads A-B:C.D.E, with *F or without, and what follows it.
func parseCode(row []byte) (code meter.Code, values []byte, ok bool) {
	code.F = meter.None
	parts := [...]*byte{&code.A, &code.B, &code.C, &code.D, &code.E, &code.F}
	for i, part := range parts {
		n, digits := 0, 0
		for len(row) > 0 && row[0]-'0' <= 9 && digits < 3 {
			n, row, digits = n*10+int(row[0]-'0'), row[1:], digits+1
		}
		if digits == 0 || n > 255 || len(row) == 0 {
			return code, nil, false
		}
		*part = byte(n)
		if i >= 4 && row[0] == '(' {
			return code, row, true
		}
		if row[0] != "-:..*"[min(i, 4)] || i == len(parts)-1 {
			return code, nil, false
		}
		row = row[1:]
	}
	return code, nil, false
}

// survey notes what says of which sort a telegram is.
func (t *telegram) survey() {
	for i := range t.lines {
		l := &t.lines[i]
		switch c := l.code; {
		case c.A == 1 && c.B == 0 && c.C == 1 && c.D == 8 && c.E == 0:
			t.hasTotal = true
		case c.C == 0 && c.D == 2 && c.E == 8:
			t.version = versionDutch
		case c.C == 96 && c.D == 1 && c.E == 4:
			t.version = versionBelgian
		case c.A == 0 && c.B == 0 && c.C == 1 && c.D == 0 && c.E == 0:
			text, _ := group(l.values)
			t.clock, _ = parseClock(text)
		}
	}
}

// group returns the first value in parentheses, and those after it. Between them may be
// the end of a line.
func group(values []byte) (value, rest []byte) {
	values = bytes.TrimLeft(values, "\r\n")
	if len(values) == 0 || values[0] != '(' {
		return nil, nil
	}
	end := bytes.IndexByte(values, ')')
	if end < 0 {
		return values[1:], nil
	}
	return values[1:end], values[end+1:]
}

// quantity parts a value with a unit.
func quantity(value []byte) (digits []byte, unit string) {
	digits, rest, _ := bytes.Cut(value, []byte{'*'})
	return digits, string(rest)
}

// flag is the maker's FLAG id.
func (t *telegram) flag() []byte { return t.head[:min(len(t.head), 3)] }

// ident is what the meter is called, without what says how fast it speaks.
func (t *telegram) ident() []byte {
	if len(t.head) < headLength-1 {
		return nil
	}
	name := t.head[headLength-1:]
	if len(name) > 1 && name[0] == '\\' { // a way to switch on from 9600 baud (IEC 62056-21, 6.3.2)
		name = name[2:]
	}
	name = bytes.TrimFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7F })
	if bytes.ContainsFunc(name, func(r rune) bool { return r < ' ' || r >= 0x7F }) {
		return nil
	}
	return name
}
