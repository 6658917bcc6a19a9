package homeassistant

import "thingbridge/devices"

// deviceTracker says where something is: the name of a place, or degrees where there is
// no name.
func deviceTracker(s *spec, e *entity) {
	home, away := s.textOr("payload_home", "home"), s.textOr("payload_not_home", "not_home")
	reset := s.textOr("payload_reset", "None")
	if s.text("state_topic") == "" && s.text("json_attributes_topic") == "" {
		s.fail("a device_tracker needs state_topic or json_attributes_topic")
	}
	if s.text("state_topic") == "" {
		trackDegrees(s, e, devices.Primary)
		return
	}
	p := e.add(devices.Property{Name: "location", Type: devices.TypeText})
	e.reads(s, "state_topic", "value_template", p, func(text []byte) (devices.Value, error) {
		switch string(text) {
		case home:
			return devices.Text("home"), nil
		case away:
			return devices.Text("not_home"), nil
		case reset:
			return devices.Value{}, nil
		}
		return p.text(text)
	})
	if s.text("json_attributes_topic") != "" && s.textOr("source_type", "gps") == "gps" { // others know no degrees
		trackDegrees(s, e, devices.Diagnostic)
	}
}

// trackDegrees reads where something is from the attributes of a tracker, of which each
// message has all.
func trackDegrees(s *spec, e *entity, category devices.Category) {
	view := s.template("json_attributes_template")
	for _, property := range []devices.Property{
		{Name: "latitude", Type: devices.TypeNumber, Unit: "°", Category: category},
		{Name: "longitude", Type: devices.TypeNumber, Unit: "°", Category: category},
		{Name: "gps_accuracy", Type: devices.TypeNumber, Unit: "m", Class: "distance", Category: devices.Diagnostic},
	} {
		p := e.add(property)
		read := s.compile("{{ value_json." + property.Name + " | default('') }}")
		e.listen(s.topic("json_attributes_topic"), func(h *hearing) error {
			text, err := h.renderTwice(view, read)
			if err != nil {
				return err
			}
			v, err := p.number(text)
			if err == nil {
				h.hold(p, v)
			}
			return err
		})
	}
}
