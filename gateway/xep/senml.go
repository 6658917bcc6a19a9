package xep

import (
	"strconv"
	"time"
	"unicode/utf8"

	"thingbridge/devices"
)

// NSJSON is the namespace of JSON containers (XEP-0335).
const NSJSON = "urn:xmpp:json:0"

// senmlUnits maps the units that people read to those of the registry for SenML
// (RFC 8428 12.1 and RFC 8798 3). A unit that it does not name is written as it
// is: SenML's readers treat an unknown unit as opaque.
var senmlUnits = map[string]string{
	"°C": "Cel", "K": "K", "%": "%", "lx": "lx", "lm": "lm",
	"W": "W", "kW": "kW", "Wh": "Wh", "kWh": "kWh", "V": "V", "mV": "mV", "A": "A", "mA": "mA", "VA": "VA", "var": "var",
	"Hz": "Hz", "Pa": "Pa", "hPa": "hPa", "ppm": "ppm", "s": "s", "min": "min", "h": "h", "ms": "ms",
	"m": "m", "cm": "cm", "mm": "mm", "km": "km", "m³": "m3", "L": "l", "l": "l", "m/s": "m/s", "km/h": "km/h", "kg": "kg", "g": "g",
	"dB": "dB", "dBm": "dBm", "°": "deg", "pH": "pH", "S/m": "S/m",
}

// SenMLUnit returns the unit under which SenML knows a property's unit. Relative
// humidity is told from other percentages by its class.
func SenMLUnit(p *devices.Property) string {
	if p.Unit == "%" && p.Class == "humidity" {
		return "%RH"
	}
	if p.Unit == "%" && p.Class == "battery" {
		return "%EL"
	}
	if unit, ok := senmlUnits[p.Unit]; ok {
		return unit
	}
	return p.Unit
}

// AppendSenMLName appends a string that can stand in the name of a SenML record
// (RFC 8428 4.5.1): what it must not hold becomes '_'.
func AppendSenMLName(dst []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == ':', c == '.', c == '/', c == '_':
			dst = append(dst, c)
		default:
			dst = append(dst, '_')
		}
	}
	return dst
}

// AppendSenMLValue appends the value and the time of a record: `"v":21.5,"t":1763769600`.
// A record must have a value (RFC 8428 4.2), so that one which is not known any more is
// an empty text, `"vs":""`, whatever the type of its property.
func AppendSenMLValue(dst []byte, v devices.Value, at time.Time) []byte {
	switch v.Type() {
	case devices.TypeNumber:
		dst = append(dst, `"v":`...)
		number, _ := v.Number()
		dst = strconv.AppendFloat(dst, number, 'g', -1, 64)
	case devices.TypeBoolean:
		dst = v.AppendText(append(dst, `"vb":`...))
	default:
		text, _ := v.Text()
		dst = AppendJSONString(append(dst, `"vs":`...), text)
	}
	return AppendSenMLTime(append(dst, `,"t":`...), at)
}

// AppendSenMLTime appends a time in seconds, with milliseconds where it has any.
func AppendSenMLTime(dst []byte, at time.Time) []byte {
	ms := at.UnixMilli()
	dst = strconv.AppendInt(dst, ms/1000, 10)
	if rest := ms % 1000; rest > 0 {
		dst = append(dst, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	}
	return dst
}

// AppendJSONString appends s as a JSON string that also survives as XML text:
// control characters are escaped, bad UTF-8 becomes U+FFFD.
func AppendJSONString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}
