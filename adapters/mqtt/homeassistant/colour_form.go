package homeassistant

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// colourForm is a way to write colours, and the mode that a light is in which shows one.
type colourForm struct {
	name   string
	names  []string // of what templates know
	short  []string // the same in JSON
	fields []int    // the same in lightFields
	whites int      // how many of the channels are white
	light  bool     // the channels hold the brightness too
	near   float64  // how far a channel may be off when a light says what it was told
	split  func(c colour, w warmths) []float64
	unite  func(n []float64) colour // nil: the channels are a shade
	format func(out []byte, n float64) []byte
}

// colourForms are all ways, the one that is taken for commands first.
var colourForms = []colourForm{
	{"rgb", []string{"red", "green", "blue"}, []string{"r", "g", "b"}, []int{fieldRed, fieldGreen, fieldBlue}, 0, true, 1,
		func(c colour, _ warmths) []float64 { return c[:] }, nil, wholly},
	{"rgbw", []string{"red", "green", "blue", "white"}, []string{"r", "g", "b", "w"}, []int{fieldRed, fieldGreen, fieldBlue, fieldWhite}, 1, true, 1,
		func(c colour, _ warmths) []float64 { return c.whitened() }, nil, wholly},
	{"rgbww", []string{"red", "green", "blue", "cold_white", "warm_white"}, []string{"r", "g", "b", "c", "w"}, []int{fieldRed, fieldGreen, fieldBlue, fieldCold, fieldWhite}, 2, true, 1,
		colour.whitenedTwice, nil, wholly},
	{"hs", []string{"hue", "sat"}, []string{"h", "s"}, []int{fieldHue, fieldSaturation}, 0, false, 1,
		func(c colour, _ warmths) []float64 { h, s := c.hue(); return []float64{h, s} },
		func(n []float64) colour { return fromHue(n[0], n[1], 255) }, decimally},
	{"xy", []string{"x", "y"}, []string{"x", "y"}, []int{fieldX, fieldY}, 0, false, 0.004,
		func(c colour, _ warmths) []float64 { x, y := c.xy(); return []float64{x, y} },
		func(n []float64) colour { return fromXY(n[0], n[1]) }, decimally},
}

func wholly(out []byte, n float64) []byte { return strconv.AppendFloat(out, n, 'f', 0, 64) }

// decimally writes n with a decimal, as Python does.
func decimally(out []byte, n float64) []byte {
	at := len(out)
	out = strconv.AppendFloat(out, n, 'f', -1, 64)
	if bytes.IndexByte(out[at:], '.') < 0 {
		out = append(out, ".0"...)
	}
	return out
}

// channels are those of s. Whites that are said apart are taken as they are where the
// form has them.
func (f *colourForm) channels(s shade, w warmths) []float64 {
	if s.apart == f.whites && s.apart > 0 {
		return append(slices.Clone(s.colour[:]), s.whites[:s.apart]...)
	}
	return f.split(s.seen(w), w)
}

// shade is what channels show. Whites are said apart only where the colour alone would
// not make the same of them.
func (f *colourForm) shade(n []float64, w warmths) shade {
	if f.unite != nil {
		return shade{colour: f.unite(n)}
	}
	s := shade{colour: colour(n[:3]), apart: f.whites}
	copy(s.whites[:], n[3:])
	if s.apart == 0 {
		return s
	}
	plain := shade{colour: s.seen(w)}
	if slices.Equal(f.split(plain.colour, w), n) {
		return plain
	}
	return s
}

// alike reports whether n is what a light says that was told s.
func (f *colourForm) alike(n []float64, s shade, w warmths) bool {
	for i, told := range f.channels(s, w) {
		if math.Abs(n[i]-told) > f.near {
			return false
		}
	}
	return true
}

// pick is the form for a colour among those that a light has: one with its whites, or
// else the first.
func pick(forms []*colourForm, s shade) *colourForm {
	for _, f := range forms {
		if s.apart > 0 && f.whites == s.apart {
			return f
		}
	}
	return forms[0]
}

// full scales channels that hold the brightness so that they are at their brightest. n
// is changed.
func full(n []float64) {
	top := slices.Max(n)
	if top <= 0 {
		return
	}
	for i := range n {
		n[i] = min(math.RoundToEven(n[i]*255/top), 255)
	}
}
