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
	topic      string
	scale      float64
	forms      []*colourForm      // how it takes colours, the one that is taken first ahead
	old        bool               // it says nothing of modes, and takes colours in all its forms
	dims       bool               // its brightness is apart from its colour
	flashes    map[string]float64 // how long, in seconds
	whiteScale float64
	fields     *template.Template
	bright     parser

	numbers [5]float64 // reused
}

// fieldMark stands between the fields of a state. It is no space, which a rendering
// loses at its ends.
const fieldMark = 0x01

// lightFields renders what a light tells, one after another: one rendering for all.
const lightFields = "{% set c = value_json.color or {} %}" +
	"{{ value_json.state }}\x01{{ value_json.brightness }}\x01{{ value_json.color_mode }}\x01{{ value_json.color_temp }}\x01{{ value_json.effect }}\x01" +
	"{{ c.r }}\x01{{ c.g }}\x01{{ c.b }}\x01{{ c.w }}\x01{{ c.c }}\x01{{ c.h }}\x01{{ c.s }}\x01{{ c.x }}\x01{{ c.y }}"

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
		return o.message(l.topic, append(l.slowly([]byte(`{"state":"OFF"`)), '}')), nil
	}
	modes := s.texts("supported_color_modes")
	l.old = len(modes) == 0
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
			l.forms = append(l.forms, form)
		}
	}
	if len(l.forms) > 0 {
		l.by = func(c shade) string { return l.called(pick(l.forms, c)) }
		l.addsColor(e, echoes)
	}
	if l.whiteScale = s.numberOr("white_scale", 255); l.whiteScale < 1 {
		s.fail("white_scale is %v, want 1 at least", l.whiteScale)
	}
	if slices.Contains(modes, whiteMode) {
		l.addsWhite(e, echoes)
	}
	if l.old && len(l.forms) > 0 {
		modes = append(slices.DeleteFunc(modes, func(mode string) bool { return mode != warmthMode }), oldMode)
	}
	l.addsModes(e, modes)
	l.addsTransition(e)
	l.flashes = map[string]float64{flashShort: s.numberOr("flash_time_short", 2), flashLong: s.numberOr("flash_time_long", 10)}
	l.addsFlash(e)
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
	case "None":
		h.forget(l.on)
	}
	if l.brightness != nil {
		h.take(l.brightness, fields[fieldBrightness], l.bright)
	}
	if l.effect != nil && string(fields[fieldEffect]) == "None" {
		h.forget(l.effect)
	} else if l.effect != nil {
		h.take(l.effect, fields[fieldEffect], l.plays)
	}
	l.hearMode(h, &fields)
	return nil
}

// oldMode is the mode of a light that says nothing of modes while it shows a colour.
const oldMode = "hs"

// called is the mode of the light that is shown in a form.
func (l *objective) called(f *colourForm) string {
	if l.old {
		return oldMode
	}
	return f.name
}

// meant is the mode of the light that a word stands for. Some name a way to write colours
// that they do not take; they show a colour all the same.
func (l *objective) meant(word []byte) string {
	if string(word) == l.mode {
		return l.mode
	}
	for i := range colourForms {
		if f := &colourForms[i]; f.name == string(word) && len(l.forms) > 0 && !slices.Contains(l.forms, f) {
			return l.called(l.forms[0])
		}
	}
	return validText(word)
}

// take reports what parse finds in a field, and whether there is something.
func (h *hearing) take(p *part, text []byte, parse parser) bool {
	if isNothing(text) {
		return false
	}
	v, err := parse(text)
	if err != nil {
		h.fault(p, err)
		return false
	}
	h.report(p, v)
	return !v.IsZero()
}

// hearMode takes the colour or the colour temperature, of which a light may tell both:
// its mode says which counts, and where it has none, the colour does.
func (l *objective) hearMode(h *hearing, fields *[countOfFields][]byte) {
	mode := fields[fieldMode]
	if !isNothing(mode) {
		l.isIn(h, l.meant(mode))
	}
	if len(l.forms) > 0 && string(mode) != warmthMode && string(mode) != whiteMode {
		form, n, err := l.channelsOf(fields, mode)
		if err != nil {
			h.fault(l.color, err)
		}
		if form != nil {
			if !l.dims && form.light {
				full(n)
			}
			h.reportColour(&l.lamp, form, n)
			if isNothing(mode) {
				l.isIn(h, l.called(form))
			}
			return
		}
	}
	if l.temperature == nil || !isNothing(mode) && string(mode) != warmthMode {
		return
	}
	if h.take(l.temperature, fields[fieldWarmth], l.warmth) && isNothing(mode) {
		l.isIn(h, warmthMode)
	}
}

// channelsOf finds the colour, in the way that mode says or the first that is there.
func (l *objective) channelsOf(fields *[countOfFields][]byte, mode []byte) (*colourForm, []float64, error) {
	n := &l.numbers
	for i := range colourForms {
		form := &colourForms[len(colourForms)-1-i] // the one with the most channels of those that begin alike
		if !isNothing(mode) && string(mode) != form.name {
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
				return nil, nil, devices.ErrType
			}
		}
		if complete {
			return form, n[:len(form.names)], nil
		}
	}
	return nil, nil, nil
}

// slowly appends how long a change shall take, where that was said.
func (l *objective) slowly(out []byte) []byte {
	if seconds, said := l.takes(); said {
		out = devices.Number(seconds).AppendText(append(out, `,"transition":`...))
	}
	return out
}

// shine makes the message that turns the light on.
func (l *objective) shine(o *ordering, w wish) ([]convention.Message, error) {
	out := []byte(`{"state":"ON"`)
	if w.color != nil && len(l.forms) > 0 {
		out = l.paint(out, *w.color)
	}
	if w.flash != "" { // at once, whatever else takes its time
		out = wholly(append(out, `,"flash":`...), l.flashes[w.flash])
	} else {
		out = l.slowly(out)
	}
	if w.brightness > 0 {
		out = wholly(append(out, `,"brightness":`...), onScale(w.brightness, l.scale))
	}
	if w.kelvin > 0 {
		out = l.nativeWarmth(w.kelvin).AppendText(append(out, `,"color_temp":`...))
	}
	if w.white > 0 {
		out = wholly(append(out, `,"white":`...), onScale(w.white, l.whiteScale))
	}
	if w.effect != "" {
		out = appendJSON(append(out, `,"effect":`...), devices.Text(w.effect))
	}
	return o.message(l.topic, append(out, '}')), nil
}

// paint appends a colour.
func (l *objective) paint(out []byte, c shade) []byte {
	forms := l.forms
	if !l.old {
		forms = []*colourForm{pick(forms, c)}
	}
	out = append(out, `,"color":`...)
	mark := byte('{')
	for _, form := range forms {
		for i, n := range form.channels(c, l.whites) {
			out = append(append(append(out, mark, '"'), form.short[i]...), `":`...)
			out, mark = form.format(out, n), ','
		}
	}
	return append(out, '}')
}
