package homeassistant

import (
	"bytes"
	"slices"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// objective is a light that is told and tells all in JSON objects.
type objective struct {
	lamp
	topic  string
	scale  float64
	form   *colourForm // how it takes colours; nil: it has none
	dims   bool        // its brightness is apart from its colour
	fields *template.Template
	bright parser

	numbers [5]float64 // reused
}

// fieldMark stands between the fields of a state.
const fieldMark = 0x1f

// lightFields renders what a light tells, one after another: one rendering for all.
const lightFields = "{% set c = value_json.color or {} %}" +
	"{{ value_json.state }}\x1f{{ value_json.brightness }}\x1f{{ value_json.color_mode }}\x1f{{ value_json.color_temp }}\x1f{{ value_json.effect }}\x1f" +
	"{{ c.r }}\x1f{{ c.g }}\x1f{{ c.b }}\x1f{{ c.w }}\x1f{{ c.c }}\x1f{{ c.h }}\x1f{{ c.s }}\x1f{{ c.x }}\x1f{{ c.y }}"

const (
	fieldState = iota
	fieldBrightness
	fieldMode
	fieldWarmth
	fieldEffect
	fieldRed
	fieldGreen
	fieldBlue
	fieldWhite
	fieldCold
	fieldHue
	fieldSaturation
	fieldX
	fieldY
	countOfFields
)

// lightByJSON makes a light of the JSON schema.
func lightByJSON(s *spec, e *entity) {
	l := &objective{topic: s.topic("command_topic"), scale: s.numberOr("brightness_scale", 255), fields: s.compile(lightFields)}
	if l.scale < 1 {
		s.fail("brightness_scale is %v, want 1 at least", l.scale)
	}
	l.turn, l.off = l.shine, func(o *ordering) ([]convention.Message, error) {
		return o.message(l.topic, []byte(`{"state":"OFF"}`)), nil
	}
	modes := s.texts("supported_color_modes")
	for _, legacy := range []string{"color_temp", "hs", "rgb", "xy"} { // how it was said before there were modes
		if s.flag(legacy, false) {
			modes = append(modes, legacy)
		}
	}
	for _, mode := range modes {
		if !slices.Contains([]string{"onoff", "brightness", "color_temp", "hs", "xy", "rgb", "rgbw", "rgbww", "white"}, mode) {
			s.fail("supported_color_modes has %q, which is none", shorten(mode))
		}
	}
	if len(modes) > 1 && (slices.Contains(modes, "onoff") || slices.Contains(modes, "brightness")) {
		s.fail("supported_color_modes has onoff or brightness besides others")
	}
	l.adds(s, e)
	echoes := l.on.echoes
	l.dims = s.flag("brightness", false)
	if l.dims || slices.ContainsFunc(modes, func(mode string) bool { return mode != "onoff" }) {
		l.addsBrightness(e, echoes)
	}
	l.bright = l.shines(l.scale)
	if slices.Contains(modes, "color_temp") {
		l.addsTemperature(s, e, echoes)
	}
	for i := range colourForms {
		if form := &colourForms[i]; slices.Contains(modes, form.name) {
			l.form = form
			l.addsColor(e, echoes)
			break
		}
	}
	if s.flag("effect", false) || len(s.texts("effect_list")) > 0 {
		l.addsEffect(s, e, echoes)
	}
	view := s.template("value_template")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || len(text) == 0 {
			return err
		}
		return l.hear(h, text)
	})
}

// hear takes a state.
func (l *objective) hear(h *hearing, text []byte) error {
	h.open(text)
	text, err := h.field(l.fields)
	if err != nil {
		return err
	}
	var fields [countOfFields][]byte
	for i := range fields {
		fields[i], text, _ = bytes.Cut(text, []byte{fieldMark})
	}
	switch string(fields[fieldState]) {
	case "ON":
		h.report(l.on, devices.Boolean(true))
	case "OFF":
		h.report(l.on, devices.Boolean(false))
	}
	if l.brightness != nil {
		h.take(l.brightness, fields[fieldBrightness], l.bright)
	}
	if l.effect != nil {
		h.take(l.effect, fields[fieldEffect], l.plays)
	}
	l.hearColour(h, &fields)
	return nil
}

// take reports what parse finds in a field, if there is something.
func (h *hearing) take(p *part, text []byte, parse parser) {
	if isNothing(text) {
		return
	}
	v, err := parse(text)
	if err != nil {
		h.fault(p, err)
		return
	}
	h.report(p, v)
}

// hearColour takes the colour or the colour temperature, of which a light may tell both:
// its mode says which counts, and where it has none, the colour does.
func (l *objective) hearColour(h *hearing, fields *[countOfFields][]byte) {
	mode := fields[fieldMode]
	var c colour
	has := false
	if l.form != nil && string(mode) != "color_temp" && string(mode) != "white" {
		var err error
		if c, has, err = l.channelsOf(fields, mode); err != nil {
			h.fault(l.color, err)
		}
	}
	switch {
	case has:
		if !l.dims && c.brightest() > 0 {
			c = c.full()
		}
		h.reportColour(&l.lamp, c)
	case l.temperature != nil && (isNothing(mode) || string(mode) == "color_temp"):
		h.take(l.temperature, fields[fieldWarmth], l.warmth)
	}
}

// channelsOf finds the colour, in the way that mode says or the first that is there.
func (l *objective) channelsOf(fields *[countOfFields][]byte, mode []byte) (c colour, has bool, err error) {
	n := &l.numbers
	for i := range colourForms {
		form := &colourForms[len(colourForms)-1-i] // the one with the most channels of those that begin alike
		if len(mode) > 0 && !isNothing(mode) && string(mode) != form.name {
			continue
		}
		complete := true
		for j, at := range form.fields {
			if isNothing(fields[at]) {
				complete = false
				break
			}
			var ok bool
			if n[j], ok = parseDecimal(fields[at]); !ok || n[j] > 1e6 || n[j] < -1e6 {
				return c, false, devices.ErrType
			}
		}
		if complete {
			return form.unite(n[:len(form.names)]), true, nil
		}
	}
	return c, false, nil
}

// shine makes the message that turns the light on.
func (l *objective) shine(o *ordering, w wish) ([]convention.Message, error) {
	out := []byte(`{"state":"ON"`)
	if w.color != nil && l.form != nil {
		n := l.form.split(*w.color)
		out = append(out, `,"color":{`...)
		for i, name := range l.form.short {
			if i > 0 {
				out = append(out, ',')
			}
			if l.form.light && !l.dims {
				n[i] = dimmed(n[i], 255)
			}
			out = append(append(append(out, '"'), name...), `":`...)
			out = l.form.format(out, n[i])
		}
		out = append(out, '}')
	}
	if w.brightness > 0 {
		out = wholly(append(out, `,"brightness":`...), onScale(w.brightness, l.scale))
	}
	if w.kelvin > 0 {
		out = l.nativeWarmth(w.kelvin).AppendText(append(out, `,"color_temp":`...))
	}
	if w.effect != "" {
		out = appendJSON(append(out, `,"effect":`...), devices.Text(w.effect))
	}
	return o.message(l.topic, append(out, '}')), nil
}
