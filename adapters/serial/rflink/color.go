package rflink

import (
	"fmt"
	"math"
	"strconv"

	"thingbridge/devices"
)

// red is the byte of colour that is red. From there the circle goes against the hue.
const red = 176

// colorOf is a byte of colour as "#rrggbb", as bright as can be.
func colorOf(b byte) devices.Value {
	hue := math.Mod(float64(red)-float64(b)+256, 256) / 256 * 6
	channel := func(shift float64) int {
		k := math.Mod(shift+hue, 6)
		return int(math.Round(255 * (1 - max(0, min(k, 4-k, 1)))))
	}
	return devices.Text(fmt.Sprintf("#%02x%02x%02x", channel(5), channel(3), channel(1)))
}

// hueOf is the byte for a colour "#rrggbb".
func hueOf(text string) (byte, error) {
	n, err := strconv.ParseUint(text[min(len(text), 1):], 16, 32)
	if err != nil || len(text) != len("#rrggbb") || text[0] != '#' {
		return 0, fmt.Errorf("color: %w: got %q, want #rrggbb", devices.ErrType, shorten(text))
	}
	r, g, b := float64(n>>16&255), float64(n>>8&255), float64(n&255)
	high, low := max(r, g, b), min(r, g, b)
	if high == low {
		return 0, fmt.Errorf("color: %w: %s is a grey, which these lamps have no colour for; set their brightness", devices.ErrRange, text)
	}
	var hue float64 // in sixths of the circle
	switch high {
	case r:
		hue = math.Mod((g-b)/(high-low)+6, 6)
	case g:
		hue = (b-r)/(high-low) + 2
	default:
		hue = (r-g)/(high-low) + 4
	}
	return byte(int(math.Round(red-hue/6*256)) & 255), nil
}
