package homeassistant

import (
	"fmt"
	"math"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// lamp is a light: what it can do, and how it is told.
type lamp struct {
	on, brightness, temperature, color, effect *part // all but on: nil where it has none

	kelvin bool // it counts the colour temperature in K, not in mired
	turn   func(o *ordering, w wish) ([]convention.Message, error)
	off    func(o *ordering) ([]convention.Message, error)
}

// wish is how a lamp shall shine.
type wish struct {
	brightness float64 // 1 to 255; 0: as it is
	kelvin     float64 // 0: as it is
	color      *colour
	effect     string
	white      float64 // 1 to 255; 0: as it is
}

// light shines. There are three ways to speak with one.
func light(s *spec, e *entity) {
	s.need("command_topic")
	switch schema := s.textOr("schema", "default"); schema {
	case "default", "basic":
		lightByTopics(s, e)
	case "json":
		lightByJSON(s, e)
	case "template":
		lightByTemplates(s, e)
	default:
		s.fail("schema is %q, want default, json or template", shorten(schema))
	}
}

// adds adds that e can be on or off.
func (l *lamp) adds(s *spec, e *entity) {
	l.kelvin = s.flag("color_temp_kelvin", false)
	l.on = e.add(devices.Property{Name: "on", Type: devices.TypeBoolean, Writable: true})
	l.on.echoes = s.optimistic("state_topic")
	l.on.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		if on, _ := v.Boolean(); on {
			return l.turn(o, wish{})
		}
		return l.off(o)
	}
}

// addsBrightness adds that e can be brighter and darker. echoes says that no topic tells
// how bright it is.
func (l *lamp) addsBrightness(e *entity, echoes bool) {
	l.brightness = e.add(share("brightness"))
	l.settable(l.brightness, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		if n == 0 {
			return l.off(o)
		}
		return l.turn(o, wish{brightness: bright(n)})
	})
	l.brightness.echo = func(h *hearing, v devices.Value) {
		dark := v == devices.Number(0)
		if echoes && !dark {
			h.report(l.brightness, v)
		}
		if l.on.echoes {
			h.report(l.on, devices.Boolean(!dark))
		}
	}
}

// bright is a brightness in percent on the scale of Home Assistant, 1 to 255.
func bright(percent float64) float64 { return max(1, math.RoundToEven(percent*255/100)) }

// onScale is a brightness of 1 to 255 on the scale of a device.
func onScale(brightness, scale float64) float64 {
	return max(1, min(math.RoundToEven(brightness/255*scale), scale))
}

// shines reads a brightness on a scale; no value for 0, which says nothing of how bright
// it was.
func (l *lamp) shines(scale float64) parser {
	return func(text []byte) (devices.Value, error) {
		v, err := l.brightness.number(text)
		n, ok := v.Number()
		if err != nil || !ok || n <= 0 {
			return devices.Value{}, err
		}
		return devices.Number(round(min(n/scale, 1)*100, 1)), nil
	}
}

// addsTemperature adds that e can be warm or cold white.
func (l *lamp) addsTemperature(s *spec, e *entity, echoes bool) {
	property := devices.Property{Name: "color_temp", Type: devices.TypeNumber, Unit: "K"}
	const warmest, coldest = 2000, 6535 // K, as in Home Assistant
	low, high := kelvins(s, "min_kelvin", "max_mireds", warmest), kelvins(s, "max_kelvin", "min_mireds", coldest)
	if s.has("min_kelvin") || s.has("max_kelvin") || s.has("min_mireds") || s.has("max_mireds") {
		property.Min, property.Max = low, high
	}
	if low > high {
		s.fail("the range of the colour temperature is from %v to %v K", low, high)
	}
	l.temperature = e.add(property)
	l.settable(l.temperature, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		if n <= 0 {
			return nil, fmt.Errorf("color_temp: %w: got %v K, want more than 0", devices.ErrRange, n)
		}
		return l.turn(o, wish{kelvin: n})
	})
}

// kelvins is one end of a range, which may be told in K or in mired.
func kelvins(s *spec, kelvinKey, miredKey string, instead float64) float64 {
	if n, ok := s.number(kelvinKey); ok {
		return n
	}
	n, ok := s.number(miredKey)
	if !ok {
		return instead
	}
	if n <= 0 {
		s.fail("%s is %v, want more than 0", miredKey, n)
		return instead
	}
	return math.Round(1e6 / n)
}

// warmth reads a colour temperature of the device.
func (l *lamp) warmth(text []byte) (devices.Value, error) {
	v, err := l.temperature.number(text)
	n, ok := v.Number()
	if err != nil || !ok || l.kelvin {
		return v, err
	}
	if n <= 0 {
		return devices.Value{}, fmt.Errorf("%w: got %v mired, want more than 0", devices.ErrRange, n)
	}
	return devices.Number(math.Round(1e6 / n)), nil
}

// nativeWarmth is how the device writes a colour temperature.
func (l *lamp) nativeWarmth(kelvin float64) devices.Value {
	if l.kelvin {
		return devices.Number(math.Round(kelvin))
	}
	return devices.Number(math.Floor(1e6/kelvin + 1e-6))
}

// addsColor adds that e can have a colour.
func (l *lamp) addsColor(e *entity, echoes bool) {
	l.color = e.add(devices.Property{Name: "color", Type: devices.TypeText})
	l.settable(l.color, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		text, _ := v.Text()
		c, ok := parseColour(text)
		if !ok {
			return nil, fmt.Errorf("%s: %w: got %q, want a colour such as #ff8000", o.part.property.Name, devices.ErrRange, shorten(text))
		}
		return l.turn(o, wish{color: &c})
	})
}

// addsEffect adds that e can play effects: those that the announcement lists, or any
// where it lists none.
func (l *lamp) addsEffect(s *spec, e *entity, echoes bool) {
	property := devices.Property{Name: "effect", Type: devices.TypeText}
	if effects := s.options("effect_list"); len(effects) > 0 {
		property.Type, property.Options = devices.TypeEnum, effects
	}
	l.effect = e.add(property)
	l.settable(l.effect, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		name, _ := v.Text()
		return l.turn(o, wish{effect: name})
	})
}

// plays reads an effect.
func (l *lamp) plays(text []byte) (devices.Value, error) {
	if l.effect.property.Type == devices.TypeEnum {
		return l.effect.option(text)
	}
	return l.effect.text(text)
}

// settable lets p be set, which turns the lamp on.
func (l *lamp) settable(p *part, echoes bool, order func(*ordering, devices.Value) ([]convention.Message, error)) {
	p.property.Writable, p.order = true, order
	p.echoes = echoes || l.on.echoes
	p.echo = func(h *hearing, v devices.Value) {
		if echoes {
			h.report(p, v)
		}
		if l.on.echoes {
			h.report(l.on, devices.Boolean(true))
		}
	}
}

// level is how bright the lamp is known to be, 1 to 255; 255 where nothing is known.
func (l *lamp) level() float64 {
	if l.brightness != nil {
		if n, ok := l.brightness.last.Number(); ok && n > 0 {
			return bright(n)
		}
	}
	return 255
}

// reportColour reports c, without writing a text that is known already.
func (h *hearing) reportColour(l *lamp, c colour) {
	if last, ok := l.color.last.Text(); ok {
		if known, ok := parseColour(last); ok && known == c {
			h.report(l.color, l.color.last)
			return
		}
	}
	h.report(l.color, c.value())
}
