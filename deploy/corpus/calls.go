package main

import (
	"fmt"
	"math"
	"strings"

	"thingbridge/devices"
)

// order is one command that a service call becomes: values of which the first that a
// property takes is asked for, and what the property may be called.
type order struct {
	values []devices.Value
	names  []string
}

func words(texts ...string) []devices.Value {
	out := make([]devices.Value, len(texts))
	for i, text := range texts {
		out[i] = devices.Text(text)
	}
	return out
}

// also is one truth and words for it.
func also(truth bool, texts ...string) []devices.Value {
	return append([]devices.Value{devices.Boolean(truth)}, words(texts...)...)
}

// call carries out a service call. It returns why it cannot.
func (s *scene) call(st *step) (why string) {
	service := st.Service[strings.LastIndex(st.Service, ".")+1:]
	e := s.target(st)
	if e == nil || len(s.all(e)) == 0 {
		return "is not there"
	}
	orders, why := s.orders(e, service, st)
	for _, o := range orders {
		s.key(e, st.codeOf(service))
		failed := s.tell(e, o)
		if failed != "" && why == "" {
			why = service + ": " + failed
		}
		e.pressed = e.pressed || failed == ""
	}
	return why
}

// target is the entity that a call is for.
func (s *scene) target(st *step) *entity {
	if id := st.Data.text("entity_id"); id != "" {
		return s.find(id)
	}
	for _, raw := range st.Args {
		if id := plain(raw); strings.Contains(id, ".") && s.find(id) != nil {
			return s.find(id)
		}
	}
	if len(s.entities) > 0 {
		return s.entities[0]
	}
	return nil
}

// argument is the first argument of a call that is not the entity.
func (st *step) argument() string {
	for _, raw := range st.Args {
		if text := plain(raw); !strings.Contains(text, ".") {
			return text
		}
	}
	return ""
}

// orders are the commands that a service call becomes.
func (s *scene) orders(e *entity, service string, st *step) (orders []order, why string) {
	say := func(values []devices.Value, names ...string) { orders = append(orders, order{values, names}) }
	numeric := func(key string) []devices.Value { return []devices.Value{devices.Number(st.Data.number(key, 0))} }
	switch service {
	case "turn_on", "turn_off":
		if e.component == "light" {
			return s.lightOrders(e, st.Data, service == "turn_on"), ""
		}
		on := service == "turn_on"
		say(also(on, strings.TrimPrefix(service, "turn_")), "on", "power", e.component)
	case "set_hvac_mode":
		say(words(st.argument()), "mode")
	case "set_operation_mode":
		say(words(st.argument()), "mode", "operation")
	case "set_fan_mode":
		say(words(st.argument()), "fan", "fan_mode")
	case "set_swing_mode":
		say(words(st.argument()), "swing", "swing_mode")
	case "set_preset_mode":
		say(words(st.argument()), "preset", "preset_mode")
	case "set_aux_heat":
		say([]devices.Value{devices.Boolean(st.argument() == "True")}, "aux_heat")
	case "set_humidity":
		say(numeric("humidity"), attributeNames["humidity"]...)
	case "set_temperature":
		for key, attribute := range map[string]string{"temperature": "temperature", "target_temp_low": "target_temp_low", "target_temp_high": "target_temp_high"} {
			if st.Data.has(key) {
				say(numeric(key), attributeNames[attribute]...)
			}
		}
		if st.Data.has("hvac_mode") {
			say(words(st.Data.text("hvac_mode")), "mode")
		}
	case "set_percentage":
		var n float64
		for _, raw := range st.Args {
			if text := plain(raw); !strings.Contains(text, ".") {
				_, _ = fmt.Sscan(text, &n)
			}
		}
		p := s.property(e, attributeNames["percentage"]...)
		if p != nil && p.Type == devices.TypeEnum && n >= 0 && n <= 100 {
			say(words(p.Options[int(math.Ceil(n*float64(len(p.Options)-1)/100))]), p.Name)
			break
		}
		say([]devices.Value{devices.Number(n)}, attributeNames["percentage"]...)
	case "oscillate":
		say([]devices.Value{devices.Boolean(st.argument() == "True")}, attributeNames["oscillating"]...)
	case "set_direction":
		say(words(st.argument()), "direction")
	case "open_cover", "open_valve":
		say(also(true, "open", "opening"), "open", "cover", "command", "state", "move", "action")
	case "close_cover", "close_valve":
		say(also(false, "close", "closed", "closing"), "open", "cover", "command", "state", "move", "action")
	case "stop_cover", "stop_valve":
		say(append(words("stop", "stopped"), devices.Boolean(true)), "stop", "cover", "command", "state", "move", "action", "open")
	case "toggle":
		return s.toggled(e)
	case "set_cover_position", "set_valve_position":
		say(numeric("position"), "position")
	case "set_cover_tilt_position":
		say(numeric("tilt_position"), "tilt", "tilt_position")
	case "open_cover_tilt":
		say(append(words("open_tilt"), devices.Number(100)), "tilt_command", "tilt")
	case "close_cover_tilt":
		say(append(words("close_tilt"), devices.Number(0)), "tilt_command", "tilt")
	case "stop_cover_tilt":
		say(words("stop_tilt", "stop"), "tilt_command", "cover")
	case "toggle_cover_tilt":
		closed := span{e.config.number("tilt_min", 0), e.config.number("tilt_max", 100)}.percent(e.config.number("tilt_closed_value", 0))
		if n, _ := s.reported(e, s.property(e, "tilt")).Number(); n > closed {
			return s.orders(e, "close_cover_tilt", st)
		}
		return s.orders(e, "open_cover_tilt", st)
	case "lock":
		say(also(true, "locked", "lock"), "lock", "locked", "state", "command")
	case "unlock":
		say(also(false, "unlocked", "unlock"), "lock", "locked", "state", "command")
	case "open":
		say(append(words("open"), devices.Boolean(true)), "open", "latch", "unlatch", "lock", "locked", "state", "command")
	case "press", "install":
		return []order{{append(words("press", "install", "start"), devices.Boolean(true)), nil}}, ""
	case "set_value":
		return []order{{[]devices.Value{devices.Number(st.Data.number("value", 0)), devices.Text(st.Data.text("value"))}, nil}}, ""
	case "select_option":
		say(words(st.Data.text("option")))
	default:
		return s.alarmOrders(service)
	}
	return orders, ""
}

// span is a scale of a device.
type span struct{ low, high float64 }

// percent is a place on the scale, as Home Assistant counts it.
func (s span) percent(n float64) float64 { return math.Floor((n - s.low) * 100 / (s.high - s.low)) }

// toggled opens what is closed and closes what is not.
func (s *scene) toggled(e *entity) ([]order, string) {
	if s.coverState(e) == `"closed"` {
		return s.orders(e, "open_cover", &step{})
	}
	return s.orders(e, "close_cover", &step{})
}

// alarmOrders are those of an alarm panel.
func (s *scene) alarmOrders(service string) ([]order, string) {
	what, ok := strings.CutPrefix(service, "alarm_")
	if !ok {
		return nil, leftOut + "service " + service
	}
	armed := strings.Replace(what, "arm_", "armed_", 1)
	return []order{{words(armed, map[string]string{"disarm": "disarmed", "trigger": "triggered"}[what], what, strings.ToUpper(what)), []string{"mode", "alarm", "state", "command"}}}, ""
}

// tell asks the property that has one of the names of o, or else the first that takes
// one of its values. It returns what is in the way.
func (s *scene) tell(e *entity, o order) string {
	why := "no property takes it"
	for _, name := range o.names {
		p := s.property(e, name)
		if p == nil || !p.Writable {
			continue
		}
		for _, v := range o.values {
			err := p.Check(v)
			if err != nil {
				why = general(err.Error())
				continue
			}
			if _, err := s.order(e.device, p.Name, v); err != nil {
				return general(err.Error())
			}
			return ""
		}
	}
	if len(o.names) > 0 {
		return why
	}
	for _, p := range s.all(e) {
		for _, v := range o.values {
			if p.Writable && p.Check(v) == nil {
				if _, err := s.order(e.device, p.Name, v); err != nil {
					return general(err.Error())
				}
				return ""
			}
		}
	}
	return why
}
