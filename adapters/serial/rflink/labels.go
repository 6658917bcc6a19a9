package rflink

import (
	"fmt"
	"math"
	"time"

	"thingbridge/devices"
)

// form is how the value of a label is written.
type form uint8

const (
	decimal form = iota + 1
	hexadecimal
	sign      // hexadecimal, and the highest of 16 bits is a minus
	sixteenth // decimal, 0 to 15, of a turn
	code      // decimal: a place in Options
	truth     // ON or OFF
	lowness   // OK or LOW
)

// label is what stands before a value, and what it means.
type label struct {
	word     string
	form     form
	scale    float64 // of a number
	property devices.Property

	// clears is the time after which what is on is off, for many say only ON. 0: never.
	clears time.Duration
}

func number(name, class, unit string, low, high, deadband float64) devices.Property {
	return devices.Property{Name: name, Type: devices.TypeNumber, Class: class, Unit: unit, Min: low, Max: high, Deadband: deadband}
}

func total(name, class, unit string) devices.Property {
	return number(name, class, unit, 0, math.Inf(1), 0)
}

// The ranges are what can be measured on earth, and in an oven; what lies outside is
// noise that got through.
var labels = [...]label{
	{word: "TEMP", form: sign, scale: 0.1, property: number("temperature", "temperature", "°C", -60, 350, 0.2)},
	{word: "HUM", form: decimal, scale: 1, property: number("humidity", "humidity", "%", 0, 100, 1)},
	{word: "BARO", form: hexadecimal, scale: 1, property: number("pressure", "atmospheric_pressure", "hPa", 300, 1200, 1)},
	{word: "HSTATUS", form: code, property: devices.Property{Name: "humidity_status", Type: devices.TypeEnum, Options: []string{"normal", "comfortable", "too_dry", "too_wet"}}},
	{word: "BFORECAST", form: code, property: devices.Property{Name: "forecast", Type: devices.TypeEnum, Options: []string{"unknown", "sunny", "partly_cloudy", "cloudy", "rain"}}},
	{word: "UV", form: hexadecimal, scale: 0.1, property: number("uv_index", "", "", 0, 50, 0.5)},
	{word: "LUX", form: hexadecimal, scale: 1, property: number("illuminance", "illuminance", "lx", 0, 200_000, 20)},
	{word: "RAIN", form: hexadecimal, scale: 0.1, property: total("rain", "precipitation", "mm")},
	{word: "RAINTOT", form: hexadecimal, scale: 0.1, property: total("rain_today", "precipitation", "mm")},
	{word: "RAINRATE", form: hexadecimal, scale: 0.1, property: number("rain_rate", "precipitation_intensity", "mm/h", 0, 2000, 0.5)},
	{word: "WINSP", form: hexadecimal, scale: 0.1, property: number("wind_speed", "wind_speed", "km/h", 0, 500, 2)},
	{word: "AWINSP", form: hexadecimal, scale: 0.1, property: number("wind_speed_average", "wind_speed", "km/h", 0, 500, 2)},
	{word: "WINGS", form: hexadecimal, scale: 0.1, property: number("wind_gust", "wind_speed", "km/h", 0, 500, 2)},
	{word: "WINDIR", form: sixteenth, scale: 22.5, property: number("wind_direction", "wind_direction", "°", 0, 360, 22.5)},
	{word: "WDIR", form: decimal, scale: 1, property: number("wind_direction", "wind_direction", "°", 0, 360, 22.5)},
	{word: "WINDIR_DEG", form: decimal, scale: 1, property: number("wind_direction", "wind_direction", "°", 0, 360, 22.5)},
	{word: "WINCHL", form: sign, scale: 0.1, property: number("wind_chill", "temperature", "°C", -100, 100, 0.2)},
	{word: "WINTMP", form: sign, scale: 0.1, property: number("temperature", "temperature", "°C", -60, 100, 0.2)},
	{word: "WATT", form: hexadecimal, scale: 1, property: number("power", "power", "W", 0, 1e6, 5)},
	{word: "KWATT", form: hexadecimal, scale: 0.001, property: number("power", "power", "kW", 0, 1000, 0.005)},
	{word: "CURRENT", form: decimal, scale: 1, property: number("current", "current", "A", 0, 1000, 0)},
	{word: "CURRENT2", form: decimal, scale: 1, property: number("current_2", "current", "A", 0, 1000, 0)},
	{word: "CURRENT3", form: decimal, scale: 1, property: number("current_3", "current", "A", 0, 1000, 0)},
	{word: "VOLT", form: decimal, scale: 1, property: number("voltage", "voltage", "V", 0, 1000, 1)},
	{word: "CO2", form: decimal, scale: 1, property: number("carbon_dioxide", "carbon_dioxide", "ppm", 0, 50_000, 20)},
	{word: "SOUND", form: decimal, scale: 1, property: number("sound_pressure", "sound_pressure", "dB", 0, 200, 2)},
	{word: "DIST", form: decimal, scale: 1, property: number("distance", "distance", "cm", 0, 10_000, 1)},
	{word: "METER", form: decimal, scale: 1, property: total("meter", "", "")},
	{word: "CHIME", form: decimal, scale: 1, property: number("chime", "", "", 0, 255, 0)},
	{word: "PIR", form: truth, property: devices.Property{Name: "motion", Type: devices.TypeBoolean, Class: "motion"}, clears: 2 * time.Minute},
	{word: "SMOKEALERT", form: truth, property: devices.Property{Name: "smoke", Type: devices.TypeBoolean, Class: "smoke"}, clears: 15 * time.Minute},
	{word: "BAT", form: lowness, property: devices.Property{Name: "battery_low", Type: devices.TypeBoolean, Class: "battery", Category: devices.Diagnostic}},
}

// Labels whose meaning depends on more than their word.
var (
	// humidityHex is HUM as old gateways write it.
	humidityHex = label{word: "HUM", form: hexadecimal, scale: 1, property: labels[1].property}
	// counter is KWATT in a line that says WATT, too: gateways count watt-hours in it.
	// Alone, it is a power, in watts against its name.
	counter = label{word: "KWATT", form: hexadecimal, scale: 0.001, property: total("energy", "energy", "kWh")}
)

// labelOf returns what a word means, or nil.
func labelOf(word []byte) *label {
	for i := range labels {
		if labels[i].word == string(word) {
			return &labels[i]
		}
	}
	return nil
}

// value reads a value.
func (l *label) value(text []byte) (devices.Value, error) {
	switch l.form {
	case truth:
		return l.either(text, "OFF", "ON")
	case lowness:
		return l.either(text, "OK", "LOW")
	case hexadecimal:
		n, err := hexNumber(text)
		return l.check(float64(n), err)
	case sign:
		return l.signed(text)
	}
	n, err := decimalNumber(text)
	switch {
	case err != nil:
		return devices.Value{}, err
	case l.form == sixteenth && n > 15:
		return devices.Value{}, fmt.Errorf("got %s, want 0 to 15", text)
	case l.form == code && n >= uint32(len(l.property.Options)):
		return devices.Value{}, fmt.Errorf("got %s, want 0 to %d", text, len(l.property.Options)-1)
	case l.form == code:
		return devices.Text(l.property.Options[n]), nil
	}
	return l.check(float64(n), nil)
}

func (l *label) signed(text []byte) (devices.Value, error) {
	n, err := hexNumber(text)
	switch {
	case err != nil:
		return devices.Value{}, err
	case n > 0xffff:
		return devices.Value{}, fmt.Errorf("got %q, want at most 4 hexadecimal digits", text)
	case n&0x8000 != 0:
		return l.check(-float64(n&0x7fff), nil)
	}
	return l.check(float64(n), nil)
}

// check scales n, and refuses what cannot be.
func (l *label) check(n float64, err error) (devices.Value, error) {
	if err != nil {
		return devices.Value{}, err
	}
	v := devices.Number(scaled(n, l.scale))
	return v, l.property.Check(v)
}

// scaled multiplies without the digits that floating point invents: 207 tenths are 20.7.
func scaled(n, scale float64) float64 {
	if scale < 1 {
		return n / math.Round(1/scale)
	}
	return n * scale
}

func (l *label) either(text []byte, no, yes string) (devices.Value, error) {
	switch string(text) {
	case no:
		return devices.Boolean(false), nil
	case yes:
		return devices.Boolean(true), nil
	}
	return devices.Value{}, fmt.Errorf("got %q, want %s or %s", shorten(string(text)), yes, no)
}

// tells reports whether a value that may be cut tells itself that it is whole.
func (l *label) tells() bool { return l.form == truth || l.form == lowness || l.form == code }
