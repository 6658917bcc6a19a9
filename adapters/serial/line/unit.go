package line

import (
	"bytes"
	"strings"
)

// maxUnit is the longest unit, in bytes.
const maxUnit = 16

// readUnit reads a unit at the beginning of text, with or without space before it, and
// returns it as people write it and how long it was; 0 where there is none that is
// known.
func readUnit(text []byte) (unit string, length int) {
	skip := len(text) - len(bytes.TrimLeft(text, " "))
	rest := text[skip:min(len(text), skip+maxUnit+1)]
	if len(rest) == 0 {
		return "", 0
	}
	// "* C" and "deg C" are two words, "m/s" has what else separates.
	for _, stop := range [...]string{"  ", " ", "", "/"} {
		word := rest[:wordEnd(rest, stop)]
		if len(word) == 0 || len(word) > maxUnit {
			continue
		}
		if unit, ok := knownUnit(word); ok {
			return unit, skip + len(word)
		}
	}
	return "", 0
}

// wordEnd returns where the unit in rest ends: behind its second word for "  ", behind
// its first one for " ", before a full stop that ends a sentence for "", at a stroke
// for "/".
func wordEnd(rest []byte, stop string) int {
	spaces := 0
	for i, c := range rest {
		switch {
		case c == ' ':
			spaces++
			if stop != "  " || spaces == 2 {
				return i
			}
		case c == '(' && i > 0 && !bytes.HasPrefix(rest, []byte("dB(")), c == ',', c == ';', c == '|', c == '\t', c == ')' && !bytes.HasPrefix(rest, []byte("dB(")), c == ']':
			return i
		case c == '/' && stop == "/":
			return i
		case c == '.' && stop == "" && i == len(rest)-1:
			return i
		}
	}
	return len(rest)
}

// knownUnit returns a unit as people write it, and whether it is known.
func knownUnit(word []byte) (string, bool) {
	var lower [maxUnit]byte
	if unit, ok := exactUnits[string(word)]; ok {
		return unit, true
	}
	n := 0
	for _, c := range word {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[n] = c
		n++
	}
	unit, ok := units[string(lower[:n])]
	return unit, ok
}

// exactUnits are those whose case tells them apart from others.
var exactUnits = map[string]string{"C": "°C", "F": "°F", "oC": "°C", "oF": "°F", "K": "K", "A": "A", "V": "V", "W": "W", "mW": "mW", "MW": "MW", "m": "m", "mA": "mA", "s": "s", "h": "h", "g": "g", "l": "L", "L": "L"}

// units are the words and spellings of units, in lower case.
var units = map[string]string{
	"°c": "°C", "*c": "°C", "ºc": "°C", "˚c": "°C", "℃": "°C", "° c": "°C", "* c": "°C", "deg c": "°C", "degc": "°C", "'c": "°C", "ßc": "°C", "øc": "°C",
	"celsius": "°C", "degrees c": "°C", "degrees celsius": "°C", "degree celsius": "°C", "deg. c": "°C", "^c": "°C", "degree c": "°C",
	"°f": "°F", "*f": "°F", "ºf": "°F", "˚f": "°F", "℉": "°F", "° f": "°F", "* f": "°F", "deg f": "°F", "degf": "°F", "'f": "°F", "ßf": "°F", "øf": "°F",
	"fahrenheit": "°F", "degrees f": "°F", "degrees fahrenheit": "°F", "degree fahrenheit": "°F", "deg. f": "°F", "^f": "°F",
	"°": "°", "deg": "°", "degrees": "°", "kelvin": "K",
	"%": "%", "% rh": "%", "%rh": "%", "rh%": "%", "percent": "%", "pct": "%", "% r.h.": "%", "%r.h.": "%",
	"pa": "Pa", "hpa": "hPa", "kpa": "kPa", "mbar": "mbar", "bar": "bar", "mmhg": "mmHg", "inhg": "inHg", "psi": "psi",
	"lx": "lx", "lux": "lx", "ppm": "ppm", "ppb": "ppb", "ug/m3": "µg/m³", "µg/m3": "µg/m³", "µg/m³": "µg/m³", "μg/m³": "µg/m³", "μg/m3": "µg/m³", "ug/m^3": "µg/m³",
	"v": "V", "volt": "V", "volts": "V", "mv": "mV", "kv": "kV", "amp": "A", "amps": "A", "ma": "mA",
	"w": "W", "watt": "W", "watts": "W", "kw": "kW", "wh": "Wh", "kwh": "kWh", "va": "VA", "var": "var", "hz": "Hz", "khz": "kHz", "mhz": "MHz",
	"mm": "mm", "cm": "cm", "km": "km", "meter": "m", "meters": "m", "m/s": "m/s", "km/h": "km/h", "kmh": "km/h", "mph": "mph", "rpm": "rpm",
	"kg": "kg", "gram": "g", "grams": "g", "lb": "lb", "ml": "mL", "liter": "L", "liters": "L", "l/min": "L/min", "l/h": "L/h", "m3": "m³", "m³": "m³", "m^3": "m³", "m3/h": "m³/h",
	"ms": "ms", "msec": "ms", "millis": "ms", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "min", "mins": "min", "minute": "min", "minutes": "min",
	"hour": "h", "hours": "h", "hrs": "h", "day": "d", "days": "d",
	"db": "dB", "dba": "dBA", "db(a)": "dBA", "dbm": "dBm", "us/cm": "µS/cm", "µs/cm": "µS/cm", "ohm": "Ω", "ohms": "Ω", "kohm": "kΩ", "kohms": "kΩ", "ω": "Ω", "Ω": "Ω",
}

// unitOf writes a unit of the configuration as those of lines are written.
func unitOf(text string) string {
	if unit, ok := knownUnit([]byte(text[:min(len(text), maxUnit)])); ok && len(text) <= maxUnit {
		return unit
	}
	return strings.TrimSpace(text)
}
