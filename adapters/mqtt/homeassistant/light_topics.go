package homeassistant

import (
	"bytes"
	"fmt"
	"math"
	"slices"

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

	bright, warm, effects, plain channel
	colours                      []colourChannel
	scale, whiteScale            float64
	told                         devices.Value // the colour temperature that it told last

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
	tells string    // the topic on which it is told
	heard []float64 // the channels that it told last; nil: none
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
	l.bright, l.warm, l.effects, l.plain = own("brightness"), own("color_temp"), own("effect"), own("white")
	l.says = !s.optimistic("color_mode_state_topic")
	dims := l.bright.topic != ""
	for i := range colourForms {
		form := &colourForms[i]
		if s.text(form.name+"_command_topic") == "" {
			continue
		}
		l.colours = append(l.colours, colourChannel{channel: own(form.name), colourForm: form, tells: s.topic(form.name + "_state_topic")})
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
	}
	l.addMode(s, e)
	if l.warm.topic != "" {
		l.hearWarmth(s, e)
	}
	l.addColour(s, e)
	if l.effects.topic != "" {
		l.addsEffect(s, e, s.optimistic("effect_state_topic"))
		e.reads(s, "effect_state_topic", "effect_value_template", l.effect, l.plays)
	}
	if l.plain.topic != "" {
		l.addsWhite(e, true)
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

// addMode adds the colour mode, of which a light may tell itself. It is heard before the
// colours that stand in the same message.
func (l *topical) addMode(s *spec, e *entity) {
	var modes []string
	if l.warm.topic != "" {
		modes = append(modes, warmthMode)
	}
	if l.plain.topic != "" {
		modes = append(modes, whiteMode)
	}
	for i := range l.colours {
		modes = append(modes, l.colours[i].name)
	}
	if l.vague = l.vaguely(s); !l.vague {
		l.addsModes(e, modes)
	}
	view, topic := s.template("color_mode_value_template"), s.topic("color_mode_state_topic")
	tellsWarmth := s.text("color_temp_state_topic") == topic
	e.listen(topic, func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || isNothing(text) {
			return err
		}
		mode := l.mode
		if string(text) != mode {
			mode = validText(text)
		}
		l.isIn(h, mode)
		if mode == warmthMode && l.temperature != nil && !tellsWarmth {
			h.report(l.temperature, l.told)
		}
		for i := range l.colours {
			if c := &l.colours[i]; c.name == l.mode && c.heard != nil && c.tells != topic {
				h.reportColour(&l.lamp, c.colourForm, c.heard)
			}
		}
		return nil
	})
}

// vaguely reports whether one message tells both a colour and a colour temperature, and
// nothing says which of them counts.
func (l *topical) vaguely(s *spec) bool {
	topic := s.topic("color_temp_state_topic")
	return topic != "" && s.text("color_mode_state_topic") == "" &&
		slices.ContainsFunc(l.colours, func(c colourChannel) bool { return c.tells == topic })
}

// hearWarmth takes the colour temperature. It holds unless the light says that it shines
// in another way.
func (l *topical) hearWarmth(s *spec, e *entity) {
	view := s.template("color_temp_value_template")
	e.listen(s.topic("color_temp_state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err == nil && !isNothing(text) {
			l.told, err = l.warmth(text)
		}
		switch {
		case err != nil:
			h.fault(l.temperature, err)
		case isNothing(text):
		default:
			l.isSet(h, warmthMode)
			if !l.says || l.mode == "" || l.mode == warmthMode {
				h.report(l.temperature, l.told)
			}
		}
		return nil
	})
}

// addColour adds the colour, which may be told in several ways.
func (l *topical) addColour(s *spec, e *entity) {
	if len(l.colours) == 0 {
		return
	}
	l.by = func(c shade) string { return l.pick(c).name }
	l.addsColor(e, !l.tellsColour(s))
	for i := range l.colours {
		c := &l.colours[i]
		view := s.template(c.name + "_value_template")
		e.listen(c.tells, func(h *hearing) error {
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
}

// pick is the way in which a colour is sent.
func (l *topical) pick(c shade) *colourChannel {
	for i := range l.colours {
		if c.apart > 0 && l.colours[i].whites == c.apart {
			return &l.colours[i]
		}
	}
	return &l.colours[0]
}

// hear takes a colour. It holds unless the light says that another way counts.
func (l *topical) hear(h *hearing, c *colourChannel, text []byte) error {
	n := l.numbers[:len(c.names)]
	if err := numbers(text, n); err != nil {
		return err
	}
	if c.light && l.bright.topic == "" {
		top := slices.Max(n)
		if top <= 0 {
			return nil // it is dark, which says nothing of its colour
		}
		full(n)
		h.report(l.brightness, l.shone(top))
	}
	c.heard = append(c.heard[:0], n...)
	l.isSet(h, c.name)
	if !l.says || l.mode == c.name {
		h.reportColour(&l.lamp, c.colourForm, n)
	}
	return nil
}

// shone is a brightness of 1 to 255 in percent: what was asked, where the light says no
// more than that it was told.
func (l *lamp) shone(n float64) devices.Value {
	if asked, ok := l.brightness.asked.Number(); ok && asked > 0 && bright(asked) == n {
		return l.brightness.asked
	}
	return devices.Number(round(min(n/255, 1)*100, 1))
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
		l.paint(p, &w)
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
		p.send(l.plain, devices.Number(onScale(w.white, l.whiteScale)))
	}
	if l.firstOn == "last" || len(p.messages) == 0 { // it has nothing else to be turned on with
		p.send(channel{topic: l.command}, devices.Text(l.payloads[0]))
	}
	return p.messages, p.err
}

// paint sends a colour; also for a brightness, where colours are all that carries it.
func (l *topical) paint(p *publisher, w *wish) {
	shown, known := l.shows()
	if w.color != nil {
		shown = *w.color
	}
	c := l.pick(shown)
	carries := c.light && l.bright.topic == ""
	if w.color == nil && (w.brightness == 0 || !carries) {
		return
	}
	n := c.channels(shown, l.whites)
	if w.color == nil && !known {
		for i := range n {
			n[i] = 255
		}
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

// shows is the colour that the light is known to have.
func (l *topical) shows() (shade, bool) {
	text, _ := l.color.last.Text()
	return parseShade(text)
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
