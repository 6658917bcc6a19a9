package homeassistant

import "thingbridge/devices"

// selectable is one of several options. A list without any leaves a text.
func selectable(s *spec, e *entity) {
	s.need("command_topic")
	if !s.has("options") {
		s.fail("a select needs options")
	}
	p := e.add(devices.Property{Type: devices.TypeText})
	parse := p.text
	if options := s.options("options"); len(options) > 0 {
		p.property.Type, p.property.Options = devices.TypeEnum, options
		parse = p.option
	}
	e.reads(s, "state_topic", "value_template", p, parse)
	e.writes(s, "command_topic", "command_template", p, plainly)
	p.echoes = s.optimistic("state_topic")
}
