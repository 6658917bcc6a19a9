package homeassistant

import (
	"slices"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// addsModes adds what a light says of how it shines, in its own words: by a colour, by a
// colour temperature, by its white. One that shines in one way has nothing to say.
func (l *lamp) addsModes(e *entity, modes []string) {
	modes = slices.Compact(slices.Sorted(slices.Values(modes)))
	if len(modes) > 1 {
		l.modes = e.add(devices.Property{Name: "color_mode", Type: devices.TypeEnum, Options: modes, Category: devices.Diagnostic})
	}
}

// isIn reports the mode that the light is in. What it had in another mode it has no more;
// white is as bright as the light while it shines white, and dark while it does not.
func (l *lamp) isIn(h *hearing, mode string) {
	l.mode = mode
	if l.modes == nil {
		return
	}
	i := slices.Index(l.modes.property.Options, mode)
	if i < 0 {
		return
	}
	h.report(l.modes, devices.Text(l.modes.property.Options[i]))
	if l.color != nil && (mode == warmthMode || mode == whiteMode) {
		h.forget(l.color)
	}
	if l.temperature != nil && mode != warmthMode {
		h.forget(l.temperature)
	}
	switch {
	case l.white == nil:
	case mode != whiteMode:
		h.report(l.white, devices.Number(0))
	case l.brightness != nil:
		h.report(l.white, l.brightness.last)
	}
}

// The modes that are no colour.
const (
	warmthMode = "color_temp"
	whiteMode  = "white"
)

// addsWhite adds that e can shine white.
func (l *lamp) addsWhite(e *entity, echoes bool) {
	l.white = e.add(share("white"))
	l.settable(l.white, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		if n == 0 {
			return l.off(o)
		}
		return l.turn(o, wish{white: bright(n)})
	})
	turned := l.white.echo
	l.white.echo = func(h *hearing, v devices.Value) { // it is as bright as its white
		if v == devices.Number(0) {
			if l.on.echoes {
				h.report(l.on, devices.Boolean(false))
			}
			return
		}
		l.isSet(h, whiteMode)
		turned(h, v)
		if l.brightness != nil && l.brightness.echoes {
			h.report(l.brightness, v)
		}
	}
	if l.brightness != nil {
		l.brightness.follow = func(h *hearing, v devices.Value) {
			if l.mode == whiteMode {
				h.report(l.white, v)
			}
		}
	}
}

// isSet reports the mode that a light is in which shines in a way as far as one sees,
// unless it says so itself.
func (l *lamp) isSet(h *hearing, mode string) {
	if !l.says && !l.vague {
		l.isIn(h, mode)
	}
}
