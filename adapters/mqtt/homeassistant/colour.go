package homeassistant

import (
	"math"
	"slices"
)

// colour is red, green and blue, each from 0 to 255.
type colour [3]float64

func (c colour) brightest() float64 { return max(c[0], c[1], c[2]) }

// fromHue is the colour of a hue (0 to 360) and a saturation (0 to 100), at a brightness
// (0 to 255). Channels are cut to whole numbers, as in Home Assistant.
func fromHue(hue, saturation, brightness float64) colour {
	s, v := saturation/100, brightness/255
	h := math.Mod(math.Mod(hue, 360)+360, 360) / 60
	sector, rest := math.Modf(h)
	p, q, t := v*(1-s), v*(1-s*rest), v*(1-s*(1-rest))
	c := [6]colour{{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}}[int(sector)%6]
	for i := range c {
		c[i] = math.Floor(c[i]*255 + 1e-9)
	}
	return c
}

// hue is the hue and the saturation of c, to a thousandth.
func (c colour) hue() (hue, saturation float64) {
	top, bottom := c.brightest(), min(c[0], c[1], c[2])
	if top == bottom {
		return 0, 0
	}
	spread := top - bottom
	switch top {
	case c[0]:
		hue = math.Mod((c[1]-c[2])/spread+6, 6)
	case c[1]:
		hue = (c[2]-c[0])/spread + 2
	default:
		hue = (c[0]-c[1])/spread + 4
	}
	return round(hue*60, 3), round(spread/top*100, 3)
}

func round(n float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(n*scale) / scale
}

// fromXY is the colour of a place in the CIE 1931 diagram, for lamps with the wide gamut
// that Philips Hue describes.
func fromXY(x, y float64) colour {
	if y == 0 {
		y = 1e-11
	}
	bigX, bigZ := x/y, (1-x-y)/y
	c := colour{
		bigX*1.656492 - 0.354851 - bigZ*0.255038,
		-bigX*0.707196 + 1.655397 + bigZ*0.036152,
		bigX*0.051713 - 0.121364 + bigZ*1.011530,
	}
	for i, n := range c {
		if n <= 0.0031308 {
			c[i] = 12.92 * n
		} else {
			c[i] = 1.055*math.Pow(n, 1/2.4) - 0.055
		}
		c[i] = max(c[i], 0)
	}
	top := max(c.brightest(), 1)
	for i := range c {
		c[i] = math.Floor(c[i]/top*255 + 1e-9)
	}
	return c
}

// xy is the place of c in the CIE 1931 diagram, to a thousandth.
func (c colour) xy() (x, y float64) {
	if c.brightest() == 0 {
		return 0, 0
	}
	for i := range c {
		n := c[i] / 255
		if n > 0.04045 {
			c[i] = math.Pow((n+0.055)/1.055, 2.4)
		} else {
			c[i] = n / 12.92
		}
	}
	bigX := c[0]*0.664511 + c[1]*0.154324 + c[2]*0.162028
	bigY := c[0]*0.283881 + c[1]*0.668433 + c[2]*0.047685
	bigZ := c[0]*0.000088 + c[1]*0.072310 + c[2]*0.986039
	sum := bigX + bigY + bigZ
	return round(bigX/sum, 3), round(bigY/sum, 3)
}

// fromWarmth is the colour of white of so many K, by Tanner Helland's approximation.
func fromWarmth(kelvin float64) colour {
	t := min(max(kelvin, 1000), 40000) / 100
	c := colour{255, 99.4708025861*math.Log(t) - 161.1195681661, 255}
	if t > 66 {
		c[0], c[1] = 329.698727446*math.Pow(t-60, -0.1332047592), 288.1221695283*math.Pow(t-60, -0.0755148492)
	}
	if t <= 19 {
		c[2] = 0
	} else if t < 66 {
		c[2] = 138.5177312231*math.Log(t-10) - 305.0447927307
	}
	for i := range c {
		c[i] = min(max(c[i], 0), 255)
	}
	return c
}

// matched scales channels so that the brightest of them is top, in whole numbers.
func matched(n []float64, top float64) []float64 {
	highest := slices.Max(n)
	for i := range n {
		if highest == 0 {
			n[i] = 0
			continue
		}
		n[i] = math.RoundToEven(n[i] * top / highest)
	}
	return n
}

// dimmed is a channel at a brightness (0 to 255).
func dimmed(channel, brightness float64) float64 {
	return math.Floor(channel*brightness/255 + 1e-9)
}
