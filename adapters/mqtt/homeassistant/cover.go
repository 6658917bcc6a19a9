package homeassistant

import (
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// The states of what opens and closes.
const (
	stateOpen    = "open"
	stateClosed  = "closed"
	stateOpening = "opening"
	stateClosing = "closing"
)

var openStates = []string{stateOpen, stateOpening, stateClosed, stateClosing}

// shutter is a cover: a blind, an awning, a garage door.
type shutter struct {
	state, command, position, tilt, slats *part // nil: it has none; slats is what the tilt can be told

	can     orders
	stopped string // the word that says that it stands where it is
	words   vocabulary
	reach   span // of the position
	lean    span // of the tilt

	parse, place parser // of the state and of the position
}

// cover opens and closes, all or part of the way.
func cover(s *spec, e *entity) {
	c := &shutter{
		reach:   readSpan(s, "position_closed", "position_open", 0, 100),
		lean:    readSpan(s, "tilt_min", "tilt_max", 0, 100),
		stopped: s.textOr("state_stopped", "stopped"),
	}
	if s.text("set_position_topic") != "" && s.text("position_topic") == "" {
		s.fail("set_position_topic and position_topic go together")
	}
	c.words = movements(s)
	told := s.text("state_topic") != "" || s.text("position_topic") != ""
	assumed := s.flag("optimistic", false) || !told
	commands := s.text("command_topic")
	if told || assumed && (commands != "" || s.text("set_position_topic") != "") {
		c.state = e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: openStates})
	}
	c.commands(s, e, assumed)
	c.positions(s, e, assumed)
	c.tilts(s, e)
	if len(e.parts) == 0 {
		s.fail("a cover needs command_topic, state_topic, position_topic, set_position_topic or tilt_command_topic")
		return
	}
	if c.state == nil {
		return
	}
	c.parse = c.words.parse()
	view := s.template("value_template")
	e.listen(s.topic("state_topic"), func(h *hearing) error { return c.hear(h, view) })
}

// movements are the words for the states of what opens and closes.
func movements(s *spec) vocabulary {
	return vocabulary{
		{s.textOr("state_opening", stateOpening), stateOpening}, {s.textOr("state_closing", stateClosing), stateClosing},
		{s.textOr("state_open", stateOpen), stateOpen}, {s.textOr("state_closed", stateClosed), stateClosed},
	}
}

// hear takes a state.
func (c *shutter) hear(h *hearing, view *template.Template) error {
	text, err := h.render(view)
	if err != nil || len(text) == 0 {
		return err
	}
	if string(text) == c.stopped {
		c.report(h, c.rest())
		return nil
	}
	v, err := c.parse(text)
	if err != nil {
		return err
	}
	c.report(h, v)
	return nil
}

// rest is the state of a cover that stands: by its position where it has one, else by
// where it was going.
func (c *shutter) rest() devices.Value {
	if c.position != nil {
		if n, ok := c.position.last.Number(); ok && n > 0 {
			return devices.Text(stateOpen)
		}
		return devices.Text(stateClosed)
	}
	if was, _ := c.state.last.Text(); was == stateClosed || was == stateClosing {
		return devices.Text(stateClosed)
	}
	return devices.Text(stateOpen)
}

func (c *shutter) report(h *hearing, state devices.Value) {
	h.hold(c.state, state)
	h.confirm(c.command, c.can, state)
}

// commands adds what it can be told.
func (c *shutter) commands(s *spec, e *entity, assumed bool) {
	c.can = openings(s, "STOP")
	c.command = e.command(s.topic("command_topic"), nil, c.can)
	if c.command == nil || !assumed {
		return
	}
	c.command.echoes = true
	c.command.echo = func(h *hearing, v devices.Value) {
		option, _ := v.Text()
		for _, one := range c.can {
			if one.option != option || one.shows == "" {
				continue
			}
			c.report(h, devices.Text(one.shows))
			if c.position != nil {
				h.report(c.position, devices.Number(map[string]float64{stateOpen: 100}[one.shows]))
			}
		}
	}
}

// openings are the orders of what opens and closes. A null says that there is no such.
func openings(s *spec, stop string) orders {
	var all orders
	for _, one := range []struct{ option, key, payload, shows string }{
		{"open", "payload_open", "OPEN", stateOpen}, {"close", "payload_close", "CLOSE", stateClosed}, {"stop", "payload_stop", stop, ""},
	} {
		if payload, ok := s.word(one.key, one.payload); ok {
			all = append(all, directive{one.option, payload, one.shows})
		}
	}
	return all
}

// positions adds how far it is open.
func (c *shutter) positions(s *spec, e *entity, assumed bool) {
	if s.text("position_topic") == "" && s.text("set_position_topic") == "" {
		return
	}
	c.position = e.add(share("position"))
	c.place = c.reach.position(c.position)
	states := s.text("state_topic") == ""
	tilts := s.text("tilt_command_topic") != "" && s.text("tilt_status_topic") == ""
	view := s.template("position_template")
	inner, tilted := s.compile("{{ value_json.position }}"), s.compile("{{ value_json.tilt_position }}")
	e.listen(s.topic("position_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err == nil && isObject(text) {
			h.open(text)
			if tilts {
				lean, leanErr := h.field(tilted)
				c.leans(h, lean, leanErr)
			}
			text, err = h.field(inner)
		}
		if err == nil && len(text) > 0 {
			err = c.stands(h, text, states)
		}
		if err != nil {
			h.fault(c.position, err)
		}
		return nil
	})
	e.writesPosition(s.topic("set_position_topic"), s.template("set_position_template"), c.position, c.reach, "position", c.ends()...)
	if !assumed && s.text("position_topic") != "" || c.position.order == nil {
		return
	}
	c.position.echoes = true
	c.position.echo = func(h *hearing, v devices.Value) {
		h.report(c.position, v)
		if n, ok := v.Number(); ok && c.state != nil {
			c.report(h, byPosition(n))
		}
	}
}

// stands takes a position, which is the state too where no topic tells it.
func (c *shutter) stands(h *hearing, text []byte, states bool) error {
	v, err := c.place(text)
	if err != nil {
		return err
	}
	h.hold(c.position, v)
	if n, ok := v.Number(); ok && states {
		c.report(h, byPosition(n))
	}
	return nil
}

func byPosition(percent float64) devices.Value {
	if percent > 0 {
		return devices.Text(stateOpen)
	}
	return devices.Text(stateClosed)
}

// ends are the ends of the scales, which templates may ask for.
func (c *shutter) ends() []variable {
	return []variable{
		{"position_open", devices.Number(c.reach.full)}, {"position_closed", devices.Number(c.reach.none)},
		{"tilt_min", devices.Number(c.lean.none)}, {"tilt_max", devices.Number(c.lean.full)},
	}
}
