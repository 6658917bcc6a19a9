package homeassistant

import (
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// mowerOrders are what a lawn mower can be told, each on a topic of its own.
var mowerOrders = []struct{ option, shows string }{{"start_mowing", "mowing"}, {"pause", "paused"}, {"dock", "docked"}}

// lawnMower mows.
func lawnMower(s *spec, e *entity) {
	state := e.add(devices.Property{Name: "state", Type: devices.TypeEnum, Options: []string{"mowing", "paused", "docked", "returning", "error"}})
	type way struct {
		topic string
		view  *template.Template
	}
	ways := make(map[string]way)
	var can orders
	for _, one := range mowerOrders {
		if topic := s.topic(one.option + "_command_topic"); topic != "" {
			ways[one.option] = way{topic, s.template(one.option + "_command_template")}
			can = append(can, directive{one.option, one.option, one.shows})
		}
	}
	var command *part
	if len(can) > 0 {
		command = e.command(ways[can[0].option].topic, nil, can)
		command.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
			option, _ := v.Text()
			payload, err := o.render(ways[option].view, v)
			if err != nil {
				return nil, err
			}
			return o.message(ways[option].topic, payload), nil
		}
		command.echoes = s.optimistic("activity_state_topic")
		command.echo = func(h *hearing, v devices.Value) {
			option, _ := v.Text()
			for _, one := range can {
				if one.option == option {
					h.report(state, devices.Text(one.shows))
					h.report(command, v)
				}
			}
		}
	}
	view := s.template(s.first("activity_value_template", "value_template"))
	e.listen(s.topic("activity_state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil {
			return err
		}
		return h.activity(state, command, can, text)
	})
	if len(e.listeners) == 0 && command == nil {
		s.fail("a lawn_mower needs activity_state_topic or a command topic")
	}
}
