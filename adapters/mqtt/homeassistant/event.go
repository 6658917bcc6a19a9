package homeassistant

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// event tells that something has happened: the value is what happened last.
func event(s *spec, e *entity) {
	s.need("state_topic")
	if !s.has("event_types") {
		s.fail("an event needs event_types")
	}
	types := s.options("event_types")
	p := e.add(devices.Property{Name: "event", Type: devices.TypeEnum, Options: types})
	if len(types) == 0 { // it does not know beforehand
		p.property.Type = devices.TypeText
	}
	view := s.template("value_template")
	kind := s.compile("{{ value_json.event_type }}")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		if h.retained || len(h.payload) == 0 { // it happened before
			return nil
		}
		text, err := h.renderTwice(view, kind)
		if err != nil || len(text) == 0 {
			return err
		}
		if len(types) > 0 && !slices.Contains(types, string(text)) {
			return fmt.Errorf("%w: got the event %q, want one of %s", devices.ErrOption, shorten(validText(text)), strings.Join(types, ", "))
		}
		v, err := p.text(text)
		if err == nil {
			h.report(p, v)
		}
		return err
	})
}

// renderTwice renders first, and second for the JSON that came out of it. Without a
// first, second is rendered for the message.
func (h *hearing) renderTwice(first, second *template.Template) ([]byte, error) {
	if first == nil {
		return h.render(second)
	}
	text, err := h.render(first)
	if err != nil || isNothing(text) {
		return nil, err
	}
	d := h.discovery
	d.inner.Reset(text, h.at)
	out, err := second.Append(d.innerText[:0], &d.inner)
	if err != nil {
		return nil, fmt.Errorf("%w; the template made %q", err, shorten(validText(text)))
	}
	d.innerText = out
	return out, nil
}

// action is what the triggers of a device have in common: its parts are one property.
const action = "action"

// deviceAutomation is a trigger: one of the things that can happen to a device. All of
// them are one property, what happened last.
func deviceAutomation(s *spec, e *entity) {
	s.need("topic", "type", "subtype")
	if kind := s.textOr("automation_type", "trigger"); kind != "trigger" {
		s.fail("automation_type is %q, want trigger", shorten(kind))
	}
	if !s.has("device") {
		s.fail("a device_automation needs a device")
	}
	name := triggerName(s.text("type"), s.text("subtype"))
	if name == "" || len(name) > devices.MaxText {
		s.fail("type and subtype are no names")
		return
	}
	p := e.add(devices.Property{Name: action, Type: devices.TypeEnum, Options: []string{name}})
	p.shared = true
	view := s.template("value_template")
	payload, only := s.text("payload"), s.has("payload") && s.text("payload") != ""
	e.listen(s.topic("topic"), func(h *hearing) error {
		if h.retained {
			return nil
		}
		text, err := h.render(view)
		if err == nil && (!only && len(h.payload) > 0 || only && string(text) == payload) {
			h.report(p, devices.Text(name))
		}
		return err
	})
}

// triggerName is what has happened: "button_1_short_press".
func triggerName(kind, subtype string) string {
	kind = strings.TrimPrefix(kind, "button_")
	if kind == action || kind == "" || strings.Contains(subtype, kind) {
		return subtype
	}
	if subtype == "" || strings.Contains(kind, subtype) {
		return kind
	}
	return subtype + "_" + kind
}

// tag tells which tag was held to a reader.
func tag(s *spec, e *entity) {
	s.need("topic")
	p := e.add(devices.Property{Name: "tag", Type: devices.TypeText})
	view := s.template("value_template")
	e.listen(s.topic("topic"), func(h *hearing) error {
		if h.retained {
			return nil
		}
		return h.read(p, view, p.text)
	})
}
