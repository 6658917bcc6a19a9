package homeassistant

import (
	"fmt"
	"strconv"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// entity is one thing that was announced: some properties of a device, and how they
// are read and set.
type entity struct {
	key       string // where it was announced, and its name in a bundle
	component string
	unique    string // its unique_id
	entityID  string // what templates call it, "sensor.kitchen"; empty: nothing
	name      string // as people are shown it; empty: it is what its device is there for
	object    string // the last level of the topic, or the name in the bundle
	within    string // what object calls it among the things of its device; empty: object speaks of the device too
	category  devices.Category
	class     string
	unit      string
	main      bool // its component is what a device is, rather than something it has
	mentions  bool // its templates speak of it: entity_id, name, this
	qos       byte
	retain    bool

	info  deviceInfo
	group *group

	parts     []*part
	listeners []listener
	presence  presence
}

// part is one property that an entity gives its device.
type part struct {
	entity    *entity
	property  devices.Property // as the device has it; Name is chosen by the group
	standard  string           // the name that it gets where nothing else wants it
	plain     string           // what it is called otherwise
	settled   string           // the name that was written down for it; empty: none
	qualified bool             // its maker says that it is one of several; it has no claim to the standard name
	shared    bool             // it is one property with the other shared parts of its device that have its standard name

	order  func(o *ordering, v devices.Value) ([]convention.Message, error) // nil: it cannot be set
	echoes bool                                                             // nothing else reports what it was told
	echo   func(h *hearing, v devices.Value)                                // reports what was told, where one value is not all
	follow func(h *hearing, v devices.Value)                                // reports what a value of it means for other parts
	locked string                                                           // why it cannot be set, where there is more to say than that it has no topic

	initial devices.Value // with which it begins; zero: none

	last      devices.Value
	asked     devices.Value // what it was told last, where what it says back may be rounded
	forgotten bool          // the registry was told that there is no value any more
	failing   bool
	expiry    time.Duration // after which a value holds no longer; 0: never
	expired   bool
	timer     timer
}

// add gives e a part. p.Name is its standard name, which need not be free.
func (e *entity) add(p devices.Property) *part {
	out := &part{entity: e, property: p, standard: p.Name, plain: e.plain(p.Name), qualified: e.qualifies(p.Name)}
	if out.property.Class == "" && len(e.parts) == 0 {
		out.property.Class = e.class
	}
	if out.property.Unit == "" && len(e.parts) == 0 && p.Type == devices.TypeNumber {
		out.property.Unit = e.unit
	}
	if out.property.Category == devices.Primary {
		out.property.Category = e.category
	}
	if out.property.Label == "" {
		out.property.Label = e.name
	}
	e.parts = append(e.parts, out)
	return out
}

// listener takes the messages of one topic for an entity.
type listener struct {
	entity *entity
	topic  string
	take   func(h *hearing) error
}

// listen has take called with each message on topic; never where topic is empty.
func (e *entity) listen(topic string, take func(h *hearing) error) {
	if topic != "" {
		e.listeners = append(e.listeners, listener{entity: e, topic: topic, take: take})
	}
}

// parser finds a value in a text; the zero Value where it takes back the one before.
type parser func(text []byte) (devices.Value, error)

// reads has p report what parse finds in what the template renders for each message
// on the topic.
func (e *entity) reads(s *spec, topicKey, templateKey string, p *part, parse parser) {
	view := s.template(templateKey)
	e.listen(s.topic(topicKey), func(h *hearing) error { return h.read(p, view, parse) })
}

// read reports what parse finds in the text that view renders. An empty text does not
// speak of p.
func (h *hearing) read(p *part, view *template.Template, parse parser) error {
	text, err := h.render(view)
	if err == nil && len(text) == 0 {
		h.worked(p)
		return nil
	}
	if err == nil {
		var v devices.Value
		if v, err = parse(text); err == nil {
			h.hold(p, v)
			return nil
		}
	}
	h.fault(p, err)
	return nil
}

// isNothing reports whether a text says that there is no value.
func isNothing(text []byte) bool {
	switch string(text) {
	case "", "None", "null", "unknown", "unavailable":
		return true
	}
	return false
}

// number reads numbers.
func (p *part) number(text []byte) (devices.Value, error) {
	if n, ok := parseDecimal(text); ok {
		return devices.Number(n), nil
	}
	if isNothing(text) {
		return devices.Value{}, nil
	}
	return p.property.Parse(validText(text))
}

// boolean reads the two words of a boolean.
func (p *part) boolean(on, off string) parser {
	return func(text []byte) (devices.Value, error) {
		switch string(text) {
		case on:
			return devices.Boolean(true), nil
		case off:
			return devices.Boolean(false), nil
		}
		if isNothing(text) {
			return devices.Value{}, nil
		}
		return devices.Value{}, fmt.Errorf("%w: got %q, want %q or %q", devices.ErrType, shorten(validText(text)), shorten(on), shorten(off))
	}
}

// option reads the options of an enum.
func (p *part) option(text []byte) (devices.Value, error) {
	for _, option := range p.property.Options {
		if string(text) == option {
			return devices.Text(option), nil
		}
	}
	if isNothing(text) {
		return devices.Value{}, nil
	}
	return p.property.Parse(validText(text))
}

// text reads texts.
func (p *part) text(text []byte) (devices.Value, error) {
	if last, ok := p.last.Text(); ok && string(text) == last {
		return p.last, nil
	}
	switch {
	case len(text) == 0 || string(text) == "None":
		return devices.Value{}, nil
	case len(text) > devices.MaxText:
		return devices.Value{}, fmt.Errorf("%w: text of %d bytes, want at most %d", devices.ErrRange, len(text), devices.MaxText)
	}
	return devices.Text(validText(text)), nil
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
