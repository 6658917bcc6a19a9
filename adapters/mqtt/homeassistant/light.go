package homeassistant

import (
	"fmt"
	"math"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// lamp is a light: what it can do, and how it is told.
type lamp struct {
	// All but on are nil where it has none.
	on, brightness, temperature, color, white, effect, modes, transition, flash *part

	kelvin bool    // it counts the colour temperature in K, not in mired
	whites warmths // of its white
	mode   string  // the colour mode in which it is known to be
	says   bool    // nobody but the light itself knows its mode
	vague  bool    // it tells what it has in several modes at once, and not in which it is

	turn func(o *ordering, w wish) ([]convention.Message, error)
	off  func(o *ordering) ([]convention.Message, error)
	by   func(s shade) string // the mode in which it shows a colour
}

// wish is how a lamp shall shine.
type wish struct {
	brightness float64 // 1 to 255; 0: as it is
	kelvin     float64 // 0: as it is
	color      *shade
	effect     string
	white      float64 // 1 to 255; 0: as it is
	flash      string
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

const warmest, coldest = 2000, 6535 // K, as in Home Assistant

// readWarmths reads the range of the whites of a light.
func readWarmths(s *spec) warmths {
	end := func(kelvinKey, miredKey string, instead float64) float64 {
		if n, ok := s.number(kelvinKey); ok && n > 0 {
			return mireds(n)
		}
		if n, ok := s.number(miredKey); ok && n > 0 {
			return n
		}
		return mireds(instead)
	}
	return warmths{end("max_kelvin", "min_mireds", coldest), end("min_kelvin", "max_mireds", warmest)}
}

// mireds is a colour temperature in whole mired.
func mireds(kelvin float64) float64 { return math.Floor(1e6/kelvin + 1e-6) }

// adds adds that e can be on or off.
func (l *lamp) adds(s *spec, e *entity) {
	l.kelvin = s.flag("color_temp_kelvin", false)
	l.whites = readWarmths(s)
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
		if asked, ok := l.brightness.asked.Number(); ok && asked > 0 && onScale(bright(asked), scale) == n {
			return l.brightness.asked, nil
		}
		return devices.Number(round(min(n/scale, 1)*100, 1)), nil
	}
}

// addsTemperature adds that e can be warm or cold white.
func (l *lamp) addsTemperature(s *spec, e *entity, echoes bool) {
	property := devices.Property{Name: "color_temp", Type: devices.TypeNumber, Unit: "K"}
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
	turned := l.temperature.echo
	l.temperature.echo = func(h *hearing, v devices.Value) {
		if echoes {
			l.isSet(h, warmthMode)
		}
		turned(h, v)
	}
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
	if err != nil || !ok {
		return v, err
	}
	if asked, ok := l.temperature.asked.Number(); ok && l.nativeWarmth(asked) == v {
		return l.temperature.asked, nil
	}
	if l.kelvin {
		return v, nil
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
	return devices.Number(mireds(kelvin))
}

// addsColor adds that e can have a colour.
func (l *lamp) addsColor(e *entity, echoes bool) {
	l.color = e.add(devices.Property{Name: "color", Type: devices.TypeText})
	l.settable(l.color, echoes, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		text, _ := v.Text()
		c, ok := parseShade(text)
		if !ok {
			return nil, fmt.Errorf("%s: %w: got %q, want a colour such as #ff8000", o.part.property.Name, devices.ErrRange, shorten(text))
		}
		return l.turn(o, wish{color: &c})
	})
	turned := l.color.echo
	l.color.echo = func(h *hearing, v devices.Value) {
		text, _ := v.Text()
		if c, ok := parseShade(text); ok && echoes {
			l.isSet(h, l.by(c))
		}
		turned(h, v)
	}
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
	p.property.Writable, p.order = true, func(o *ordering, v devices.Value) ([]convention.Message, error) {
		messages, err := order(o, v)
		if err == nil {
			p.asked = v
		}
		return messages, err
	}
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

// reportColour reports what the channels of a form show, without writing a text that is
// known already: what was asked, where the light says no more than that it was told.
func (h *hearing) reportColour(l *lamp, f *colourForm, n []float64) {
	text, _ := l.color.asked.Text()
	if c, ok := parseShade(text); ok && f.alike(n, c, l.whites) {
		h.report(l.color, l.color.asked)
		return
	}
	shown := f.shade(n, l.whites)
	text, _ = l.color.last.Text()
	if c, ok := parseShade(text); ok && c == shown {
		h.report(l.color, l.color.last)
		return
	}
	h.report(l.color, shown.value())
}
