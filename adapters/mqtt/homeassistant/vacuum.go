package homeassistant

import (
	"slices"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// vacuumOrders are what a vacuum cleaner can be told. The feature is what it is called in
// supported_features.
var vacuumOrders = []struct{ option, key, shows, feature string }{
	{"start", "payload_start", "cleaning", "start"},
	{"pause", "payload_pause", "paused", "pause"},
	{"stop", "payload_stop", "idle", "stop"},
	{"return_to_base", "payload_return_to_base", "docked", "return_home"},
	{"clean_spot", "payload_clean_spot", "", "clean_spot"},
	{"locate", "payload_locate", "", "locate"},
}

// vacuum cleans floors. It tells all about itself in one JSON object.
func vacuum(s *spec, e *entity) {
	state := e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: []string{"cleaning", "docked", "paused", "idle", "returning", "error"}})
	features := []string{"start", "stop", "return_home", "clean_spot"}
	if s.has("supported_features") {
		features = s.texts("supported_features")
	}
	var can orders
	for _, one := range vacuumOrders {
		if slices.Contains(features, one.feature) {
			can = append(can, directive{one.option, s.textOr(one.key, one.option), one.shows})
		}
	}
	command := e.command(s.topic("command_topic"), nil, can)
	var speed, battery *part
	if speeds := s.options("fan_speed_list"); len(speeds) > 0 && s.text("set_fan_speed_topic") != "" && slices.Contains(features, "fan_speed") {
		speed = e.add(devices.Property{Name: "fan_speed", Type: devices.TypeEnum, Options: speeds})
		e.writes(s, "set_fan_speed_topic", "", speed, plainly)
	}
	level := s.topic("battery_level_topic") // of vacuum cleaners of the older kind
	if s.text("state_topic") != "" || level != "" {
		battery = e.add(devices.Property{Name: "battery", Type: devices.TypeNumber, Unit: "%", Class: "battery", Max: 100, Category: devices.Diagnostic})
	}
	if s.text("send_command_topic") != "" && slices.Contains(features, "send_command") {
		p := e.add(devices.Property{Name: "send_command", Type: devices.TypeText})
		e.writes(s, "send_command_topic", "", p, plainly)
	}
	view := s.template("value_template")
	ofState, ofSpeed, ofBattery := s.compile("{{ value_json.state }}"), s.compile("{{ value_json.fan_speed }}"), s.compile("{{ value_json.battery_level }}")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || len(text) == 0 {
			return err
		}
		if !isObject(text) { // a plain word is what the template made of it
			return h.activity(state, command, can, text)
		}
		h.open(text)
		h.fieldOf(battery, ofBattery, battery.number)
		if speed != nil {
			h.fieldOf(speed, ofSpeed, speed.option)
		}
		if text, err = h.field(ofState); err != nil {
			return err
		}
		return h.activity(state, command, can, text)
	})
	if level != "" {
		e.reads(s, "battery_level_topic", "battery_level_template", battery, battery.number)
	}
	if len(e.listeners) == 0 && command == nil {
		s.fail("a vacuum needs state_topic or command_topic")
	}
}

// activity takes the word for what a machine is doing, if there is one.
func (h *hearing) activity(state, command *part, can orders, text []byte) error {
	if len(text) == 0 {
		return nil
	}
	v, err := state.option(text)
	if err == nil {
		h.hold(state, v)
		h.confirm(command, can, v)
	}
	return err
}

// fieldOf reports a field of the opened object, if it is there.
func (h *hearing) fieldOf(p *part, view *template.Template, parse parser) {
	text, err := h.field(view)
	var v devices.Value
	if err == nil && !isNothing(text) {
		v, err = parse(text)
	}
	if err != nil {
		h.fault(p, err)
		return
	}
	h.report(p, v)
}
