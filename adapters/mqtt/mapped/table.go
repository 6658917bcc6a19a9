package mapped

import (
	"errors"
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// Table knows what each topic carries. It remembers which devices were heard of
// and which properties are at fault, so Decode, Lost and Restored are for one
// goroutine at a time; the other methods can be called from any.
type Table struct {
	devices  []*devices.Device
	presence []presence
	topics   map[string]*route
	filters  []convention.Filter
	commands map[target]*order

	message template.Message // reused for each payload
	text    []byte           // what a template rendered; reused
}

// route is what one topic carries.
type route struct {
	topic    string
	bindings []binding
	presence []*presence // of the devices whose availability it carries
}

// target is a property of a device.
type target struct {
	device   devices.ID
	property string
}

// Compile makes the table of configs. It fails only where [Validate] finds a
// mistake, with all of them.
func Compile(configs []Device) (*Table, error) {
	var errs []error
	var compiled template.Library
	validate(configs, func(path, problem string) { errs = append(errs, fmt.Errorf("%s: %s", path, problem)) }, &compiled)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	t := &Table{
		presence: make([]presence, len(configs)),
		topics:   make(map[string]*route),
		commands: make(map[target]*order),
	}
	for i := range configs {
		if err := t.add(&configs[i], &t.presence[i], &compiled); err != nil {
			return nil, fmt.Errorf("devices[%d]: %w", i, err)
		}
	}
	return t, nil
}

func (t *Table) add(d *Device, at *presence, compiled *template.Library) error {
	described := describe(d)
	if err := described.Validate(); err != nil {
		return err
	}
	t.devices = append(t.devices, described)
	*at = presence{device: described.ID, available: strings.TrimSpace(d.available()), notAvailable: strings.TrimSpace(d.notAvailable()), topic: d.AvailabilityTopic}
	if d.AvailabilityTopic != "" {
		r := t.route(d.AvailabilityTopic, defaultQoS)
		r.presence = append(r.presence, at)
	}
	at.said = devices.Online // unless there is a topic on which it can be heard of
	for i := range d.Properties {
		p, property := &d.Properties[i], &described.Properties[i]
		if p.Topic != "" || d.AvailabilityTopic != "" {
			at.said = devices.Unknown
		}
		if p.Topic != "" {
			b, err := newBinding(p, property, at, compiled)
			if err != nil {
				return fmt.Errorf("properties[%d].value: %w", i, err)
			}
			r := t.route(p.Topic, p.qos())
			r.bindings = append(r.bindings, b)
		}
		if p.CommandTopic != "" {
			o, err := newOrder(p, property, compiled)
			if err != nil {
				return fmt.Errorf("properties[%d].command: %w", i, err)
			}
			t.commands[target{described.ID, p.Name}] = o
		}
	}
	return nil
}

// route returns the route of topic, whose subscription has at least that QoS.
func (t *Table) route(topic string, qos byte) *route {
	r, ok := t.topics[topic]
	if !ok {
		r = &route{topic: topic}
		t.topics[topic] = r
		t.filters = append(t.filters, convention.Filter{Topic: topic, QoS: qos})
		return r
	}
	for i := range t.filters {
		if t.filters[i].Topic == topic {
			t.filters[i].QoS = max(t.filters[i].QoS, qos)
		}
	}
	return r
}

// Forget does nothing: the devices are the configuration's.
func (t *Table) Forget(*convention.Result, devices.ID) bool { return false }

// Devices returns the devices, in the order of the configuration. They and the
// slice must not be changed.
func (t *Table) Devices() []*devices.Device { return t.devices }

// Filters returns what to subscribe to: each topic once. The slice must not be
// changed.
func (t *Table) Filters() []convention.Filter { return t.filters }

// Decode appends what m means to r, and reports whether its topic is known. An
// empty payload, which deletes a retained message, means nothing.
func (t *Table) Decode(r *convention.Result, m convention.Received) bool {
	route, ok := t.topics[string(m.Topic)]
	if !ok {
		return false
	}
	if len(m.Payload) == 0 {
		return true
	}
	for _, p := range route.presence {
		p.hear(r, route.topic, m.Payload)
	}
	if len(route.bindings) == 0 {
		return true
	}
	t.message.Reset(m.Payload, m.At)
	for i := range route.bindings {
		b := &route.bindings[i]
		b.presence.heardOf(r, m.Retained)
		value, ok, err := t.value(b, m.Payload)
		if err != nil {
			b.failed(r, route.topic, err)
			continue
		}
		b.worked(r, route.topic)
		if ok {
			r.Readings = append(r.Readings, devices.Reading{Device: b.presence.device, Property: b.property.Name, Value: value, At: m.At})
		}
	}
	return true
}
