package homeassistant

import (
	"encoding/json"
	"slices"
	"strconv"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// horn is a siren. How it sounds is said when it is turned on; until then it is
// remembered: no siren sounds because its volume is set.
type horn struct {
	on      *part
	choices []choice // tone, volume, duration, as far as it has them
	words   [2]string
	topic   string
	views   [2]*template.Template // for on and off
}

// choice is one way in which a siren can sound.
type choice struct {
	part  *part
	name  string  // in messages
	scale float64 // by which the property's value is divided there
	field *template.Template
}

// siren makes noise.
func siren(s *spec, e *entity) {
	s.need("command_topic")
	on, off := s.textOr("payload_on", "ON"), s.textOr("payload_off", "OFF")
	sn := &horn{words: [2]string{on, off}, topic: s.topic("command_topic")}
	sn.views[0] = s.template("command_template")
	sn.views[1] = s.template(s.first("command_off_template", "command_template"))
	sn.on = e.add(devices.Property{Name: "on", Type: devices.TypeBoolean, Writable: true})
	optimistic := s.optimistic("state_topic")
	sn.on.echoes = optimistic
	sn.on.starts(devices.Boolean(false))
	sn.on.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		truth, _ := v.Boolean()
		return sn.tell(o, truth, nil, devices.Value{})
	}
	if tones := readTones(s); len(tones) > 0 {
		sn.choose(s, e, devices.Property{Name: "tone", Type: devices.TypeEnum, Options: tones}, "tone", 1)
	}
	if s.flag("support_volume_set", true) {
		sn.choose(s, e, share("volume"), "volume_level", 100)
	}
	if s.flag("support_duration", true) {
		const longest = 24 * 3600 // s
		sn.choose(s, e, devices.Property{Name: "duration", Type: devices.TypeNumber, Unit: "s", Max: longest, Step: 1}, "duration", 1)
	}
	view, state := s.template("state_value_template"), s.compile("{{ value_json.state }}")
	parse := sn.on.boolean(s.textOr("state_on", on), s.textOr("state_off", off))
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || len(text) == 0 {
			return err
		}
		if isObject(text) {
			h.open(text)
			for i := range sn.choices {
				c := &sn.choices[i]
				h.fieldOf(c.part, c.field, c.parse)
			}
			if text, err = h.field(state); err != nil || len(text) == 0 {
				return err
			}
		}
		v, err := parse(text)
		if err == nil {
			h.hold(sn.on, v)
		}
		return err
	})
}

// readTones are the tones of a siren: a list, or an object of numbers and names.
func readTones(s *spec) []string {
	n := s.members["available_tones"]
	if n.kind != objectNode {
		return s.options("available_tones")
	}
	all := node{kind: listNode}
	for _, name := range n.members {
		all.list = append(all.list, name)
	}
	sub := &spec{members: map[string]node{"available_tones": all}, component: s.component}
	out := sub.options("available_tones")
	slices.Sort(out)
	if sub.err != nil {
		s.fail("%w", sub.err)
	}
	return out
}

// choose adds a way to sound.
func (sn *horn) choose(s *spec, e *entity, property devices.Property, name string, scale float64) {
	property.Writable = true
	p := e.add(property)
	i := len(sn.choices)
	sn.choices = append(sn.choices, choice{part: p, name: name, scale: scale, field: s.compile("{{ value_json." + name + " }}")})
	p.echoes = true
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		if on, _ := sn.on.last.Boolean(); !on {
			return nil, nil
		}
		return sn.tell(o, true, &sn.choices[i], v)
	}
}

// parse reads a choice in the scale of messages.
func (c *choice) parse(text []byte) (devices.Value, error) {
	if c.part.property.Type == devices.TypeEnum {
		return c.part.option(text)
	}
	v, err := c.part.number(text)
	if n, ok := v.Number(); ok && err == nil {
		v = c.part.property.Round(devices.Number(n * c.scale))
		err = c.part.property.Check(v)
	}
	return v, err
}

// tell makes the message for on or off. changed, where it is set, is the choice that has
// the value to and not the one it had.
func (sn *horn) tell(o *ordering, on bool, changed *choice, to devices.Value) ([]convention.Message, error) {
	at := 1
	if on {
		at = 0
	}
	variables := []variable{{"state", devices.Text(sn.words[at])}}
	for i := range sn.choices {
		c := &sn.choices[i]
		v := c.part.last
		if c == changed {
			v = to
		}
		if !on || v.IsZero() {
			continue
		}
		if n, ok := v.Number(); ok {
			v = devices.Number(n / c.scale)
		}
		variables = append(variables, variable{c.name, v})
	}
	if sn.views[at] == nil {
		return o.message(sn.topic, asJSON(variables)), nil
	}
	payload, err := o.render(sn.views[at], devices.Text(sn.words[at]), variables...)
	if err != nil || len(payload) == 0 || string(payload) == "None" {
		return nil, err
	}
	return o.message(sn.topic, payload), nil
}

// asJSON writes variables as a JSON object.
func asJSON(variables []variable) []byte {
	out := []byte{'{'}
	for i, v := range variables {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendQuote(out, v.name)
		out = append(out, ':')
		out = appendJSON(out, v.value)
	}
	return append(out, '}')
}

// appendJSON appends v as JSON.
func appendJSON(out []byte, v devices.Value) []byte {
	text, ok := v.Text()
	if !ok {
		return v.AppendText(out)
	}
	quoted, err := json.Marshal(text)
	if err != nil { // a string always can be
		return append(out, `""`...)
	}
	return append(out, quoted...)
}
