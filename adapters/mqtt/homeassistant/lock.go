package homeassistant

import (
	"regexp"

	"thingbridge/devices"
)

// lock locks a door.
func lock(s *spec, e *entity) {
	s.need("command_topic")
	words := vocabulary{
		{s.textOr("state_locked", "LOCKED"), "locked"}, {s.textOr("state_locking", "LOCKING"), "locking"},
		{s.textOr("state_unlocked", "UNLOCKED"), "unlocked"}, {s.textOr("state_unlocking", "UNLOCKING"), "unlocking"},
		{s.textOr("state_jammed", "JAMMED"), "jammed"}, {s.textOr("state_open", "OPEN"), stateOpen}, {s.textOr("state_opening", "OPENING"), stateOpening},
	}
	reset := s.textOr("payload_reset", "None")
	state := e.add(devices.Property{Name: "state", Type: devices.TypeEnum})
	for _, w := range words {
		state.property.Options = append(state.property.Options, w.option)
	}
	can := orders{{"lock", s.textOr("payload_lock", "LOCK"), "locked"}, {"unlock", s.textOr("payload_unlock", "UNLOCK"), "unlocked"}}
	if payload, ok := s.word("payload_open", ""); ok {
		can = append(can, directive{"open", payload, stateOpen})
	}
	command := e.command(s.topic("command_topic"), s.template("command_template"), can)
	report := func(h *hearing, v devices.Value) {
		h.hold(state, v)
		h.confirm(command, can, v)
	}
	view, parse := s.template("value_template"), unless(reset, words.parse())
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || len(text) == 0 {
			return err
		}
		v, err := parse(text)
		if err == nil {
			report(h, v)
		}
		return err
	})
	if command == nil {
		return
	}
	if form := s.text("code_format"); form != "" && !allowsNoCode(s, form) {
		command.lock("it wants a code with each command, which can only be given at the lock itself")
		return
	}
	command.echoes = s.optimistic("state_topic")
	command.echo = func(h *hearing, v devices.Value) {
		switch option, _ := v.Text(); option {
		case "lock":
			report(h, devices.Text("locked"))
		default: // to open it is to unlock it
			report(h, devices.Text("unlocked"))
		}
	}
	state.initial = devices.Value{}
	if command.echoes {
		state.initial = devices.Text("unlocked")
	}
}

// allowsNoCode reports whether the form that codes have lets them be empty.
func allowsNoCode(s *spec, form string) bool {
	pattern, err := regexp.Compile(`^(?:` + form + `)$`)
	if err != nil {
		s.fail("code_format: %w", err)
		return false
	}
	return pattern.MatchString("")
}

// lock takes from p that it can be set, and says why.
func (p *part) lock(why string) {
	p.property.Writable, p.order, p.locked, p.echoes = false, nil, why, false
}
