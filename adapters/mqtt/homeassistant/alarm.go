package homeassistant

import (
	"regexp"
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

// alarmControlPanel arms and disarms an alarm. The code in an announcement is compared
// with the one that is said; the panel itself compares only where it says so.
func alarmControlPanel(s *spec, e *entity) {
	s.need("state_topic", "command_topic")
	state := e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: alarmStates})
	var can orders
	var coded []string // the options that want a code
	features := s.texts("supported_features")
	for _, one := range alarmOrders {
		if s.has("supported_features") && one.feature != "" && !slices.Contains(features, one.feature) {
			continue
		}
		can = append(can, directive{one.option, s.textOr(one.key, one.payload), one.shows})
		if s.text("code") != "" && s.flag(one.need, true) {
			coded = append(coded, one.option)
		}
	}
	topic, view := s.topic("command_topic"), s.template("command_template")
	command := e.command(topic, nil, can)
	if command != nil && view != nil {
		command.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
			option, _ := v.Text()
			i := slices.IndexFunc(can, func(one directive) bool { return one.option == option })
			if i < 0 {
				return nil, devices.ErrOption
			}
			word := devices.Text(can[i].payload)
			payload, err := o.render(view, word, variable{"action", word}, variable{"code", o.code})
			if err != nil {
				return nil, err
			}
			return o.message(topic, payload), nil
		}
	}
	if len(coded) > 0 || mentions("code", view) {
		panelKeypad(e, s.text("code")).guard(command, func(option string) bool { return slices.Contains(coded, option) })
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

var digits = regexp.MustCompile(`^[0-9]+$`)

// panelKeypad is the keypad for what an announcement has for a code: the code, or a word
// which says what those look like that the panel knows.
func panelKeypad(e *entity, code string) *keypad {
	switch {
	case code == "REMOTE_CODE":
		return e.keypad(digits, "")
	case code == "REMOTE_CODE_TEXT":
		return e.keypad(nil, "")
	case digits.MatchString(code):
		return e.keypad(digits, code)
	}
	return e.keypad(nil, code)
}
