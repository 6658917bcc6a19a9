package homeassistant

import (
	"bytes"
	"fmt"

	"thingbridge/adapters/mqtt/template"
)

// isObject reports whether a text may be a JSON object.
func isObject(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 1 && text[0] == '{' && text[len(text)-1] == '}'
}

// open makes the JSON object that a template has rendered the one whose fields are asked
// for. It holds until the next rendering of the message itself.
func (h *hearing) open(text []byte) {
	h.discovery.inner.Reset(text, h.at)
}

// field renders view for the opened object. What it returns holds until the next field.
func (h *hearing) field(view *template.Template) ([]byte, error) {
	d := h.discovery
	text, err := view.Append(d.innerText[:0], &d.inner)
	if err != nil {
		const shown = 80
		return nil, fmt.Errorf("%w; the state is %q", err, shorten(validText(d.text[:min(len(d.text), shown)])))
	}
	d.innerText = text
	return text, nil
}
