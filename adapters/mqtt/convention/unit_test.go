package convention_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
)

func TestUnitIsWrittenAsPeopleDo(t *testing.T) {
	tests := map[string][]string{
		"°C":           {"C", "  C", "ºC", "℃", "° C", "celsius", "degC"},
		"°F":           {"F", "℉", "°f"},
		"lx":           {"lux", "Lx", "lx", " LUX "},
		"s":            {"s", "sec", "Sec", "seconds"},
		"min":          {"min", "minute", "minutes", "mins"},
		"h":            {"h", "Hr", "Hours", "hours"},
		"d":            {"day", "days", "d"},
		"m":            {"m", "meters", "Meter"},
		"m³":           {"m3", "m³", "m^3"},
		"m³/h":         {"m3/h", "m³/h"},
		"µS/cm":        {"µS/cm", "μS/cm", "uS/cm"},
		"µg/m³":        {"µg/m³", "μg/m3", "ug/m3"},
		"W/m²":         {"W/m2", "W/m²"},
		"mW":           {"mW", "mWt"},
		"MW":           {"MW"},
		"var":          {"VAR", "VAr", "var"},
		"kvarh":        {"kVArh", "kvarh"},
		"mWh":          {"mWh"},
		"%":            {"%", "percent", "%RH"},
		"V":            {"V", "volt", "v"},
		"µR/h":         {"μR/h"},
		"°":            {"°", "degrees"},
		"":             {"", "  "},
		"fav unit":     {" fav unit "},
		"10 ms":        {"10 ms"},
		"raw":          {"raw"},
		"K":            {"K"},
		"UV Index":     {"UV Index"},
		"Δ of a thing": {"Δ of a thing"},
	}
	for want, spellings := range tests {
		for _, spelling := range spellings {
			if got := convention.Unit(spelling); got != want {
				t.Errorf("%q is %q, want %q", spelling, got, want)
			}
			if got := convention.Unit(want); got != want {
				t.Errorf("%q becomes %q", want, got)
			}
		}
	}
}
