package tasmota

import (
	"strconv"

	"thingbridge/devices"
)

// maxShutters is how many the firmware knows.
const maxShutters = 16

// shutter is what is known of a shutter, for its state is made of two values.
type shutter struct {
	number              int // from 1
	state               int // property
	inverted            bool
	tilted              bool
	lowest, highest     float64 // tilt
	position, direction float64 // 100 is open; 1 is opening
	known, touched      bool
}

// shutterStates and shutterOrders are what a shutter is and does.
var (
	shutterStates = []string{"open", "closed", "opening", "closing"}
	shutterOrders = []string{"open", "close", "stop"}
)

// covers adds the shutters: two relays beside each other are one.
func (b builder) covers() {
	c := b.d.config
	number := 0
	for i := 0; i+1 < len(c.Relays) && number < maxShutters; i++ {
		if c.Relays[i] != relayShutter {
			continue
		}
		if c.Relays[i+1] != relayShutter {
			return // half a shutter: nobody knows what the others are
		}
		number++
		i++
		b.cover(number)
	}
}

func (b builder) cover(number int) {
	c, called := b.d.config, func(name string) string { return numbered(name, number == 1, number) }
	s := shutter{number: number}
	if number <= len(c.Shutters) {
		s.inverted = c.Shutters[number-1]&1 != 0
	}
	if number <= len(c.Tilts) && len(c.Tilts[number-1]) == 3 {
		tilt := c.Tilts[number-1]
		s.lowest, s.highest = float64(tilt[0]), float64(tilt[1])
		s.tilted = tilt[2] != 0 && tilt[0] != tilt[1]
	}
	key, index, label := "Shutter"+strconv.Itoa(number), len(b.d.shutters), ""
	if number > 1 {
		label = "Cover " + strconv.Itoa(number)
	}
	position := b.add(devices.Property{Name: called("position"), Type: devices.TypeNumber, Unit: "%", Max: 100, Step: 1, Class: "position", Label: label},
		order{how: orderPosition, number: number, shutter: index}, asNumber)
	b.bind(position, asPosition, index, key+"/Position")
	s.state = b.add(devices.Property{Name: called("state"), Type: devices.TypeEnum, Options: shutterStates, Class: "cover", Label: label}, order{}, asNumber)
	b.bind(s.state, asDirection, index, key+"/Direction")
	b.add(devices.Property{Name: called("cover"), Type: devices.TypeEnum, Options: shutterOrders, Label: label}, order{how: orderShutter, number: number}, asNumber)
	if s.tilted {
		tilt := b.add(devices.Property{Name: called("tilt"), Type: devices.TypeNumber, Unit: "%", Max: 100, Step: 1, Label: label},
			order{how: orderTilt, number: number, shutter: index}, asNumber)
		b.bind(tilt, asTilt, index, key+"/Tilt")
	}
	b.d.shutters = append(b.d.shutters, s)
}

// said is what the state of s is.
func (s *shutter) said() string {
	switch {
	case s.direction > 0:
		return "opening"
	case s.direction < 0:
		return "closing"
	case s.position == 0:
		return "closed"
	}
	return "open"
}
