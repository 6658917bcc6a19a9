package convention

import "strings"

// Unit writes a unit as people do, however a device spells it: "ºC", "  C" and "℃" are
// "°C". What is not known stays as it is, without space around it.
func Unit(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	text = signs.Replace(text)
	if unit, ok := exactUnits[text]; ok {
		return unit
	}
	if unit, ok := units[strings.ToLower(text)]; ok {
		return unit
	}
	return text
}

// signs have several code points that look the same.
var signs = strings.NewReplacer(
	"℃", "°C", "℉", "°F", "º", "°", "˚", "°", "\u2126", "Ω",
	"\u03bc", "µ", // the Greek letter; the sign of units is the other one
	"^2", "²", "^3", "³", "m2", "m²", "m3", "m³", "ft3", "ft³", "ft2", "ft²",
)

// exactUnits are those whose case tells them apart from others.
var exactUnits = map[string]string{
	"C": "°C", "F": "°F", "mWh": "mWh", "Mw": "MW", "mWt": "mW", "Wt": "W", "MIN": "min", "K": "K",
	"° C": "°C", "° F": "°F", "oC": "°C", "oF": "°F",
}

// units are the words and spellings of units, in lower case.
var units = map[string]string{
	"°c": "°C", "degc": "°C", "deg c": "°C", "celsius": "°C", "degrees celsius": "°C", "grad": "°",
	"°f": "°F", "degf": "°F", "deg f": "°F", "fahrenheit": "°F",
	"deg": "°", "degree": "°", "degrees": "°", "kelvin": "K",
	"lux": "lx", "lx": "lx", "lumen": "lm",
	"percent": "%", "pct": "%", "%rh": "%", "% rh": "%", "rh%": "%", "%h": "%",
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "s": "s", "sek": "s",
	"mins": "min", "minute": "min", "minutes": "min", "min": "min",
	"h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
	"day": "d", "days": "d", "d": "d", "week": "w", "weeks": "w", "month": "mo", "months": "mo", "year": "y", "years": "y",
	"msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms", "ms": "ms",
	"volt": "V", "volts": "V", "v": "V", "mv": "mV", "millivolt": "mV", "kv": "kV",
	"amp": "A", "amps": "A", "ampere": "A", "a": "A", "ma": "mA",
	"watt": "W", "watts": "W", "w": "W", "kw": "kW", "kilowatt": "kW",
	"wh": "Wh", "kwh": "kWh", "kilowatt hours": "kWh", "mwh": "MWh", "kw/h": "kWh", "kw*h": "kWh", "kwhr": "kWh",
	"va": "VA", "kva": "kVA", "var": "var", "kvar": "kvar", "varh": "varh", "kvarh": "kvarh", "kvah": "kVAh",
	"hz": "Hz", "hertz": "Hz", "khz": "kHz",
	"pa": "Pa", "hpa": "hPa", "kpa": "kPa", "mbar": "mbar", "bar": "bar", "mmhg": "mmHg", "inhg": "inHg", "psi": "psi",
	"meter": "m", "meters": "m", "metre": "m", "metres": "m", "m": "m", "cm": "cm", "mm": "mm", "km": "km",
	"m³": "m³", "cubic meter": "m³", "cubic meters": "m³", "m³/h": "m³/h", "m³/hr": "m³/h",
	"l": "L", "liter": "L", "liters": "L", "litre": "L", "litres": "L", "ml": "mL", "l/h": "L/h", "l/min": "L/min", "lpm": "L/min",
	"ppm": "ppm", "ppb": "ppb", "ug/m³": "µg/m³", "µg/m³": "µg/m³", "mcg/m³": "µg/m³", "mg/m³": "mg/m³",
	"us/cm": "µS/cm", "µs/cm": "µS/cm", "ms/cm": "mS/cm",
	"db": "dB", "dba": "dBA", "db(a)": "dBA", "dbm": "dBm",
	"rpm": "rpm", "r/min": "rpm", "km/h": "km/h", "kph": "km/h", "kmh": "km/h", "mph": "mph", "mi/h": "mph", "m/s": "m/s",
	"kg": "kg", "g": "g", "lb": "lb", "lbs": "lb", "oz": "oz", "um": "µm", "µm": "µm",
	"kb": "kB", "gb": "GB", "bytes": "B",
	"lqi": "lqi", "eur": "€", "usd": "$",
}
