package mapped

import (
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// order leads from a command to the message that carries it. It is immutable.
type order struct {
	topic    string
	property *devices.Property
	template *template.Template
	on, off  string
	qos      byte
	retain   bool
	echoes   bool // nothing else will report what was told
}

func newOrder(p *Property, property *devices.Property, templates *template.Library) (*order, error) {
	compiled, err := templates.Compile(p.command())
	if err != nil {
		return nil, err
	}
	return &order{
		topic:    p.CommandTopic,
		property: property,
		template: compiled,
		on:       p.on(),
		off:      p.off(),
		qos:      p.qos(),
		retain:   p.Retain,
		echoes:   p.Topic == "",
	}, nil
}

// Command returns the messages that carry cmd to its device. An error wraps
// [convention.ErrNoSuchProperty], devices.ErrNotWritable or what devices.Property.Check
// returns, or says why the template did not render.
func (t *Table) Command(cmd devices.Command, now time.Time) ([]convention.Message, error) {
	o, err := t.order(cmd)
	if err != nil {
		return nil, err
	}
	if err := o.property.Check(cmd.Value); err != nil {
		return nil, err
	}
	value := o.property.Round(cmd.Value)
	if on, ok := value.Boolean(); ok {
		value = devices.Text(o.off)
		if on {
			value = devices.Text(o.on)
		}
	}
	var m template.Message
	m.Reset(nil, now)
	m.SetValue(value)
	payload, err := o.template.Append(nil, &m)
	if err != nil {
		return nil, fmt.Errorf("%s: command template: %w", o.property.Name, err)
	}
	return []convention.Message{{Topic: o.topic, Payload: payload, QoS: o.qos, Retain: o.retain}}, nil
}

// Echo appends to r the reading of a command that was carried out, if no topic
// will report it.
func (t *Table) Echo(r *convention.Result, cmd devices.Command, now time.Time) {
	o, err := t.order(cmd)
	if err != nil || !o.echoes {
		return
	}
	r.Readings = append(r.Readings, devices.Reading{Device: cmd.Device, Property: cmd.Property, Value: o.property.Round(cmd.Value), At: now})
}

func (t *Table) order(cmd devices.Command) (*order, error) {
	if o, ok := t.commands[target{cmd.Device, cmd.Property}]; ok {
		return o, nil
	}
	for _, d := range t.devices {
		if d.ID != cmd.Device {
			continue
		}
		if _, ok := d.Property(cmd.Property); ok {
			return nil, fmt.Errorf("%s: %w: it has no command_topic", cmd.Property, devices.ErrNotWritable)
		}
		return nil, fmt.Errorf("device %q, property %q: %w", cmd.Device, convention.Shorten(cmd.Property), convention.ErrNoSuchProperty)
	}
	return nil, fmt.Errorf("device %q: %w", convention.Shorten(string(cmd.Device)), convention.ErrNotMine)
}

// Due does nothing: no value of the configuration's devices expires.
func (t *Table) Due(*convention.Result, time.Time) (next time.Time) { return time.Time{} }

var _ convention.Convention = (*Table)(nil)
