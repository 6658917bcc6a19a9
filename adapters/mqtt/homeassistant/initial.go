package homeassistant

import (
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// starts has p begin with v where nothing reports it, as in Home Assistant.
func (p *part) starts(v devices.Value) {
	if p.echoes {
		p.initial = v
	}
}

// begin reports the values with which e begins. One that was announced before begins
// with what is remembered of it.
func (d *Discovery) begin(r *convention.Result, e *entity) {
	if !d.live || e.group == nil {
		return
	}
	h := &hearing{discovery: d, result: r, entity: e, at: d.announcedAt}
	for _, p := range e.parts {
		if p.last.IsZero() && !p.initial.IsZero() {
			h.report(p, p.initial)
		}
	}
}
