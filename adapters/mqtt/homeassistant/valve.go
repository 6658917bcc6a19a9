package homeassistant

import (
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// tap is a valve.
type tap struct {
	state, command, position *part // nil: it has none

	can     orders
	words   vocabulary
	reach   span
	fields  [2]*template.Template // of what it says in JSON
	has     *template.Template
	reports bool // its position

	parse, place parser // of the state and of the position
}

// valve opens and closes, and may say how far.
func valve(s *spec, e *entity) {
	v := &tap{
		reach:   readSpan(s, "position_closed", "position_open", 0, 100),
		reports: s.flag("reports_position", false),
		fields:  [2]*template.Template{s.compile("{{ value_json.position }}"), s.compile("{{ value_json.state }}")},
		has:     s.compile("{{ 'state' in value_json }}"),
		words:   movements(s),
	}
	if v.reports {
		for _, key := range []string{"payload_open", "payload_close", "state_open", "state_closed"} {
			if s.has(key) {
				s.fail("a valve that reports its position has no %s", key)
			}
		}
	}
	if s.text("command_topic") == "" && s.text("state_topic") == "" {
		s.fail("a valve needs command_topic or state_topic")
		return
	}
	v.state = e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: openStates})
	v.parse = v.words.parse()
	view := s.template("value_template")
	e.listen(s.topic("state_topic"), func(h *hearing) error { return v.hear(h, view) })
	assumed := s.optimistic("state_topic")
	command, topic := s.template("command_template"), s.topic("command_topic")
	if v.reports {
		v.position = e.add(share("position"))
		v.place = v.reach.position(v.position)
		e.writesPosition(topic, command, v.position, v.reach, "position",
			variable{"position_open", devices.Number(v.reach.full)}, variable{"position_closed", devices.Number(v.reach.none)})
		v.position.echoes = v.position.order != nil && assumed
		v.position.echo = func(h *hearing, to devices.Value) {
			n, _ := to.Number()
			h.report(v.position, to)
			v.report(h, byPosition(n))
		}
	}
	v.commands(s, e, topic, command, assumed)
}

// commands adds what it can be told. One with a position opens by it.
func (v *tap) commands(s *spec, e *entity, topic string, view *template.Template, assumed bool) {
	for _, one := range openings(s, "") {
		if v.reports && one.option != "stop" {
			continue
		}
		v.can = append(v.can, one)
	}
	v.command = e.command(topic, view, v.can)
	if v.command == nil {
		return
	}
	v.command.echoes = assumed && !v.reports
	v.command.echo = func(h *hearing, to devices.Value) {
		option, _ := to.Text()
		for _, one := range v.can {
			if one.option == option && one.shows != "" {
				v.report(h, devices.Text(one.shows))
			}
		}
	}
}

func (v *tap) report(h *hearing, state devices.Value) {
	h.hold(v.state, state)
	h.confirm(v.command, v.can, state)
}

// hear takes a state, a position or both in JSON.
func (v *tap) hear(h *hearing, view *template.Template) error {
	text, err := h.render(view)
	if err != nil || len(text) == 0 {
		return err
	}
	if !isObject(text) {
		if v.reports {
			return v.both(h, text, text, true)
		}
		return v.only(h, text)
	}
	h.open(text)
	if !v.reports {
		if text, err = h.field(v.fields[1]); err != nil || len(text) == 0 {
			return err
		}
		return v.only(h, text)
	}
	text, err = h.field(v.has)
	said := string(text) == "True"
	if err == nil {
		text, err = h.field(v.fields[1])
	}
	if err != nil {
		return err
	}
	state := v.movement(text)
	if text, err = h.field(v.fields[0]); err != nil {
		return err
	}
	return v.moved(h, text, state, said)
}

// only takes the state of a valve without a position.
func (v *tap) only(h *hearing, text []byte) error {
	state, err := v.parse(text)
	if err == nil {
		v.report(h, state)
	}
	return err
}

// movement is opening or closing, or nothing.
func (v *tap) movement(text []byte) devices.Value {
	for _, w := range v.words[:2] {
		if string(text) == w.said {
			return devices.Text(w.option)
		}
	}
	return devices.Value{}
}

// both takes a text that is a position or a movement.
func (v *tap) both(h *hearing, position, state []byte, said bool) error {
	if moving := v.movement(state); !moving.IsZero() {
		v.report(h, moving)
		return nil
	}
	return v.moved(h, position, devices.Value{}, said)
}

// moved takes a position, and the movement with it. Where nothing is said of a movement,
// the one before goes on until an end is reached.
func (v *tap) moved(h *hearing, text []byte, moving devices.Value, said bool) error {
	at, err := v.place(text)
	n, ok := at.Number()
	if err != nil || !ok {
		if !moving.IsZero() {
			v.report(h, moving)
		}
		return err
	}
	h.report(v.position, at)
	if moving.IsZero() && !said && n > 0 && n < 100 {
		if was := v.state.last; was == devices.Text(stateOpening) || was == devices.Text(stateClosing) {
			moving = was
		}
	}
	if moving.IsZero() {
		moving = byPosition(n)
	}
	v.report(h, moving)
	return nil
}
