package radio

import (
	"strings"

	"thingbridge/adapters/mqtt/convention"
)

// suffix is how the end of a field's name says its unit. What people here do not
// use is converted: value*scale + offset.
type suffix struct {
	end    string
	unit   string
	scale  float64
	offset float64
}

// suffixes holds longer ends before those that they end in.
var suffixes = []suffix{
	{"_km_h", "km/h", 1, 0},
	{"_kph", "km/h", 1, 0},
	{"_m_s", "m/s", 1, 0},
	{"_mi_h", "km/h", 1.609344, 0},
	{"_mph", "km/h", 1.609344, 0},
	{"_mm_h", "mm/h", 1, 0},
	{"_in_h", "mm/h", 25.4, 0},
	{"_ug_m3", "µg/m³", 1, 0},
	{"_mg_m3", "mg/m³", 1, 0},
	{"_W_m2", "W/m²", 1, 0},
	{"_hPa", "hPa", 1, 0},
	{"_kPa", "kPa", 1, 0},
	{"_inHg", "hPa", 33.8638866667, 0},
	{"_PSI", "kPa", 6.89475729, 0},
	{"_psi", "kPa", 6.89475729, 0},
	{"_bar", "bar", 1, 0},
	{"_kVARh", "kvarh", 1, 0},
	{"_kWh", "kWh", 1, 0},
	{"_Wh", "Wh", 1, 0},
	{"_kW", "kW", 1, 0},
	{"_W", "W", 1, 0},
	{"_VA", "VA", 1, 0},
	{"_mV", "mV", 1, 0},
	{"_V", "V", 1, 0},
	{"_mA", "mA", 1, 0},
	{"_A", "A", 1, 0},
	{"_kHz", "kHz", 1, 0},
	{"_MHz", "MHz", 1, 0},
	{"_Hz", "Hz", 1, 0},
	{"_klux", "lx", 1000, 0},
	{"_klx", "lx", 1000, 0},
	{"_lux", "lx", 1, 0},
	{"_lx", "lx", 1, 0},
	{"_ppm", "ppm", 1, 0},
	{"_ppb", "ppb", 1, 0},
	{"_pct", "%", 1, 0},
	{"_percent", "%", 1, 0},
	{"_dBm", "dBm", 1, 0},
	{"_dB", "dB", 1, 0},
	{"_deg", "°", 1, 0},
	{"_km", "km", 1, 0},
	{"_mi", "km", 1.609344, 0},
	{"_mm", "mm", 1, 0},
	{"_cm", "cm", 1, 0},
	{"_in", "mm", 25.4, 0},
	{"_ft", "m", 0.3048, 0},
	{"_kg", "kg", 1, 0},
	{"_lb", "kg", 0.45359237, 0},
	{"_m3", "m³", 1, 0},
	{"_gal", "L", 3.785411784, 0},
	{"_uS_cm", "µS/cm", 1, 0},
	{"_C", "°C", 1, 0},
	{"_F", "°C", 5. / 9, -160. / 9},
	{"_K", "K", 1, 0},
	{"_sec", "s", 1, 0},
	{"_s", "s", 1, 0},
	{"_h", "h", 1, 0},
}

// splitUnit takes the unit from the end of a field's name.
func splitUnit(field string) (stem string, unit suffix, ok bool) {
	for _, s := range suffixes {
		if stem, ok := strings.CutSuffix(field, s.end); ok && stem != "" {
			return stem, s, true
		}
	}
	return field, suffix{scale: 1}, false
}

// metric converts what a message says in a unit that it names.
func metric(text string) suffix {
	switch unit := convention.Unit(text); unit {
	case "lb":
		return suffix{unit: "kg", scale: 0.45359237}
	case "°F":
		return suffix{unit: "°C", scale: 5. / 9, offset: -160. / 9}
	default:
		return suffix{unit: unit, scale: 1}
	}
}
