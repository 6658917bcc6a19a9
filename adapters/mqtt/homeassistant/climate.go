package homeassistant

import (
	"slices"

	"thingbridge/devices"
)

// actions are what a climate can be doing.
var actions = []string{"off", "preheating", "heating", "cooling", "drying", "idle", "fan", "defrosting"}

// climate is a thermostat, an air conditioner, a heat pump.
func climate(s *spec, e *entity) {
	const coldest, hottest, usual = 7, 35, 21 // °C, as in Home Assistant
	t := readThermometry(s, coldest, hottest)
	c := controls{s: s, e: e}
	if s.text("current_temperature_topic") != "" {
		p := e.add(t.measured())
		e.reads(s, "current_temperature_topic", s.first("current_temperature_template", "value_template"), p, t.parse(p))
	}
	start := float64(usual)
	if n, ok := s.number("initial"); ok {
		start = t.celsius(n)
	}
	c.setpoint("temperature", "target", t, start)
	c.setpoint("temperature_low", "target_low", t, start)
	c.setpoint("temperature_high", "target_high", t, start)
	mode := c.modes("mode", "mode", optionsOr(s, "modes", "auto", "off", "cool", "heat", "dry", "fan_only"), "off")
	presets(s, e)
	c.humidity()
	if s.text("action_topic") != "" {
		p := e.add(devices.Property{Name: action, Type: devices.TypeEnum, Options: actions})
		e.reads(s, "action_topic", s.first("action_template", "value_template"), p, p.option)
	}
	c.modes("fan_mode", "fan_mode", optionsOr(s, "fan_modes", "auto", "low", "medium", "high"), "low")
	c.modes("swing_mode", "swing_mode", optionsOr(s, "swing_modes", "on", "off"), "off")
	c.modes("swing_horizontal_mode", "swing_horizontal_mode", optionsOr(s, "swing_horizontal_modes", "on", "off"), "off")
	c.auxiliary()
	c.power(mode, true)
	if len(e.parts) == 0 {
		s.fail("a climate needs a topic of at least one of temperature, mode, fan, preset, swing, humidity or action")
	}
}

// optionsOr are the options under key, or instead where it is absent.
func optionsOr(s *spec, key string, instead ...string) []string {
	if !s.has(key) {
		return instead
	}
	return s.options(key)
}

// controls adds the parts that climates and water heaters have in common.
type controls struct {
	s *spec
	e *entity
}

// setpoint adds the temperature whose keys begin with prefix, if there is one.
func (c *controls) setpoint(prefix, name string, t thermometry, start float64) {
	command, state := prefix+"_command_topic", prefix+"_state_topic"
	if c.s.text(command) == "" && c.s.text(state) == "" {
		return
	}
	p := c.e.add(t.setpoint(name))
	c.e.reads(c.s, state, c.s.first(prefix+"_state_template", "value_template"), p, t.parse(p))
	c.e.writesTemperature(c.s, command, prefix+"_command_template", p, t)
	p.echoes = p.order != nil && c.s.optimistic(state)
	p.starts(devices.Number(start))
}

// modes adds the enum whose keys begin with prefix, if there is one.
func (c *controls) modes(prefix, name string, options []string, start string) *part {
	command, state := prefix+"_command_topic", prefix+"_state_topic"
	if c.s.text(command) == "" && c.s.text(state) == "" || len(options) == 0 {
		return nil
	}
	p := c.e.add(devices.Property{Name: name, Type: devices.TypeEnum, Options: options})
	c.e.reads(c.s, state, c.s.first(prefix+"_state_template", "value_template"), p, p.option)
	c.e.writes(c.s, command, prefix+"_command_template", p, plainly)
	p.echoes = p.order != nil && c.s.optimistic(state)
	if slices.Contains(options, start) {
		p.starts(devices.Text(start))
	}
	return p
}

// presets adds the programs of e. To have none of them is one more option.
func presets(s *spec, e *entity) {
	const none = "none"
	modes := s.options("preset_modes")
	if (len(modes) > 0) != (s.text("preset_mode_command_topic") != "") {
		s.fail("preset_modes and preset_mode_command_topic go together")
		return
	}
	if len(modes) == 0 {
		return
	}
	if slices.Contains(modes, none) {
		s.fail("preset_modes must not have %q in them", none)
		return
	}
	p := e.add(devices.Property{Name: "preset", Type: devices.TypeEnum, Options: append([]string{none}, modes...)})
	e.reads(s, "preset_mode_state_topic", s.first("preset_mode_value_template", "value_template"), p, func(text []byte) (devices.Value, error) {
		if string(text) == "None" {
			return devices.Text(none), nil
		}
		return p.option(text)
	})
	e.writes(s, "preset_mode_command_topic", "preset_mode_command_template", p, plainly)
	p.echoes = s.optimistic("preset_mode_state_topic")
	p.starts(devices.Text(none))
}

// auxiliary adds the heat besides. Home Assistant has none any more, but devices still
// announce it.
func (c *controls) auxiliary() {
	s, e := c.s, c.e
	if s.text("aux_command_topic") == "" && s.text("aux_state_topic") == "" {
		return
	}
	p := e.add(devices.Property{Name: "aux_heat", Type: devices.TypeBoolean})
	on, off := s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")
	e.reads(s, "aux_state_topic", s.first("aux_state_template", "value_template"), p, p.boolean(on, off))
	e.writes(s, "aux_command_topic", "", p, p.words(on, off))
	p.echoes = p.order != nil && s.optimistic("aux_state_topic")
	p.starts(devices.Boolean(false))
}

// humidity adds how humid it is and how humid it shall be.
func (c *controls) humidity() {
	s, e := c.s, c.e
	if s.text("current_humidity_topic") != "" {
		p := e.add(devices.Property{Name: "humidity", Type: devices.TypeNumber, Unit: "%", Class: "humidity"})
		e.reads(s, "current_humidity_topic", s.first("current_humidity_template", "value_template"), p, p.number)
	}
	if s.text("target_humidity_command_topic") == "" {
		if s.text("target_humidity_state_topic") != "" {
			s.fail("target_humidity_state_topic needs target_humidity_command_topic")
		}
		return
	}
	const lowest, highest = 30, 99 // %, as in Home Assistant
	p := e.add(humiditySetpoint(s, lowest, highest))
	e.reads(s, "target_humidity_state_topic", s.first("target_humidity_state_template", "value_template"), p, p.number)
	e.writes(s, "target_humidity_command_topic", "target_humidity_command_template", p, plainly)
	p.echoes = s.optimistic("target_humidity_state_topic")
}

// humiditySetpoint is a humidity that can be set.
func humiditySetpoint(s *spec, lowest, highest float64) devices.Property {
	low, high := s.numberOr("min_humidity", lowest), s.numberOr("max_humidity", highest)
	if low >= high || high > 100 || low < 0 {
		s.fail("min_humidity and max_humidity are %v and %v, want a range of 0 to 100", low, high)
	}
	return devices.Property{Name: "target_humidity", Type: devices.TypeNumber, Unit: "%", Class: "humidity", Min: low, Max: high, Step: 1}
}

// power adds what turns e on and off apart from its mode. It is on when the mode says so.
func (c *controls) power(mode *part, offIsMode bool) {
	s, e := c.s, c.e
	if s.text("power_command_topic") == "" {
		return
	}
	p := e.add(devices.Property{Name: "on", Type: devices.TypeBoolean})
	e.writes(s, "power_command_topic", "power_command_template", p, p.words(s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")))
	if mode == nil {
		p.echoes = true
		return
	}
	mode.follow = func(h *hearing, v devices.Value) {
		h.report(p, devices.Boolean(v != devices.Text("off")))
	}
	p.echoes = mode.echoes && s.flag("optimistic", false)
	p.echo = func(h *hearing, v devices.Value) {
		h.report(p, v)
		if on, _ := v.Boolean(); !on && offIsMode && slices.Contains(mode.property.Options, "off") {
			h.report(mode, devices.Text("off"))
		}
	}
}
