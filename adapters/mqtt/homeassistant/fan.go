package homeassistant

import (
	"fmt"
	"math"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// fan blows.
func fan(s *spec, e *entity) {
	s.need("command_topic")
	power(s, e)
	speed(s, e)
	if modes := s.options("preset_modes"); len(modes) > 0 {
		s.need("preset_mode_command_topic")
		p := e.add(devices.Property{Name: "preset", Type: devices.TypeEnum, Options: modes})
		reset := s.textOr("payload_reset_preset_mode", "None")
		e.reads(s, "preset_mode_state_topic", "preset_mode_value_template", p, unless(reset, p.option))
		e.writes(s, "preset_mode_command_topic", "preset_mode_command_template", p, plainly)
		p.echoes = s.optimistic("preset_mode_state_topic")
	} else if s.text("preset_mode_command_topic") != "" {
		s.fail("preset_mode_command_topic needs preset_modes")
	}
	if s.text("oscillation_command_topic") != "" {
		on, off := s.textOr("payload_oscillation_on", "oscillate_on"), s.textOr("payload_oscillation_off", "oscillate_off")
		p := e.add(devices.Property{Name: "oscillating", Type: devices.TypeBoolean})
		e.reads(s, "oscillation_state_topic", "oscillation_value_template", p, p.boolean(on, off))
		e.writes(s, "oscillation_command_topic", "oscillation_command_template", p, p.words(on, off))
		p.echoes = s.optimistic("oscillation_state_topic")
	}
	if s.text("direction_command_topic") != "" {
		p := e.add(devices.Property{Name: "direction", Type: devices.TypeEnum, Options: []string{"forward", "reverse"}})
		e.reads(s, "direction_state_topic", "direction_value_template", p, p.option)
		e.writes(s, "direction_command_topic", "direction_command_template", p, plainly)
		p.echoes = s.optimistic("direction_state_topic")
	}
}

// power adds whether e is on, for fans and humidifiers.
func power(s *spec, e *entity) {
	on, off := s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")
	p := e.add(devices.Property{Name: "on", Type: devices.TypeBoolean})
	e.reads(s, "state_topic", s.first("state_value_template", "value_template"), p, p.boolean(on, off))
	e.writes(s, "command_topic", "command_template", p, p.words(on, off))
	p.echoes = s.optimistic("state_topic")
}

// unless leaves out a text that takes a value back.
func unless(reset string, parse parser) parser {
	return func(text []byte) (devices.Value, error) {
		if string(text) == reset {
			return devices.Value{}, nil
		}
		return parse(text)
	}
}

// speed adds how fast e turns, in percent of its speeds.
func speed(s *spec, e *entity) {
	topic := s.topic("percentage_command_topic")
	low, high := s.numberOr("speed_range_min", 1), s.numberOr("speed_range_max", 100)
	if low < 1 || low >= high || low != math.Trunc(low) || high != math.Trunc(high) {
		s.fail("speed_range_min and speed_range_max are %v and %v, want whole numbers from 1, the first below the second", low, high)
	}
	if topic == "" {
		return
	}
	scale := span{low - 1, high} // the lowest speed is not standing still
	p := e.add(share("speed"))
	reset, place := s.textOr("payload_reset_percentage", "None"), scale.position(p)
	e.reads(s, "percentage_state_topic", "percentage_value_template", p, unless(reset, func(text []byte) (devices.Value, error) {
		v, err := p.number(text)
		if n, ok := v.Number(); ok && err == nil && (n < low-1 || n > high) {
			return devices.Value{}, fmt.Errorf("%w: the speed is %v, want %v to %v", devices.ErrRange, n, low-1, high)
		}
		if err != nil {
			return v, err
		}
		return place(text)
	}))
	view := s.template("percentage_command_template")
	p.property.Writable = true
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		n, _ := v.Number()
		const rounding = 1e-9
		payload, err := o.render(view, devices.Number(math.Ceil(scale.none+(scale.full-scale.none)*n/100-rounding)))
		if err != nil {
			return nil, err
		}
		return o.message(topic, payload), nil
	}
	p.echoes = s.optimistic("percentage_state_topic")
}
