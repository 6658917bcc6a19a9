package homeassistant

import (
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// word is the text under key, or instead where the key is absent. ok is false where it
// is null, with which an announcement says that there is no such thing.
func (s *spec) word(key, instead string) (text string, ok bool) {
	n, there := s.members[key]
	switch {
	case !there:
		return instead, instead != ""
	case n.kind == nullNode:
		return "", false
	}
	return s.text(key), true
}

// first is the first of keys that is there, or the last of them.
func (s *spec) first(keys ...string) string {
	for _, key := range keys {
		if s.text(key) != "" {
			return key
		}
	}
	return keys[len(keys)-1]
}

// vocabulary are the words of a device for the options of an enum.
type vocabulary []struct{ said, option string }

// parse reads the words of v.
func (v vocabulary) parse() parser {
	return func(text []byte) (devices.Value, error) {
		for _, w := range v {
			if string(text) == w.said {
				return devices.Text(w.option), nil
			}
		}
		if isNothing(text) {
			return devices.Value{}, nil
		}
		known := make([]string, len(v))
		for i, w := range v {
			known[i] = shorten(w.said)
		}
		return devices.Value{}, fmt.Errorf("%w: got %q, want one of %s", devices.ErrOption, shorten(validText(text)), strings.Join(known, ", "))
	}
}

// orders are what an entity can be told.
type orders []directive

// directive is an option of a command, the word for it in messages, and the state which
// shows that it was done, where one does.
type directive struct{ option, payload, shows string }

// command adds the enum of what e can be told on a topic. It is nil where there is
// nothing.
func (e *entity) command(topic string, view *template.Template, all orders) *part {
	if topic == "" || len(all) == 0 {
		return nil
	}
	p := e.add(devices.Property{Name: "command", Type: devices.TypeEnum, Writable: true})
	for _, one := range all {
		p.property.Options = append(p.property.Options, one.option)
	}
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		option, _ := v.Text()
		for _, one := range all {
			if one.option == option {
				payload, err := o.render(view, devices.Text(one.payload))
				if err != nil {
					return nil, err
				}
				return o.message(topic, payload), nil
			}
		}
		return nil, devices.ErrOption
	}
	return p
}

// confirm has the command report the order which a state shows to be done. p may be nil.
func (h *hearing) confirm(p *part, all orders, state devices.Value) {
	if p == nil {
		return
	}
	now, _ := state.Text()
	for i := range all {
		if all[i].shows == now && now != "" {
			if last, _ := p.last.Text(); last != all[i].option {
				h.report(p, devices.Text(all[i].option))
			}
			return
		}
	}
}
