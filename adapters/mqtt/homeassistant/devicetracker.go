package homeassistant

import "thingbridge/devices"

// deviceTracker says where something is: the name of a place, or degrees where there is
// no name.
func deviceTracker(s *spec, e *entity) {
	home, away := s.textOr("payload_home", "home"), s.textOr("payload_not_home", "not_home")
	reset := s.textOr("payload_reset", "None")
	if s.text("state_topic") == "" {
		if s.text("json_attributes_topic") == "" {
			s.fail("a device_tracker needs state_topic or json_attributes_topic")
		}
		trackDegrees(s, e)
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
}

// trackDegrees reads the attributes of a tracker that has nothing else.
func trackDegrees(s *spec, e *entity) {
	view := s.template("json_attributes_template")
	for _, name := range []string{"latitude", "longitude"} {
		p := e.add(devices.Property{Name: name, Type: devices.TypeNumber, Unit: "°"})
		read := s.compile("{{ value_json." + name + " | default('') }}")
		e.listen(s.topic("json_attributes_topic"), func(h *hearing) error {
			text, err := h.renderTwice(view, read)
			if err != nil {
				return err
			}
			if len(text) == 0 {
				return nil
			}
			v, err := p.number(text)
			if err == nil {
				h.hold(p, v)
			}
			return err
		})
	}
}
