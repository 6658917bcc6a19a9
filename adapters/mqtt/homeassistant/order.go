package homeassistant

import (
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// ordering is one command on its way to its entity.
type ordering struct {
	discovery *Discovery
	part      *part
	now       time.Time
	by        string        // who asked
	coded     bool          // templates know a code
	code      devices.Value // that was said for it; zero: none
	decimals  []decimal     // what templates know besides
}

// Command returns the messages that carry cmd to its device. An error wraps
// [convention.ErrNotMine], [convention.ErrNoSuchProperty], devices.ErrNotWritable or
// what devices.Property.Check returns, or says why the template did not render.
func (d *Discovery) Command(cmd devices.Command, now time.Time) ([]convention.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.target(cmd)
	if err != nil {
		return nil, err
	}
	if p.order == nil {
		return nil, fmt.Errorf("%s: %w: it has no command_topic", cmd.Property, devices.ErrNotWritable)
	}
	if err := p.property.Check(cmd.Value); err != nil {
		return nil, err
	}
	return p.order(&ordering{discovery: d, part: p, now: now, by: cmd.By}, p.property.Round(cmd.Value))
}

// target is the part that cmd is for.
func (d *Discovery) target(cmd devices.Command) (*part, error) {
	g := d.byID[cmd.Device]
	if g == nil {
		return nil, fmt.Errorf("device %q: %w", convention.Shorten(string(cmd.Device)), convention.ErrNotMine)
	}
	for _, e := range g.entities {
		for _, p := range e.parts {
			if p.property.Name == cmd.Property && cmd.Property != "" {
				return p, nil
			}
		}
	}
	return nil, fmt.Errorf("device %q, property %q: %w", cmd.Device, convention.Shorten(cmd.Property), convention.ErrNoSuchProperty)
}

// Echo appends to r the reading of a command that was carried out, if no topic will
// report it.
func (d *Discovery) Echo(r *convention.Result, cmd devices.Command, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, err := d.target(cmd)
	if err != nil || !p.echoes || p.order == nil {
		return
	}
	h := &hearing{discovery: d, result: r, entity: p.entity, at: now}
	v := p.property.Round(cmd.Value)
	if p.echo != nil {
		p.echo(h, v)
		return
	}
	h.report(p, v)
}

// variable is what a command template knows besides its value.
type variable struct {
	name  string
	value devices.Value
}

// decimal is a variable that is no integer even where it is whole.
type decimal struct {
	name string
	n    float64
}

// render renders a command template for v; without one, v is what is sent.
func (o *ordering) render(t *template.Template, v devices.Value, more ...variable) ([]byte, error) {
	if t == nil {
		return v.AppendText(nil), nil
	}
	m := &o.discovery.message
	m.Reset(nil, o.now)
	m.SetValue(v)
	if e := o.part.entity; e.mentions {
		m.Set("entity_id", devices.Text(e.entityID))
		m.Set("name", devices.Text(e.name))
	}
	if o.coded {
		m.Set("code", o.code)
	}
	for _, one := range more {
		m.Set(one.name, one.value)
	}
	for _, one := range o.decimals {
		m.SetDecimal(one.name, one.n)
	}
	payload, err := t.Append(nil, m)
	if err != nil {
		return nil, fmt.Errorf("%s: command template: %w", o.part.property.Name, err)
	}
	return payload, nil
}

// message is payload on its way, as the announcement asks for it.
func (o *ordering) message(topic string, payload []byte) []convention.Message {
	e := o.part.entity
	return []convention.Message{{Topic: topic, Payload: payload, QoS: e.qos, Retain: e.retain}}
}

// wording turns the value of a property into what a command template is given.
type wording func(v devices.Value) devices.Value

// plainly gives the value as it is.
func plainly(v devices.Value) devices.Value { return v }

// words gives the two words of a boolean.
func (p *part) words(on, off string) wording {
	return func(v devices.Value) devices.Value {
		if truth, _ := v.Boolean(); truth {
			return devices.Text(on)
		}
		return devices.Text(off)
	}
}

// writes lets p be set by a message on the topic; where there is no topic, it cannot.
func (e *entity) writes(s *spec, topicKey, templateKey string, p *part, word wording) {
	topic := s.topic(topicKey)
	view := s.template(templateKey)
	if topic == "" {
		return
	}
	p.property.Writable = true
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		payload, err := o.render(view, word(v))
		if err != nil {
			return nil, err
		}
		return o.message(topic, payload), nil
	}
}
