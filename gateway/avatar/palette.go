package avatar

import "image/color"

// ground is a background: calm, with a little light from above.
type ground struct{ top, bottom color.NRGBA }

func shade(top, bottom uint32) ground { return ground{rgb(top), rgb(bottom)} }

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// The backgrounds of states that say more than what the device is.
var stateGrounds = map[State]ground{
	Heating: shade(0xEE8A4A, 0xD9682F),
	Cooling: shade(0x4FA3DD, 0x2F7FC1),
	Open:    shade(0xE0A04C, 0xC8802F),
	Alarm:   shade(0xE25C55, 0xC23A3A),
	Offline: shade(0xA9AFB8, 0x8E959F),
}

var (
	groundSlate  = shade(0x71829A, 0x566579)
	groundTeal   = shade(0x4BA39C, 0x33837F)
	groundBlue   = shade(0x5B97C4, 0x3F7AA8)
	groundIndigo = shade(0x7C86C6, 0x5D66A8)
	groundPlum   = shade(0x9379B4, 0x745A97)
	groundGreen  = shade(0x62AE79, 0x44905D)
	groundAmber  = shade(0xF2BC45, 0xDD9A22)
	groundMoss   = shade(0x8CA261, 0x6D8446)
)

// kindGrounds are the backgrounds of the kinds at rest, a family a colour; onGrounds
// those of what is on, where it is not green.
var (
	kindGrounds = map[Kind]ground{
		Generic: groundSlate, Light: groundSlate, Plug: groundSlate, Switch: groundSlate, Smoke: groundSlate,
		House: groundTeal, Thermostat: groundTeal, Temperature: groundTeal, Fan: groundTeal, Vacuum: groundTeal,
		Humidity: groundBlue, Leak: groundBlue, Door: groundBlue, Window: groundBlue, Cover: groundBlue,
		Sensor: groundIndigo, Motion: groundIndigo, Button: groundIndigo,
		Camera: groundPlum, Media: groundPlum,
		Lock: groundGreen, Battery: groundGreen,
		Meter: groundMoss, Solar: groundAmber,
	}
	onGrounds = map[Kind]ground{Light: groundAmber, Motion: groundPlum, Camera: shade(0xC0698F, 0xA04C72)}
)

func (l Look) ground() ground {
	if g, ok := stateGrounds[l.State]; ok {
		return g
	}
	if l.State != On {
		return kindGrounds[l.Kind]
	}
	if g, ok := onGrounds[l.Kind]; ok {
		return g
	}
	return groundGreen
}

// badge draws a sign over the glyph where the state must not be overlooked, also
// by who sees no colours.
func badge(c *canvas, s State, ground color.NRGBA) {
	const x, y = 94, 92
	switch s {
	case Alarm:
		c.erase(soft(9, x, y-14, x+15, y+12, x-15, y+12))
		c.fill(soft(4, x, y-14, x+15, y+12, x-15, y+12), white)
		c.fill(join(line(5, x, y-5, x, y+3), disc(x, y+10, 3)), ground)
	case Offline:
		c.erase(disc(x, y, 20))
		c.fill(disc(x, y, 16), white)
		c.fill(join(line(5, x-6, y-6, x+6, y+6), line(5, x+6, y-6, x-6, y+6)), ground)
	}
}
