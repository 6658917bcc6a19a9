package mapped

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// binding leads from a payload to the value of a property.
type binding struct {
	presence *presence
	property *devices.Property
	template *template.Template // nil: the payload is the value
	on, off  string             // payloads of a boolean
	last     devices.Value      // a text that comes again needs no memory of its own
	failing  bool
}

func newBinding(p *Property, property *devices.Property, at *presence, templates *template.Library) (binding, error) {
	b := binding{presence: at, property: property, on: strings.TrimSpace(p.on()), off: strings.TrimSpace(p.off())}
	if p.value() == defaultValue {
		return b, nil
	}
	compiled, err := templates.Compile(p.value())
	if err != nil {
		return binding{}, err
	}
	b.template = compiled
	return b, nil
}

// failed notes that a message meant nothing for b.
func (b *binding) failed(r *convention.Result, topic string, err error) {
	b.failing = true
	r.Faults = append(r.Faults, convention.Fault{Device: b.presence.device, Property: b.property.Name, Topic: topic, Err: err})
}

// worked notes that a message was understood.
func (b *binding) worked(r *convention.Result, topic string) {
	if b.failing {
		b.failing = false
		r.Faults = append(r.Faults, convention.Fault{Device: b.presence.device, Property: b.property.Name, Topic: topic})
	}
}

// value finds the value of b in the payload that t.message was reset to. The zero
// Value takes back the one before. ok is false where the payload does not speak of it.
func (t *Table) value(b *binding, payload []byte) (v devices.Value, ok bool, err error) {
	text := bytes.TrimSpace(payload)
	if b.template != nil {
		rendered, err := b.template.Append(t.text[:0], &t.message)
		if err != nil {
			return devices.Value{}, false, fmt.Errorf("%w; the payload is %q", err, shorten(string(payload[:min(len(payload), maxShown)])))
		}
		t.text = rendered
		text = rendered
	}
	v, err = b.parse(text)
	return v, err == nil && (len(text) > 0 || !v.IsZero()), err
}

// maxShown is how much of a payload is copied to be shown in an error, in bytes.
const maxShown = 100

// parse reads a value as it was rendered. Nothing, null and None are no value,
// unless an option or a payload is called so.
func (b *binding) parse(text []byte) (devices.Value, error) {
	switch b.property.Type {
	case devices.TypeNumber:
		if n, ok := parseDecimal(text); ok {
			return devices.Number(n), nil
		}
	case devices.TypeBoolean:
		switch string(text) {
		case b.on:
			return devices.Boolean(true), nil
		case b.off:
			return devices.Boolean(false), nil
		}
	case devices.TypeEnum:
		for _, option := range b.property.Options {
			if string(text) == option {
				return devices.Text(option), nil
			}
		}
	case devices.TypeText:
		if last, ok := b.last.Text(); ok && string(text) == last {
			return b.last, nil
		}
	}
	switch string(text) {
	case "", "null", "None":
		return devices.Value{}, nil
	}
	return b.parseOther(text)
}

// parseOther reads what is written less plainly: "21,5 °C", "open", options in
// another case, a text that was not there before.
func (b *binding) parseOther(text []byte) (devices.Value, error) {
	if len(text) > devices.MaxText {
		return devices.Value{}, fmt.Errorf("%w: text of %d bytes, want at most %d", devices.ErrRange, len(text), devices.MaxText)
	}
	value, err := b.property.Parse(string(bytes.ToValidUTF8(text, []byte("\uFFFD"))))
	if err == nil && b.property.Type == devices.TypeText {
		b.last = value
	}
	return value, err
}

// parseDecimal reads a number that is only digits, sign, point and exponent.
func parseDecimal(text []byte) (float64, bool) {
	const longest = 32 // bytes; what is longer is left to Property.Parse
	if len(text) == 0 || len(text) > longest {
		return 0, false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(string(text), 64)
	return n, err == nil
}
