package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// colour is red, green and blue, from 0 to 255.
type colour [3]float64

// hs is a colour's hue in degrees and its saturation in percent.
func (c colour) hs() (hue, saturation float64) {
	low, high := min(c[0], c[1], c[2]), max(c[0], c[1], c[2])
	if high == low {
		return 0, 0
	}
	span := high - low
	switch high {
	case c[0]:
		hue = math.Mod((c[1]-c[2])/span+6, 6)
	case c[1]:
		hue = (c[2]-c[0])/span + 2
	default:
		hue = (c[0]-c[1])/span + 4
	}
	return round(hue*60, 3), round(span/high*100, 3)
}

// ofHS is the brightest colour with a hue and a saturation.
func ofHS(hue, saturation float64) colour {
	part := func(offset float64) float64 {
		k := math.Mod(offset+hue/60, 6)
		return math.Round(255 * (1 - saturation/100*max(0, min(k, 4-k, 1))))
	}
	return colour{part(5), part(3), part(1)}
}

// xy is where a colour is in CIE 1931, as Home Assistant works it out.
func (c colour) xy() (x, y float64) {
	linear := func(v float64) float64 {
		if v /= 255; v > 0.04045 {
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return v / 12.92
	}
	r, g, b := linear(c[0]), linear(c[1]), linear(c[2])
	bigX := r*0.664511 + g*0.154324 + b*0.162028
	bigY := r*0.283881 + g*0.668433 + b*0.047685
	bigZ := r*0.000088 + g*0.072310 + b*0.986039
	sum := bigX + bigY + bigZ
	if sum == 0 {
		return 0, 0
	}
	return round(bigX/sum, 3), round(bigY/sum, 3)
}

// ofXY is the brightest colour at a place in CIE 1931.
func ofXY(x, y float64) colour {
	if y == 0 {
		y = 1e-11
	}
	bigX, bigZ := x/y, (1-x-y)/y
	c := colour{
		bigX*1.656492 - 0.354851 - bigZ*0.255038,
		-bigX*0.707196 + 1.655397 + bigZ*0.036152,
		bigX*0.051713 - 0.121364 + bigZ*1.011530,
	}
	for i, v := range c {
		v = max(v, 0)
		if v <= 0.0031308 {
			c[i] = 12.92 * v
		} else {
			c[i] = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
	}
	if high := max(c[0], c[1], c[2]); high > 1 {
		c = colour{c[0] / high, c[1] / high, c[2] / high}
	}
	return colour{math.Round(c[0] * 255), math.Round(c[1] * 255), math.Round(c[2] * 255)}
}

// String writes c as #rrggbb.
func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

func round(n float64, places int) float64 {
	scale := math.Pow10(places)
	return math.Round(n*scale) / scale
}

// hexOf writes channels as a property has them.
func hexOf(n []float64) string {
	text := "#"
	for _, channel := range n {
		text += fmt.Sprintf("%02x", int(channel))
	}
	return text
}

// channelsOf reads the channels of a colour as a property has it: red, green, blue, and
// whites where they are said apart.
func channelsOf(text string) (n []float64, ok bool) {
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "#"))
	if err != nil || len(raw) < 3 || len(raw) > 5 {
		return nil, false
	}
	for _, channel := range raw {
		n = append(n, float64(channel))
	}
	return n, true
}

// ofKelvin is the colour of white of a warmth, by Tanner Helland's approximation.
func ofKelvin(kelvin float64) colour {
	t := min(max(kelvin, 1000), 40000) / 100
	c := colour{255, 99.4708025861*math.Log(t) - 161.1195681661, 255}
	if t > 66 {
		c[0], c[1] = 329.698727446*math.Pow(t-60, -0.1332047592), 288.1221695283*math.Pow(t-60, -0.0755148492)
	}
	if t < 66 {
		c[2] = 138.5177312231*math.Log(max(t-10, 1)) - 305.0447927307
	}
	for i := range c {
		c[i] = min(max(c[i], 0), 255)
	}
	return c
}

// middleWarmth is how warm in K cold and warm white, 153 and 500 mired, are together.
const middleWarmth = 3062

// seen is the colour that channels make together.
func seen(n []float64) colour {
	c := colour(n[:3])
	white, level := colour{255, 255, 255}, 0.0
	switch len(n) {
	case 4:
		level = n[3] / 255
	case 5:
		level = max(n[3], n[4]) / 255
		if sum := n[3] + n[4]; sum > 0 {
			white = ofKelvin(math.Floor(1e6 / (153 + n[4]/sum*(500-153))))
		}
	}
	for i := range c {
		c[i] += white[i] * level
	}
	return colour(scaled(c[:], max(n[0], n[1], n[2], level*255)))
}

// withWhites are the channels of a light with so many whites of its own.
func withWhites(n []float64, whites int) []float64 {
	if len(n) != 3 {
		return n
	}
	white := colour{255, 255, 255}
	if whites == 2 {
		white = ofKelvin(middleWarmth)
	}
	level := min(n[0]/white[0], n[1]/white[1], n[2]/white[2])
	out := []float64{n[0] - white[0]*level, n[1] - white[1]*level, n[2] - white[2]*level}
	for range whites {
		out = append(out, math.Round(level*255))
	}
	return scaled(out, max(n[0], n[1], n[2]))
}

// scaled makes the greatest of channels top.
func scaled(n []float64, top float64) []float64 {
	greatest := slices.Max(n)
	for i := range n {
		if greatest > 0 {
			n[i] = math.RoundToEven(n[i] * top / greatest)
		}
	}
	return n
}

// colourSlack is how far each part of a colour may be off: twins have it in 24 bits. A
// place in CIE 1931 may be none that 24 bits have; the colours that are seen there are
// compared.
var colourSlack = map[string]float64{"rgb_color": 1, "hs_color": 1.5, "xy_color": 4, "rgbw_color": 1, "rgbww_color": 1}

// alikeColours reports whether two lists of numbers are the same colour but for slack.
func alikeColours(want, got string, attribute string) bool {
	slack := colourSlack[attribute]
	var a, b []float64
	if json.Unmarshal([]byte(want), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || len(a) != len(b) || len(a) == 0 {
		return false
	}
	if attribute == "xy_color" && len(a) == 2 {
		x, y := ofXY(a[0], a[1]), ofXY(b[0], b[1])
		a, b = x[:], y[:]
	}
	for i := range a {
		if d := math.Abs(a[i] - b[i]); d > slack && 360-d > slack {
			return false
		}
	}
	return true
}
