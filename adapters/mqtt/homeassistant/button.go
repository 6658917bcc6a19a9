package homeassistant

import "thingbridge/devices"

// pressable makes the component of what can only be told to do one thing: an enum with
// that one option, which has no value.
func pressable(option, payloadKey, payload string) func(s *spec, e *entity) {
	return func(s *spec, e *entity) {
		s.need("command_topic")
		word := devices.Text(s.textOr(payloadKey, payload))
		p := e.add(devices.Property{Type: devices.TypeEnum, Options: []string{option}})
		e.writes(s, "command_topic", "command_template", p, func(devices.Value) devices.Value { return word })
	}
}

// notify takes messages for people.
func notify(s *spec, e *entity) {
	s.need("command_topic")
	p := e.add(devices.Property{Name: "message", Type: devices.TypeText})
	e.writes(s, "command_topic", "command_template", p, plainly)
}

// infrared sends codes or learns them; they are texts.
func infrared(s *spec, e *entity) {
	if s.text("command_topic") == "" && s.text("state_topic") == "" {
		s.fail("an infrared needs command_topic or state_topic")
	}
	if e.category == devices.Primary {
		e.category = devices.Setting
	}
	p := e.add(devices.Property{Type: devices.TypeText})
	e.reads(s, "state_topic", "value_template", p, p.text)
	e.writes(s, "command_topic", "command_template", p, plainly)
}
