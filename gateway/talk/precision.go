package talk

import (
	"math"

	"thingbridge/devices"
)

// decimals is how exactly people want to know a unit. Others are written as
// exactly as they come, with two decimals at most.
var decimals = map[string]int{
	"°C": 1, "°F": 1, "K": 1, "%": 0, "W": 0, "lx": 0, "kWh": 1, "hPa": 0, "V": 1, "min": 0, "ppm": 0, "dB": 0, "dBm": 0,
}

// rounded takes from a number what makes it hard to read and says nothing. What
// can be set is written as exactly as it can be set.
func rounded(p *devices.Property, v devices.Value) devices.Value {
	n, ok := v.Number()
	digits, known := decimals[p.Unit]
	if !ok || !known || p.Writable && p.Step == 0 {
		return v
	}
	scale := math.Pow10(digits)
	for p.Step > 0 && scale < 1e6 && math.Abs(p.Step*scale-math.Round(p.Step*scale)) > 1e-9 {
		scale *= 10
	}
	return devices.Number(math.Round(n*scale) / scale)
}

// isTimer reports whether a property counts minutes that run down.
func isTimer(p *devices.Property) bool { return p.Writable && p.Unit == "min" }
