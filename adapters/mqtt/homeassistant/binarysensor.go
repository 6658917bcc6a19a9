package homeassistant

import "thingbridge/devices"

// binarySensor says whether something is so. Where it says only that it is, off_delay
// tells when it is no more.
func binarySensor(s *spec, e *entity) {
	s.need("state_topic")
	p := e.add(devices.Property{Name: standardOfBinary(e), Type: devices.TypeBoolean})
	p.expires(s)
	p.timer.back = seconds(s, "off_delay")
	e.reads(s, "state_topic", "value_template", p, p.boolean(s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")))
}

// standardOfBinary is the standard name of what a binary sensor tells: what it watches
// for, where that is a thing of the house.
func standardOfBinary(e *entity) string {
	switch e.class {
	case "battery":
		return "battery_low"
	case "carbon_monoxide", "door", "garage_door", "gas", "moisture", "motion", "occupancy", "opening", "presence", "smoke",
		"sound", "tamper", "vibration", "window":
		return e.class
	}
	return ""
}
