package homeassistant

import (
	"fmt"
	"math"
	"strconv"

	"thingbridge/devices"
)

// shade is a colour as a property has it: #rrggbb, which any light makes as well as it
// can; or, for lights with white of their own, with that said apart: #rrggbbww, or
// #rrggbbccww for cold and warm white.
type shade struct {
	colour
	whites [2]float64
	apart  int // how many of whites count
}

// parseShade reads a colour.
func parseShade(text string) (shade, bool) {
	if len(text) != 7 && len(text) != 9 && len(text) != 11 || text[0] != '#' {
		return shade{}, false
	}
	s := shade{apart: (len(text) - 7) / 2}
	for i := 1; i < len(text); i += 2 {
		n, err := strconv.ParseUint(text[i:i+2], 16, 8)
		if err != nil {
			return shade{}, false
		}
		if i < 7 {
			s.colour[i/2] = float64(n)
		} else {
			s.whites[i/2-3] = float64(n)
		}
	}
	return s, true
}

// value writes s as a property has it.
func (s shade) value() devices.Value {
	text := []byte{'#'}
	for _, channel := range append(s.colour[:], s.whites[:s.apart]...) {
		text = fmt.Appendf(text, "%02x", int(min(max(math.Round(channel), 0), 255)))
	}
	return devices.Text(string(text))
}

// warmths is the range of the whites of a light, in mired.
type warmths struct{ coldest, warmest float64 }

// between is the colour of white that is so much of warm white, 0 to 1.
func (w warmths) between(share float64) colour {
	mired := w.coldest + share*(w.warmest-w.coldest)
	if mired == 0 {
		return fromWarmth(0)
	}
	return fromWarmth(math.Floor(1e6 / mired))
}

// seen is the colour that one sees.
func (s shade) seen(w warmths) colour {
	c, white := s.colour, colour{255, 255, 255}
	top, level := c.brightest(), max(s.whites[0], s.whites[1])/255
	switch s.apart {
	case 0:
		return c
	case 2:
		share := 0.5
		if sum := s.whites[0] + s.whites[1]; sum > 0 {
			share = s.whites[1] / sum
		}
		white = w.between(share)
	}
	for i := range c {
		c[i] += white[i] * level
	}
	matched(c[:], max(top, level*255))
	return c
}

// whitened takes out of c the white that is in it, for a lamp that has white of its own.
func (c colour) whitened() []float64 {
	white := min(c[0], c[1], c[2])
	return matched([]float64{c[0] - white, c[1] - white, c[2] - white, white}, c.brightest())
}

// whitenedTwice takes out of c the white that is in it, for a lamp that mixes it of cold
// and warm white.
func (c colour) whitenedTwice(w warmths) []float64 {
	middle := w.between(0.5)
	level := math.Inf(1)
	for i := range c {
		share := 0.0
		if middle[i] > 0 {
			share = c[i] / middle[i]
		}
		level = min(level, share)
	}
	white := math.RoundToEven(level * 255)
	return matched([]float64{c[0] - middle[0]*level, c[1] - middle[1]*level, c[2] - middle[2]*level, white, white}, c.brightest())
}
