package main

import (
	"encoding/json"
	"fmt"
	"math"
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

// colourSlack is how far each part of a colour may be off: twins have it in 24 bits.
var colourSlack = map[string]float64{"rgb_color": 1, "hs_color": 1.5, "xy_color": 0.01}

// alikeColours reports whether two lists of numbers are the same but for slack.
func alikeColours(want, got string, slack float64) bool {
	var a, b []float64
	if json.Unmarshal([]byte(want), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || len(a) != len(b) || len(a) == 0 {
		return false
	}
	for i := range a {
		if d := math.Abs(a[i] - b[i]); d > slack && 360-d > slack {
			return false
		}
	}
	return true
}
