package homeassistant

import (
	"slices"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// alarmStates are what an alarm panel can be in.
var alarmStates = []string{
	"disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass",
	"pending", "arming", "disarming", "triggered",
}

// alarmOrders are what an alarm panel can be told. The feature is what it is called in
// supported_features, and the need is the key which says that it wants a code.
var alarmOrders = []struct{ option, key, payload, shows, feature, need string }{
	{"arm_home", "payload_arm_home", "ARM_HOME", "armed_home", "arm_home", "code_arm_required"},
	{"arm_away", "payload_arm_away", "ARM_AWAY", "armed_away", "arm_away", "code_arm_required"},
	{"arm_night", "payload_arm_night", "ARM_NIGHT", "armed_night", "arm_night", "code_arm_required"},
	{"arm_vacation", "payload_arm_vacation", "ARM_VACATION", "armed_vacation", "arm_vacation", "code_arm_required"},
	{"arm_custom_bypass", "payload_arm_custom_bypass", "ARM_CUSTOM_BYPASS", "armed_custom_bypass", "arm_custom_bypass", "code_arm_required"},
	{"disarm", "payload_disarm", "DISARM", "disarmed", "", "code_disarm_required"},
	{"trigger", "payload_trigger", "TRIGGER", "triggered", "trigger", "code_trigger_required"},
}

// alarmControlPanel arms and disarms an alarm. What wants a code cannot be asked for:
// the code in an announcement is for comparing with what a person enters.
func alarmControlPanel(s *spec, e *entity) {
	s.need("state_topic", "command_topic")
	state := e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: alarmStates})
	coded := s.text("code") != ""
	var can orders
	features := s.texts("supported_features")
	for _, one := range alarmOrders {
		switch {
		case s.has("supported_features") && one.feature != "" && !slices.Contains(features, one.feature):
		case coded && s.flag(one.need, true):
		default:
			can = append(can, directive{one.option, s.textOr(one.key, one.payload), one.shows})
		}
	}
	topic, view := s.topic("command_topic"), s.template("command_template")
	command := e.command(topic, nil, can)
	switch {
	case command != nil && view != nil:
		command.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
			option, _ := v.Text()
			i := slices.IndexFunc(can, func(one directive) bool { return one.option == option })
			if i < 0 {
				return nil, devices.ErrOption
			}
			word := devices.Text(can[i].payload)
			payload, err := o.render(view, word, variable{"action", word}, variable{"code", devices.Value{}})
			if err != nil {
				return nil, err
			}
			return o.message(topic, payload), nil
		}
	case command == nil:
		state.locked = "it wants a code with each command, which can only be given at the panel itself"
	}
	states := s.template("value_template")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(states)
		if err != nil {
			return err
		}
		return h.activity(state, command, can, text)
	})
}
