package homeassistant

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// formal is a light whose messages are all made and read by templates.
type formal struct {
	lamp
	topic            string
	onView, offView  *template.Template
	red, green, blue *template.Template
	dims             bool // its brightness is apart from its colour
}

// lightByTemplates makes a light of the template schema.
func lightByTemplates(s *spec, e *entity) {
	s.need("command_on_template", "command_off_template")
	l := &formal{topic: s.topic("command_topic"), onView: s.template("command_on_template"), offView: s.template("command_off_template")}
	l.red, l.green, l.blue = s.template("red_template"), s.template("green_template"), s.template("blue_template")
	l.turn, l.off = l.shine, func(o *ordering) ([]convention.Message, error) {
		l.slowly(o)
		payload, err := o.render(l.offView, devices.Value{}, variable{"state", devices.Boolean(false)})
		if err != nil {
			return nil, err
		}
		return o.message(l.topic, payload), nil
	}
	l.adds(s, e)
	echoes := s.optimistic("state_topic") || s.text("state_template") == ""
	l.on.echoes = echoes
	bright, warm, effect := s.template("brightness_template"), s.template("color_temp_template"), s.template("effect_template")
	if bright != nil {
		l.dims = true
		l.addsBrightness(e, echoes)
	}
	if warm != nil {
		l.addsTemperature(s, e, echoes)
	}
	if l.red != nil && l.green != nil && l.blue != nil {
		l.by = func(shade) string { return oldMode }
		l.addsColor(e, echoes)
	}
	if warm != nil && l.color != nil {
		l.addsModes(e, []string{warmthMode, oldMode})
	}
	if mentions("transition", l.onView, l.offView) {
		l.addsTransition(e)
	}
	if mentions("flash", l.onView) {
		l.addsFlash(e)
	}
	if effect != nil || len(s.texts("effect_list")) > 0 {
		l.addsEffect(s, e, echoes || effect == nil)
	}
	state, shines, switched := s.template("state_template"), l.shines(255), l.on.boolean("on", "off")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		if text, err := h.render(state); state != nil && err == nil && string(text) == "None" {
			h.forget(l.on)
		} else {
			h.partOf(l.on, state, switched)
		}
		h.partOf(l.brightness, bright, shines)
		if l.hearColour(h) {
			l.isIn(h, oldMode)
		} else if h.partOf(l.temperature, warm, l.warmth) {
			l.isIn(h, warmthMode)
		}
		h.partOf(l.effect, effect, l.plays)
		return nil
	})
}

// mentions reports whether one of some templates has a word.
func mentions(word string, views ...*template.Template) bool {
	return slices.ContainsFunc(views, func(view *template.Template) bool { return view != nil && strings.Contains(view.String(), word) })
}

// slowly tells a template how long a change shall take, where that was said.
func (l *formal) slowly(o *ordering) {
	if seconds, said := l.takes(); said {
		o.decimals = append(o.decimals, decimal{"transition", seconds})
	}
}

// partOf reports what parse finds in what view renders, and whether there is something.
// A message need not tell of all:
// what cannot be rendered is not told. p and view may be nil.
func (h *hearing) partOf(p *part, view *template.Template, parse parser) bool {
	if p == nil || view == nil {
		return false
	}
	text, err := h.render(view)
	return err == nil && h.take(p, text, parse)
}

// hearColour takes the three channels, and reports whether they tell a colour: a colour
// temperature does not count then.
func (l *formal) hearColour(h *hearing) bool {
	if l.color == nil {
		return false
	}
	var n [3]float64
	for i, view := range []*template.Template{l.red, l.green, l.blue} {
		text, err := h.render(view)
		if err != nil || isNothing(text) {
			return false
		}
		channel, ok := parseDecimal(text)
		if !ok {
			h.fault(l.color, fmt.Errorf("%w: got %q, want a number", devices.ErrType, shorten(validText(text))))
			return false
		}
		n[i] = min(max(channel, 0), 255)
	}
	full(n[:])
	h.reportColour(&l.lamp, &colourForms[0], n[:])
	return true
}

// shine makes the message that turns the light on.
func (l *formal) shine(o *ordering, w wish) ([]convention.Message, error) {
	variables := []variable{{"state", devices.Boolean(true)}}
	if w.brightness > 0 {
		variables = append(variables, variable{"brightness", devices.Number(w.brightness)})
	}
	if w.kelvin > 0 {
		variables = append(variables, variable{"color_temp", l.nativeWarmth(w.kelvin)})
	}
	if w.color != nil {
		hue, saturation := w.color.seen(l.whites).hue()
		level := 255.0
		if !l.dims {
			level = l.level()
		}
		c := fromHue(hue, saturation, level)
		for i, name := range []string{"red", "green", "blue"} {
			variables = append(variables, variable{name, devices.Number(c[i])})
		}
		o.decimals = append(o.decimals, decimal{"hue", hue}, decimal{"sat", saturation})
	}
	if w.effect != "" {
		variables = append(variables, variable{"effect", devices.Text(w.effect)})
	}
	if w.flash != "" { // at once, whatever else takes its time
		variables = append(variables, variable{"flash", devices.Text(w.flash)})
	} else {
		l.slowly(o)
	}
	payload, err := o.render(l.onView, devices.Value{}, variables...)
	if err != nil {
		return nil, err
	}
	return o.message(l.topic, payload), nil
}
