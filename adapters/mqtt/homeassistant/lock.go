package homeassistant

import (
	"regexp"
	"strings"

	"thingbridge/devices"
)

// lock locks a door. Some want a code for that.
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
	if form, needed := codeForm(s); needed || mentions("code", s.template("command_template")) {
		e.keypad(form, "").guard(command, func(string) bool { return needed })
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

// codeForm returns what codes begin with, nil where that is not known here, and whether
// one has to be given.
func codeForm(s *spec) (form *regexp.Regexp, needed bool) {
	const longest = 1000 // bytes
	text := s.text("code_format")
	if text == "" {
		return nil, false
	}
	form, err := regexp.Compile(`^(?:` + text + `)`)
	switch {
	case len(text) > longest:
		s.fail("code_format has %d bytes, want at most %d", len(text), longest)
	case err != nil && strings.Contains(text, "(?"):
		return nil, true // a form of Python's own is the lock's to check
	case err != nil:
		s.fail("code_format: %w", err)
	default:
		return form, !form.MatchString("")
	}
	return nil, false
}
