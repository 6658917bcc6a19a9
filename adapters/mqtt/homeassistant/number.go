package homeassistant

import "thingbridge/devices"

// number is a number that can be set.
func number(s *spec, e *entity) {
	s.need("command_topic")
	const smallest = 0.001 // of steps, as in Home Assistant
	low, high := s.numberOr("min", 1), s.numberOr("max", 100)
	step, stepped := s.number("step") // without one, Home Assistant shows whole numbers, but sends any
	if low > high {
		s.fail("min is %v, which is more than max, %v", low, high)
	}
	if stepped && step < smallest {
		s.fail("step is %v, want %v at least", step, smallest)
	}
	switch mode := s.textOr("mode", "auto"); mode {
	case "auto", "box", "slider":
	default:
		s.fail("mode is %q, want auto, box or slider", shorten(mode))
	}
	p := e.add(devices.Property{Type: devices.TypeNumber, Min: low, Max: high, Step: step})
	reset := s.textOr("payload_reset", "None")
	e.reads(s, "state_topic", "value_template", p, func(text []byte) (devices.Value, error) {
		if string(text) == reset {
			return devices.Value{}, nil
		}
		return p.number(text)
	})
	e.writes(s, "command_topic", "command_template", p, plainly)
	p.echoes = s.optimistic("state_topic")
}
