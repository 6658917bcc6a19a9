package homeassistant

import "thingbridge/devices"

// binarySensor says whether something is so. Where it says only that it is, off_delay
// tells when it is no more.
func binarySensor(s *spec, e *entity) {
	s.need("state_topic")
	p := e.add(devices.Property{Name: standardOf(e.class), Type: devices.TypeBoolean})
	p.expires(s)
	p.timer.back = seconds(s, "off_delay")
	e.reads(s, "state_topic", "value_template", p, p.boolean(s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")))
}
