package tasmota

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// color reads hue, saturation and brightness, as in 30,100,50. The brightness is a
// property of its own, so the color is given at its full one.
func (b *binding) color(leaf *leaves.Leaf) (devices.Value, error) {
	hue, rest, _ := bytes.Cut(leaf.Raw, []byte(","))
	saturation, _, _ := bytes.Cut(rest, []byte(","))
	h, errHue := strconv.ParseFloat(string(hue), 64)
	s, errSaturation := strconv.ParseFloat(string(saturation), 64)
	if errHue != nil || errSaturation != nil || !(h >= 0 && h <= 360) || !(s >= 0 && s <= 100) {
		return devices.Value{}, fmt.Errorf("got %q, want hue, saturation and brightness, as 30,100,50", convention.Shorten(string(leaf.Raw)))
	}
	var spelled [7]byte
	red, green, blue := rgb(h, s/100)
	text := append(spelled[:0], '#')
	for _, part := range [3]byte{red, green, blue} {
		const digits = "0123456789abcdef"
		text = append(text, digits[part>>4], digits[part&15])
	}
	if last, ok := b.last.Text(); ok && last == string(text) {
		return b.last, nil
	}
	b.last = devices.Text(string(text))
	return b.last, nil
}

// rgb converts a hue in degrees and a saturation up to 1.
func rgb(hue, saturation float64) (red, green, blue byte) {
	part := func(offset float64) byte {
		k := math.Mod(offset+hue/60, 6)
		return byte(math.Round(255 * (1 - saturation*max(0, min(k, 4-k, 1)))))
	}
	return part(5), part(3), part(1)
}

// hsOf converts #ff8800 to whole degrees and percents.
func hsOf(text string) (hue, saturation int, err error) {
	n, err := digitsOf(text)
	if err != nil {
		return 0, 0, err
	}
	red, green, blue := float64(n>>16), float64(n>>8&255), float64(n&255)
	most, spread := max(red, green, blue), max(red, green, blue)-min(red, green, blue)
	if spread == 0 {
		return 0, 0, nil
	}
	var h float64
	switch most {
	case red:
		h = (green - blue) / spread
	case green:
		h = 2 + (blue-red)/spread
	default:
		h = 4 + (red-green)/spread
	}
	return (int(math.Round(h*60)) + 360) % 360, int(math.Round(100 * spread / most)), nil
}

// digitsOf are those of a color such as #ff8800.
func digitsOf(text string) (uint64, error) {
	digits, ok := strings.CutPrefix(strings.TrimSpace(text), "#")
	n, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || len(digits) != 6 {
		return 0, fmt.Errorf("%w: got %q, want a color as #ff8800", devices.ErrType, convention.Shorten(text))
	}
	return n, nil
}
