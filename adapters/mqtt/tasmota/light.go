package tasmota

import (
	"strconv"

	"thingbridge/devices"
)

// What a light can do.
const (
	lightDimmer = iota + 1
	lightWhite  // cold and warm white
	lightRGB
	lightRGBW
	lightRGBCW
)

// schemes are what a light can do by itself, as they are counted.
var schemes = []string{"Solid", "Wake up", "Cycle up", "Cycle down", "Random"}

// light adds the light of relay i, which is the nth of the lights.
func (b builder) light(i, nth int, first bool, label string) {
	c, number := b.d.config, strconv.Itoa(i+1)
	abilities, dimmer, state := c.LightType, "Dimmer", "Dimmer"
	if c.Tuya > 0 {
		dimmer = "Dimmer3"
	}
	switch {
	case c.on(optionChannels):
		abilities, dimmer, state = lightDimmer, "Channel"+number, "Channel"+number
	case c.Linked == 0 && abilities >= lightRGBW && nth == 0:
		abilities, dimmer, state = lightRGB, "Dimmer1", "Dimmer1"
	case c.Linked == 0 && abilities >= lightRGBW && nth == 1:
		abilities, dimmer, state = abilities-lightRGB, "Dimmer2", "Dimmer2" // what is left of it: white, or cold and warm
	}
	called := func(name string) string { return numbered(name, first, i+1) }
	f := fading{relay: i + 1, brightness: -1, temperature: -1, color: -1}
	f.on = b.relay(called("on"), "light", label, i, orderLight)
	if abilities < lightDimmer || abilities > lightRGBCW {
		return
	}
	f.brightness = b.add(devices.Property{Name: called("brightness"), Type: devices.TypeNumber, Unit: "%", Max: 100, Step: 1, Class: "brightness", Label: label},
		order{how: orderDimmer, number: i + 1, command: dimmer}, asNumber, state)
	if abilities == lightWhite || abilities == lightRGBCW {
		p := devices.Property{Name: called("color_temp"), Type: devices.TypeNumber, Unit: "mired", Min: 153, Max: 500, Step: 1, Class: "color_temp", Label: label}
		if c.on(optionReducedCT) {
			p.Min, p.Max = 200, 380
		}
		f.temperature = b.add(p, order{how: orderSetting, number: i + 1, command: "CT"}, asNumber, "CT")
	}
	if abilities >= lightRGB {
		f.color = b.add(devices.Property{Name: called("color"), Type: devices.TypeText, Class: "color", Label: label}, order{how: orderColor, number: i + 1}, asColor, "HSBColor")
	}
	if abilities >= lightRGBW {
		b.add(devices.Property{Name: called("white"), Type: devices.TypeNumber, Unit: "%", Max: 100, Step: 1, Label: label},
			order{how: orderSetting, number: i + 1, command: "White"}, asNumber, "White")
		other := "white"
		if abilities == lightRGBCW {
			other = "color_temp"
		}
		b.add(devices.Property{Name: called("color_mode"), Type: devices.TypeEnum, Options: []string{other, colorful}, Category: devices.Diagnostic, Label: label},
			order{}, asColorMode, "White")
	}
	if c.Tuya == 0 {
		f.length = b.add(devices.Property{Name: called("transition"), Type: devices.TypeNumber, Unit: "s", Max: longest, Step: 0.5, Category: devices.Setting, Label: label},
			order{how: orderLength, number: i + 1}, asNumber)
		b.d.fadings = append(b.d.fadings, f)
	}
	if abilities >= lightRGB {
		b.add(devices.Property{Name: called("effect"), Type: devices.TypeEnum, Options: schemes, Label: label}, order{how: orderScheme, number: i + 1}, asScheme, "Scheme")
	}
}

// colorful is the mode of a light that shows a color; it has the word for another one,
// in which it shines white.
const colorful = "hs"

func colorMode(options []string, white bool) string {
	for _, option := range options {
		if (option != colorful) == white {
			return option
		}
	}
	return ""
}
