package homeassistant

import "thingbridge/devices"

// humidifier makes air damp, or dry.
func humidifier(s *spec, e *entity) {
	s.need("command_topic", "target_humidity_command_topic")
	power(s, e)
	if s.text("current_humidity_topic") != "" {
		p := e.add(devices.Property{Name: "humidity", Type: devices.TypeNumber, Unit: "%", Class: "humidity"})
		e.reads(s, "current_humidity_topic", "current_humidity_template", p, p.number)
	}
	p := e.add(humiditySetpoint(s, 0, 100))
	e.reads(s, "target_humidity_state_topic", "target_humidity_state_template", p, unless(s.textOr("payload_reset_humidity", "None"), p.number))
	e.writes(s, "target_humidity_command_topic", "target_humidity_command_template", p, plainly)
	p.echoes = s.optimistic("target_humidity_state_topic")
	if modes := s.options("modes"); len(modes) > 0 {
		s.need("mode_command_topic")
		p := e.add(devices.Property{Name: "mode", Type: devices.TypeEnum, Options: modes})
		e.reads(s, "mode_state_topic", "mode_state_template", p, unless(s.textOr("payload_reset_mode", "None"), p.option))
		e.writes(s, "mode_command_topic", "mode_command_template", p, plainly)
		p.echoes = s.optimistic("mode_state_topic")
	} else if s.text("mode_command_topic") != "" {
		s.fail("mode_command_topic needs modes")
	}
	if s.text("action_topic") != "" {
		p := e.add(devices.Property{Name: action, Type: devices.TypeEnum, Options: []string{"off", "humidifying", "drying", "idle"}})
		e.reads(s, "action_topic", "action_template", p, p.option)
	}
}
