package mysensors

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"thingbridge/devices"
)

// read returns the value that a payload is, of any form that is one property.
func (m *meaning) read(payload []byte, metric bool) (devices.Value, error) {
	switch m.form {
	case asNumber, asDegrees:
		return m.readNumber(payload, metric)
	case asSwitch:
		on, err := readSwitch(payload)
		return devices.Boolean(on), err
	case asChoice:
		return m.readChoice(payload)
	case asColor:
		return readColor(payload, 6, "rrggbb")
	case asWhite:
		return readColor(payload, 8, "rrggbbww")
	}
	return readText(payload)
}

func (m *meaning) readNumber(payload []byte, metric bool) (devices.Value, error) {
	n, ok := decimal(payload)
	if !ok {
		return devices.Value{}, fmt.Errorf("got %q, want a number", shorten(payload))
	}
	if m.form == asDegrees && !metric {
		n = math.Round((n-32)/1.8*100) / 100
	}
	if !m.writable && (n < m.low || n > m.high) {
		return devices.Value{}, fmt.Errorf("got %q, want %s to %s", shorten(payload), devices.Number(m.low), devices.Number(m.high))
	}
	return devices.Number(n), nil
}

// decimal reads a number as Arduinos write it, without an allocation.
func decimal(text []byte) (float64, bool) {
	text = bytes.TrimSpace(text)
	digits := bytes.TrimPrefix(text, []byte("-"))
	whole, scale, dot := uint64(0), 0, false
	for _, c := range digits {
		switch {
		case c == '.' && !dot:
			dot = true
		case c < '0' || c > '9':
			return 0, false // also "nan", "inf" and "ovf", which sensors say when they fail
		case whole > 1<<53/10-1 || scale == len(powers)-1:
			return 0, false // more digits than a number of a sensor has
		default:
			whole = 10*whole + uint64(c-'0')
			if dot {
				scale++
			}
		}
	}
	if len(digits) == 0 || len(digits) == 1 && dot {
		return 0, false
	}
	n := float64(whole) / powers[scale]
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

// powers are those of ten. More digits than these decimal refuses.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

func readSwitch(payload []byte) (bool, error) {
	if len(payload) == 1 && payload[0]|1 == '1' {
		return payload[0] == '1', nil
	}
	return false, fmt.Errorf("got %q, want 0 or 1", shorten(payload))
}

func (m *meaning) readChoice(payload []byte) (devices.Value, error) {
	for i := range m.words {
		if m.words[i].wire == string(payload) {
			return devices.Text(m.words[i].option), nil
		}
	}
	var all []string
	for _, w := range m.words {
		all = append(all, w.wire)
	}
	return devices.Value{}, fmt.Errorf("got %q, want one of %s", shorten(payload), strings.Join(all, ", "))
}

func readColor(payload []byte, digits int, want string) (devices.Value, error) {
	if len(payload) != digits || !isHex(payload) {
		return devices.Value{}, fmt.Errorf("got %q, want a colour in %d digits, %s", shorten(payload), digits, want)
	}
	var text [9]byte
	text[0] = '#'
	n := copy(text[1:], bytes.ToLower(payload))
	return devices.Text(string(text[:n+1])), nil
}

func isHex(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func readText(payload []byte) (devices.Value, error) {
	if !utf8.Valid(payload) {
		return devices.Value{}, fmt.Errorf("got %q, want text in UTF-8", shorten(payload))
	}
	return devices.Text(string(payload)), nil
}

// readPlace reads latitude, longitude and altitude. The library documents semicolons
// between them, and most sketches write commas.
func readPlace(payload []byte) (place [3]float64, err error) {
	rest := payload
	for i := range place {
		end := bytes.IndexAny(rest, ",;")
		last := i == len(place)-1
		if end < 0 {
			end = len(rest)
		}
		n, ok := decimal(rest[:end])
		if !ok || last != (end == len(rest)) || n < places[i].low || n > places[i].high {
			return place, fmt.Errorf("got %q, want latitude,longitude,altitude", shorten(payload))
		}
		place[i] = n
		if !last {
			rest = rest[end+1:]
		}
	}
	return place, nil
}

// write appends the payload for a value that p, of this meaning, was checked to take.
func (m *meaning) write(dst []byte, p *devices.Property, v devices.Value, metric bool) ([]byte, error) {
	switch m.form {
	case asNumber:
		n, _ := p.Round(v).Number()
		return strconv.AppendFloat(dst, n, 'f', -1, 64), nil
	case asDegrees:
		n, _ := p.Round(v).Number()
		if !metric {
			n = n*1.8 + 32
		}
		return strconv.AppendFloat(dst, n, 'f', 1, 64), nil
	case asSwitch:
		if on, _ := v.Boolean(); on {
			return append(dst, '1'), nil
		}
		return append(dst, '0'), nil
	}
	text, _ := v.Text()
	switch m.form {
	case asChoice:
		for _, w := range m.words {
			if w.option == text {
				return append(dst, w.wire...), nil
			}
		}
	case asColor:
		return writeColor(dst, text, 6)
	case asWhite:
		return writeColor(dst, text, 8)
	}
	if !plain(text) {
		return dst, fmt.Errorf("%w: got %q of %d bytes, want a line of 1 to %d bytes without a semicolon", devices.ErrRange, shorten([]byte(text)), len(text), maxPayload)
	}
	return append(dst, text...), nil
}

// plain reports whether the gateway can carry a text: it cuts a line at semicolons, and
// makes 0 of nothing.
func plain(text string) bool {
	return text != "" && len(text) <= maxPayload && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == ';'
	})
}

// writeColor appends the digits of a color, with its white where there is one.
func writeColor(dst []byte, text string, digits int) ([]byte, error) {
	hex := []byte(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(text), "#")))
	if len(hex) == 6 && digits == 8 {
		hex = append(hex, "00"...)
	}
	if len(hex) != digits || !isHex(hex) {
		form := "#ff8800"
		if digits == 8 {
			form = "#ff8800, or with a white as #ff880080"
		}
		return dst, fmt.Errorf("%w: got %q, want a color as %s", devices.ErrType, shorten([]byte(text)), form)
	}
	return append(dst, hex...), nil
}
