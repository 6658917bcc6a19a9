package homeassistant

import (
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// addsTransition adds how long a light takes for what it is told. It is remembered and
// goes with each command; until it is set, the light takes its own time.
func (l *lamp) addsTransition(e *entity) {
	const longest = 6553 // s; lights count tenths in 16 bits
	l.transition = e.add(devices.Property{
		Name: "transition", Type: devices.TypeNumber, Unit: "s", Max: longest, Step: 0.1, Writable: true, Category: devices.Setting,
	})
	l.transition.echoes = true
	l.transition.order = func(*ordering, devices.Value) ([]convention.Message, error) { return nil, nil }
}

// takes is how long the light shall take, in seconds, and whether that was ever said.
func (l *lamp) takes() (seconds float64, said bool) {
	if l.transition == nil {
		return 0, false
	}
	return l.transition.last.Number()
}

// How a light can flash.
const (
	flashShort = "short"
	flashLong  = "long"
)

// addsFlash adds that a light can flash, by which one finds it.
func (l *lamp) addsFlash(e *entity) {
	l.flash = e.add(devices.Property{Name: "flash", Type: devices.TypeEnum, Options: []string{flashShort, flashLong}, Category: devices.Setting})
	l.settable(l.flash, true, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		how, _ := v.Text()
		return l.turn(o, wish{flash: how})
	})
}
