package homeassistant

// waterHeater is a boiler for water.
func waterHeater(s *spec, e *entity) {
	const coldest, hottest = 43.33, 60 // °C: 110 and 140 °F, as in Home Assistant
	t := readThermometry(s, coldest, hottest)
	c := controls{s: s, e: e}
	if s.text("current_temperature_topic") != "" {
		p := e.add(t.measured())
		e.reads(s, "current_temperature_topic", s.first("current_temperature_template", "value_template"), p, t.parse(p))
	}
	start := t.min
	if n, ok := s.number("initial"); ok {
		start = t.celsius(n)
	}
	c.setpoint("temperature", "target", t, start)
	mode := c.modes("mode", "mode", optionsOr(s, "modes", "off", "eco", "electric", "gas", "heat_pump", "high_demand", "performance"), "off")
	c.power(mode, false)
	if len(e.parts) == 0 {
		s.fail("a water_heater needs a topic of at least one of temperature and mode")
	}
}
