package line

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"thingbridge/devices"
)

// binding leads from a field to the value of a property, and back.
type binding struct {
	property devices.Property
	key      string // of the field; empty: whatever field means the property's name
	unit     string // as units in lines are written

	scale, offset float64
	on, off       string
	write         *command       // nil: it takes no commands
	ack           *regexp.Regexp // nil: what was written counts as done

	last    devices.Value // a text that comes again needs no memory of its own
	failing bool
	seen    bool // the device has reported it
}

// parse reads a value. The zero Value takes back the one before.
func (b *binding) parse(f *field) (devices.Value, error) {
	if f.null {
		return devices.Value{}, nil
	}
	text := f.value
	switch b.property.Type {
	case devices.TypeNumber:
		return b.number(text)
	case devices.TypeBoolean:
		return b.boolean(text)
	case devices.TypeEnum:
		for _, option := range b.property.Options {
			if len(text) == len(option) && strings.EqualFold(string(text), option) {
				return devices.Text(option), nil
			}
		}
		if isNothing(text) {
			return devices.Value{}, nil
		}
		return devices.Value{}, fmt.Errorf("got %q, want one of %s", shorten(text), strings.Join(b.property.Options, ", "))
	}
	return b.text(text)
}

func (b *binding) number(text []byte) (devices.Value, error) {
	f, length, ok := quantities(text)
	if !ok {
		if isNothing(text) {
			return devices.Value{}, nil
		}
		return devices.Value{}, fmt.Errorf("got %q, want a number", shorten(text))
	}
	q := f.all[0]
	if b.unit != "" && q.unit != "" && q.unit != b.unit {
		if q, ok = inUnit(&f, b.unit); !ok {
			return devices.Value{}, fmt.Errorf("got %q, want it in %s", shorten(text), b.unit)
		}
	}
	if rest := bytes.TrimLeft(text[length:], " "); len(rest) > 0 && !isRemark(rest, q.unit) {
		return devices.Value{}, fmt.Errorf("got %q, want a number", shorten(text))
	}
	n := q.number
	if b.scale != 1 || b.offset != 0 {
		n = tidy(n*b.scale + b.offset)
	}
	v := devices.Number(n)
	if v.IsZero() {
		return v, fmt.Errorf("got %q, which is too large a number", shorten(text))
	}
	if b.property.Writable {
		return v, nil // its range is for what is asked
	}
	if p := &b.property; p.Bounded() && (n < p.Min || n > p.Max) {
		return v, fmt.Errorf("%w: got %s, want %s", devices.ErrRange, p.Format(v), p.Range())
	}
	return v, nil
}

// inUnit finds the quantity that has a unit.
func inUnit(f *found, unit string) (quantity, bool) {
	for _, q := range f.all[:f.n] {
		if q.unit == unit {
			return q, true
		}
	}
	return quantity{}, false
}

// isRemark reports whether what stands behind a number, whose unit was read, is no part
// of it: a unit that is not known, or more words.
func isRemark(rest []byte, unit string) bool {
	return unit != "" || len(rest) <= maxUnit && !isDigit(rest[0])
}

func (b *binding) boolean(text []byte) (devices.Value, error) {
	switch string(text) {
	case b.on:
		return devices.Boolean(true), nil
	case b.off:
		return devices.Boolean(false), nil
	}
	if is, ok := parseWord(text); ok {
		return devices.Boolean(is), nil
	}
	switch {
	case len(text) == 1 && text[0] == '1':
		return devices.Boolean(true), nil
	case len(text) == 1 && text[0] == '0':
		return devices.Boolean(false), nil
	case isNothing(text):
		return devices.Value{}, nil
	case strings.EqualFold(string(text), b.on):
		return devices.Boolean(true), nil
	case strings.EqualFold(string(text), b.off):
		return devices.Boolean(false), nil
	}
	return devices.Value{}, fmt.Errorf("got %q, want %s or %s", shorten(text), b.on, b.off)
}

func (b *binding) text(text []byte) (devices.Value, error) {
	if last, ok := b.last.Text(); ok && string(text) == last {
		return b.last, nil
	}
	if len(text) > devices.MaxText {
		return devices.Value{}, fmt.Errorf("a text of %d bytes, want at most %d", len(text), devices.MaxText)
	}
	b.last = devices.Text(strings.ToValidUTF8(string(text), "\uFFFD"))
	return b.last, nil
}

// shorten keeps a stranger's text from filling a line.
func shorten(text []byte) string {
	const most = 80
	if len(text) <= most {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:most]), "") + "…"
}

// maxName is the longest name of a property that package devices accepts.
const maxName = 64

// printable reports whether a text can be part of a line.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}
