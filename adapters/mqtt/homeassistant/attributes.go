package homeassistant

import (
	"bytes"
	"fmt"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// details gives e what its maker has to say beside its value, where that has a topic of
// its own: all attributes in one text, for who asks. A tracker reads them itself.
func details(s *spec, e *entity) {
	topic := s.text("json_attributes_topic")
	if topic == "" || topic == s.text("state_topic") || e.component == "device_tracker" {
		return // a state that is one of many values is announced with each of them
	}
	view := s.template("json_attributes_template")
	p := e.add(devices.Property{Name: "details", Type: devices.TypeText, Category: devices.Diagnostic})
	e.listen(s.topic("json_attributes_topic"), func(h *hearing) error {
		text, err := h.attributes(view)
		if err != nil {
			h.fault(p, err)
			return nil
		}
		v, err := p.text(text)
		if err == nil {
			h.hold(p, v)
		}
		return err
	})
}

// attributes writes the JSON object of a message for people: "battery: 80, at/home: true".
// What it returns holds until the next rendering.
func (h *hearing) attributes(view *template.Template) ([]byte, error) {
	text, err := h.render(view)
	if err != nil || isNothing(text) {
		return nil, err
	}
	if !bytes.HasPrefix(text, []byte("{")) {
		return nil, fmt.Errorf("%w: got %q, want a JSON object", devices.ErrType, shorten(validText(text)))
	}
	d := h.discovery
	if err := d.document.Read(text); err != nil {
		return nil, err
	}
	out := d.innerText[:0]
	for _, leaf := range d.document.All() {
		if leaf.Kind == leaves.Null {
			continue
		}
		before := len(out)
		if before > 0 {
			out = append(out, ", "...)
		}
		out = append(append(out, leaf.Path...), ": "...)
		out = leaf.AppendText(out)
		if len(out) > devices.MaxText-len("…") {
			out = append(out[:before], "…"...)
			break
		}
	}
	d.innerText = out
	return out, nil
}
