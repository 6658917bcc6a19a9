package homeassistant

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// topical is a light with a topic for each thing: Home Assistant's default schema.
type topical struct {
	lamp
	command  string
	payloads [2]string // on, off
	firstOn  string    // on_command_type

	bright, warm, effects, white channel
	colours                      []colourChannel
	mode                         string // the colour mode it says; where it does not: ""
	says                         bool   // its colour mode
	scale, whiteScale            float64

	numbers [5]float64 // reused
}

// channel is a topic to which a thing is published.
type channel struct {
	topic string
	view  *template.Template
}

// colourChannel is a channel for colours, and how they are written there.
type colourChannel struct {
	channel
	*colourForm
	heard colour // the last that it told; meaningful when has
	has   bool
}

// colourForm is a way to write colours.
type colourForm struct {
	name   string
	names  []string // of what templates know
	short  []string // the same in JSON
	fields []int    // the same in lightFields
	light  bool     // the channels hold the brightness too
	split  func(c colour) []float64
	unite  func(n []float64) colour
	format func(out []byte, n float64) []byte
}

// colourForms are all ways, the one that is taken for commands first.
var colourForms = []colourForm{
	{"rgb", []string{"red", "green", "blue"}, []string{"r", "g", "b"}, []int{fieldRed, fieldGreen, fieldBlue}, true, func(c colour) []float64 { return c[:] },
		func(n []float64) colour { return colour(n) }, wholly},
	{"rgbw", []string{"red", "green", "blue", "white"}, []string{"r", "g", "b", "w"}, []int{fieldRed, fieldGreen, fieldBlue, fieldWhite}, true,
		func(c colour) []float64 { rest, white := c.whitened(); return append(rest[:], white) },
		func(n []float64) colour { return colour(n[:3]).withWhite(n[3]) }, wholly},
	{"rgbww", []string{"red", "green", "blue", "cold_white", "warm_white"}, []string{"r", "g", "b", "c", "w"}, []int{fieldRed, fieldGreen, fieldBlue, fieldCold, fieldWhite}, true,
		func(c colour) []float64 { rest, white := c.whitened(); return append(rest[:], white, white) },
		func(n []float64) colour { return colour(n[:3]).withWhite(max(n[3], n[4])) }, wholly},
	{"hs", []string{"hue", "sat"}, []string{"h", "s"}, []int{fieldHue, fieldSaturation}, false, func(c colour) []float64 { h, s := c.hue(); return []float64{h, s} },
		func(n []float64) colour { return fromHue(n[0], n[1], 255) }, decimally},
	{"xy", []string{"x", "y"}, []string{"x", "y"}, []int{fieldX, fieldY}, false, func(c colour) []float64 { x, y := c.xy(); return []float64{x, y} },
		func(n []float64) colour { return fromXY(n[0], n[1]) }, decimally},
}

func wholly(out []byte, n float64) []byte { return strconv.AppendFloat(out, n, 'f', 0, 64) }

// decimally writes n with a decimal, as Python does.
func decimally(out []byte, n float64) []byte {
	at := len(out)
	out = strconv.AppendFloat(out, n, 'f', -1, 64)
	if bytes.IndexByte(out[at:], '.') < 0 {
		out = append(out, ".0"...)
	}
	return out
}

// lightByTopics makes a light of the default schema.
func lightByTopics(s *spec, e *entity) {
	l := &topical{command: s.topic("command_topic"), firstOn: s.textOr("on_command_type", "last")}
	l.payloads = [2]string{s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")}
	switch l.firstOn {
	case "first", "last", "brightness":
	default:
		s.fail("on_command_type is %q, want first, last or brightness", shorten(l.firstOn))
	}
	l.scale, l.whiteScale = s.numberOr("brightness_scale", 255), s.numberOr("white_scale", 255)
	if l.scale < 1 || l.whiteScale < 1 {
		s.fail("brightness_scale and white_scale are %v and %v, want 1 at least", l.scale, l.whiteScale)
	}
	l.turn, l.off = l.shine, func(o *ordering) ([]convention.Message, error) {
		return o.message(l.command, []byte(l.payloads[1])), nil
	}
	l.adds(s, e)
	e.reads(s, "state_topic", s.first("state_value_template", "value_template"), l.on, unless("None", l.on.boolean(l.payloads[0], l.payloads[1])))
	own := func(key string) channel {
		return channel{s.topic(key + "_command_topic"), s.template(key + "_command_template")}
	}
	l.bright, l.warm, l.effects, l.white = own("brightness"), own("color_temp"), own("effect"), own("white")
	l.says = s.text("color_mode_state_topic") != ""
	dims := l.bright.topic != ""
	for i := range colourForms {
		form := &colourForms[i]
		if s.text(form.name+"_command_topic") == "" {
			continue
		}
		l.colours = append(l.colours, colourChannel{channel: own(form.name), colourForm: form})
		dims = dims || form.light
	}
	if dims {
		l.addsBrightness(e, s.optimistic("brightness_state_topic") && (l.bright.topic != "" || !l.tellsColour(s)))
		view, shines := s.template("brightness_value_template"), l.shines(l.scale)
		e.listen(s.topic("brightness_state_topic"), func(h *hearing) error {
			text, err := h.render(view)
			if err != nil {
				h.fault(l.brightness, err)
				return nil
			}
			h.take(l.brightness, text, shines)
			return nil
		})
	}
	if l.warm.topic != "" {
		l.addsTemperature(s, e, s.optimistic("color_temp_state_topic"))
		e.reads(s, "color_temp_state_topic", "color_temp_value_template", l.temperature, l.warmth)
	}
	l.addColour(s, e)
	if l.effects.topic != "" {
		l.addsEffect(s, e, s.optimistic("effect_state_topic"))
		e.reads(s, "effect_state_topic", "effect_value_template", l.effect, l.plays)
	}
	if l.white.topic != "" {
		p := e.add(share("white"))
		l.settable(p, true, func(o *ordering, v devices.Value) ([]convention.Message, error) {
			n, _ := v.Number()
			return l.shine(o, wish{white: bright(n)})
		})
		turned := p.echo
		p.echo = func(h *hearing, v devices.Value) { // it is as bright as its white
			turned(h, v)
			if l.brightness != nil && l.brightness.echoes && v != devices.Number(0) {
				h.report(l.brightness, v)
			}
		}
	}
	l.on.echo = l.wasTurned
}

// tellsColour reports whether a topic tells the colour.
func (l *topical) tellsColour(s *spec) bool {
	for i := range l.colours {
		if s.text(l.colours[i].name+"_state_topic") != "" {
			return !s.flag("optimistic", false)
		}
	}
	return false
}

// addColour adds the colour, which may be told in several ways.
func (l *topical) addColour(s *spec, e *entity) {
	if len(l.colours) == 0 {
		return
	}
	l.addsColor(e, !l.tellsColour(s))
	for i := range l.colours {
		c := &l.colours[i]
		view := s.template(c.name + "_value_template")
		e.listen(s.topic(c.name+"_state_topic"), func(h *hearing) error {
			text, err := h.render(view)
			if err == nil && !isNothing(text) {
				err = l.hear(h, c, text)
			}
			if err != nil {
				h.fault(l.color, err)
			}
			return nil
		})
	}
	view := s.template("color_mode_value_template")
	e.listen(s.topic("color_mode_state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || isNothing(text) {
			return err
		}
		if string(text) != l.mode {
			l.mode = validText(text)
		}
		for i := range l.colours {
			if c := &l.colours[i]; c.name == l.mode && c.has {
				h.reportColour(&l.lamp, c.heard)
			}
		}
		return nil
	})
}

// hear takes a colour. It holds unless the light says that another way counts.
func (l *topical) hear(h *hearing, c *colourChannel, text []byte) error {
	n := l.numbers[:len(c.names)]
	if err := numbers(text, n); err != nil {
		return err
	}
	heard := c.unite(n)
	if c.light && l.bright.topic == "" {
		top := heard.brightest()
		if top == 0 {
			return nil // it is dark, which says nothing of its colour
		}
		heard = heard.full()
		h.report(l.brightness, devices.Number(round(min(top/255, 1)*100, 1)))
	}
	c.heard, c.has = heard, true
	if !l.says || l.mode == c.name {
		h.reportColour(&l.lamp, heard)
	}
	return nil
}

// numbers reads numbers with commas between them into out.
func numbers(text []byte, out []float64) error {
	rest := bytes.Trim(text, "[]() ")
	for i := range out {
		one, more, found := bytes.Cut(rest, []byte{','})
		n, ok := parseDecimal(bytes.TrimSpace(one))
		if !ok || found != (i < len(out)-1) || math.Abs(n) > 1e6 {
			return fmt.Errorf("%w: got %q, want %d numbers with commas between them", devices.ErrType, shorten(validText(text)), len(out))
		}
		out[i], rest = n, more
	}
	return nil
}

// wasTurned reports that the light was turned on or off.
func (l *topical) wasTurned(h *hearing, v devices.Value) {
	h.report(l.on, v)
	if on, _ := v.Boolean(); on && l.firstOn == "brightness" && l.brightness != nil && l.brightness.echoes && l.brightness.last.IsZero() {
		h.report(l.brightness, devices.Number(100))
	}
}

// shine makes the messages that turn the light on.
func (l *topical) shine(o *ordering, w wish) ([]convention.Message, error) {
	p := &publisher{o: o}
	switch {
	case l.firstOn == "first":
		p.send(channel{topic: l.command}, devices.Text(l.payloads[0]))
	case l.firstOn == "brightness" && w.brightness == 0 && w.white == 0:
		w.brightness = l.level()
	}
	if len(l.colours) > 0 {
		l.paint(p, &l.colours[0], &w)
	}
	if w.brightness > 0 && l.bright.topic != "" {
		p.send(l.bright, devices.Number(onScale(w.brightness, l.scale)))
	}
	if w.kelvin > 0 && l.warm.topic != "" {
		p.send(l.warm, l.nativeWarmth(w.kelvin))
	}
	if w.effect != "" {
		p.send(l.effects, devices.Text(w.effect))
	}
	if w.white > 0 {
		p.send(l.white, devices.Number(onScale(w.white, l.whiteScale)))
	}
	if l.firstOn == "last" || len(p.messages) == 0 { // it has nothing else to be turned on with
		p.send(channel{topic: l.command}, devices.Text(l.payloads[0]))
	}
	return p.messages, p.err
}

// paint sends a colour; also for a brightness, where colours are all that carries it.
func (l *topical) paint(p *publisher, c *colourChannel, w *wish) {
	carries := c.light && l.bright.topic == ""
	var n []float64
	switch {
	case w.color != nil:
		n = c.split(*w.color)
	case w.brightness > 0 && carries:
		n = c.known(l)
	default:
		return
	}
	if carries {
		level := w.brightness
		if level == 0 {
			level = l.level()
		}
		for i := range n {
			n[i] = dimmed(n[i], level)
		}
	}
	var text []byte
	variables := make([]variable, len(n))
	for i := range n {
		if i > 0 {
			text = append(text, ',')
		}
		text = c.format(text, n[i])
		variables[i] = variable{c.names[i], devices.Number(n[i])}
	}
	p.send(c.channel, devices.Text(string(text)), variables...)
}

// known are the channels of the colour that the light has; all of them where that is not
// known.
func (c *colourChannel) known(l *topical) []float64 {
	if text, ok := l.color.last.Text(); ok {
		if known, ok := parseColour(text); ok {
			return c.split(known)
		}
	}
	n := make([]float64, len(c.names))
	for i := range n {
		n[i] = 255
	}
	return n
}

// publisher gathers messages.
type publisher struct {
	o        *ordering
	messages []convention.Message
	err      error
}

func (p *publisher) send(c channel, v devices.Value, variables ...variable) {
	payload, err := p.o.render(c.view, v, variables...)
	if err != nil {
		p.err = err
		return
	}
	p.messages = append(p.messages, p.o.message(c.topic, payload)...)
}
