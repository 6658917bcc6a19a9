package homeassistant

import "thingbridge/devices"

// switchable is what can be on or off.
func switchable(s *spec, e *entity) {
	s.need("command_topic")
	on, off := s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")
	p := e.add(devices.Property{Name: standardOfSwitch(e), Type: devices.TypeBoolean})
	e.reads(s, "state_topic", "value_template", p, p.boolean(s.textOr("state_on", on), s.textOr("state_off", off)))
	e.writes(s, "command_topic", "command_template", p, p.words(on, off))
	p.echoes = s.optimistic("state_topic")
}

// standardOfSwitch is "on" for a switch that turns its device on and off, rather than
// something about it.
func standardOfSwitch(e *entity) string {
	switch slug(e.name) {
	case "", "on", "on_off", "outlet", "plug", "power", "relay", "socket", "state", "switch":
		return "on"
	}
	return ""
}
