package homeassistant

import (
	"bytes"
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// route is who wants the messages of one topic.
type route struct {
	topic     string
	qos       byte
	listeners []listener
	sources   []*source
	last      []byte // the last message, for who comes later: the broker will not say it again
	heard     time.Time
	has       bool
}

const (
	maxRemembered = 16 << 10 // bytes of a message that is kept for who comes later
	maxMemory     = 32 << 20 // bytes of all of them: 2,000 devices with the largest states known
)

// remember keeps m for listeners that are announced later.
func (d *Discovery) remember(to *route, m *convention.Received) {
	if len(m.Payload) > maxRemembered || d.memory-cap(to.last)+len(m.Payload) > maxMemory {
		d.memory -= cap(to.last)
		to.last, to.has = nil, false
		return
	}
	before := cap(to.last)
	to.last = append(to.last[:0], m.Payload...)
	to.heard, to.has = m.At, true
	d.memory += cap(to.last) - before
}

// hearing is one message as the listeners of its topic hear it. It is reused: nobody
// may keep it.
type hearing struct {
	discovery *Discovery
	result    *convention.Result
	entity    *entity // whose turn it is
	topic     string
	payload   []byte
	retained  bool // it is not of this moment
	at        time.Time
}

// render renders view for the message; a nil view is the payload. What it returns
// holds until the next rendering. Space around the text does not count.
func (h *hearing) render(view *template.Template) ([]byte, error) {
	if view == nil {
		return bytes.TrimSpace(h.payload), nil
	}
	d := h.discovery
	text, err := view.Append(d.text[:0], &d.message)
	if err != nil {
		const shown = 80
		return nil, fmt.Errorf("%w; the payload is %q", err, shorten(validText(h.payload[:min(len(h.payload), shown)])))
	}
	d.text = text
	return text, nil
}

// report says that p has the value v; nothing where v is zero.
func (h *hearing) report(p *part, v devices.Value) {
	h.worked(p)
	if v.IsZero() {
		return
	}
	p.last, p.forgotten = v, false
	h.discovery.arm(h, p)
	if !p.entity.group.silent && p.property.Name != "" {
		h.result.Readings = append(h.result.Readings, devices.Reading{
			Device: p.entity.group.id, Property: p.property.Name, Value: v, At: h.at,
		})
	}
	if p.follow != nil {
		p.follow(h, v)
	}
}

// forget says that what p had reported holds no more.
func (h *hearing) forget(p *part) {
	h.worked(p)
	if p.forgotten {
		return
	}
	p.last, p.forgotten = devices.Value{}, true
	h.discovery.arm(h, p)
	if !p.entity.group.silent && p.property.Name != "" {
		h.result.Readings = append(h.result.Readings, devices.Reading{Device: p.entity.group.id, Property: p.property.Name, At: h.at})
	}
}

// hold reports v, or forgets what was reported where v is zero.
func (h *hearing) hold(p *part, v devices.Value) {
	if v.IsZero() {
		h.forget(p)
		return
	}
	h.report(p, v)
}

// fault says that the message means nothing for p, and why.
func (h *hearing) fault(p *part, err error) {
	p.failing = true
	if !p.entity.group.silent {
		h.result.Faults = append(h.result.Faults, convention.Fault{
			Device: p.entity.group.id, Property: p.property.Name, Topic: h.topic, Err: err,
		})
	}
}

func (h *hearing) worked(p *part) {
	if p.failing {
		p.failing = false
		h.fault(p, nil)
		p.failing = false
	}
}

// hear gives a message to the listeners of its topic.
func (d *Discovery) hear(r *convention.Result, to *route, m *convention.Received) {
	for _, source := range to.sources {
		d.ask(r, source, m.Payload, m.At)
	}
	if len(to.listeners) == 0 {
		return
	}
	d.message.Reset(m.Payload, m.At)
	h := &d.hearing
	*h = hearing{discovery: d, result: r, topic: to.topic, payload: m.Payload, retained: m.Retained, at: m.At}
	var last *group
	for i := range to.listeners {
		if g := to.listeners[i].entity.group; g != last {
			last = g
			d.yield(g)
		}
		d.tellOne(h, &to.listeners[i])
	}
	h.payload, h.result = nil, nil
}

// yield makes g silent when a convention that goes first has begun to speak for its
// device, which has the same ID then.
func (d *Discovery) yield(g *group) {
	if g.device != nil && d.names.Owner(g.key) != Name {
		g.silent, g.device = true, nil
		delete(d.byID, g.id)
	}
}

// tellOne gives a message to one listener.
func (d *Discovery) tellOne(h *hearing, l *listener) {
	h.entity = l.entity
	if l.entity.mentions {
		d.message.Set("entity_id", devices.Text(l.entity.entityID))
		d.message.Set("name", devices.Text(l.entity.name))
	}
	if err := l.take(h); err != nil && len(l.entity.parts) > 0 {
		h.fault(l.entity.parts[0], err)
	}
	d.heardOf(h, l.entity)
}

// attach adds the listeners and sources of e to the routes of their topics.
func (d *Discovery) attach(r *convention.Result, e *entity) {
	for _, l := range e.listeners {
		to := d.route(r, l.topic, e.qos)
		to.listeners = append(to.listeners, l)
	}
}

// route returns the route of topic, which it subscribes to if nobody has.
func (d *Discovery) route(r *convention.Result, topic string, qos byte) *route {
	qos = max(qos, defaultQoS)
	to, ok := d.routes[topic]
	if !ok {
		to = &route{topic: topic}
		d.routes[topic] = to
		if isWild(topic) {
			d.wild.add(to)
		}
	}
	if qos > to.qos {
		to.qos = qos
		r.Subscribe = append(r.Subscribe, convention.Filter{Topic: topic, QoS: qos})
	}
	return to
}

// replay gives e the last messages of topics that others had subscribed to before.
func (d *Discovery) replay(r *convention.Result, e *entity) {
	for i := range e.listeners {
		l := &e.listeners[i]
		to := d.routes[l.topic]
		if to == nil || !to.has {
			continue
		}
		d.message.Reset(to.last, to.heard)
		h := &d.hearing
		*h = hearing{discovery: d, result: r, topic: to.topic, payload: to.last, retained: true, at: to.heard}
		d.tellOne(h, l)
		h.payload, h.result = nil, nil
	}
	d.begin(r, e)
}

// detach takes e from the routes, and forgets those that nobody wants any more.
func (d *Discovery) detach(r *convention.Result, e *entity) {
	for _, l := range e.listeners {
		to := d.routes[l.topic]
		if to == nil {
			continue
		}
		kept := to.listeners[:0]
		for _, other := range to.listeners {
			if other.entity != e {
				kept = append(kept, other)
			}
		}
		clear(to.listeners[len(kept):])
		to.listeners = kept
		d.abandon(r, to)
	}
}

// abandon forgets to when nobody wants its messages.
func (d *Discovery) abandon(r *convention.Result, to *route) {
	if len(to.listeners) > 0 || len(to.sources) > 0 {
		return
	}
	d.memory -= cap(to.last)
	delete(d.routes, to.topic)
	if isWild(to.topic) {
		d.wild.drop(to)
	}
	r.Unsubscribe = append(r.Unsubscribe, to.topic)
}

func validText(text []byte) string { return string(bytes.ToValidUTF8(text, []byte("\uFFFD"))) }
