package homeassistant

import (
	"fmt"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// tilts adds how its slats stand.
func (c *shutter) tilts(s *spec, e *entity) {
	if s.text("tilt_command_topic") == "" && s.text("tilt_status_topic") == "" {
		return
	}
	c.tilt = e.add(share("tilt"))
	view := s.template("tilt_status_template")
	e.listen(s.topic("tilt_status_topic"), func(h *hearing) error {
		text, err := h.render(view)
		c.leans(h, text, err)
		return nil
	})
	e.writesPosition(s.topic("tilt_command_topic"), s.template("tilt_command_template"), c.tilt, c.lean, "tilt_position", c.ends()...)
	c.tilt.echoes = c.tilt.order != nil && (s.flag("tilt_optimistic", false) || s.text("tilt_status_topic") == "")
	if c.tilt.order != nil {
		c.tiltOrders(s, e)
	}
}

// tiltOrders adds what the slats can be told: to open and to close is to go to places
// that need not be the ends.
func (c *shutter) tiltOrders(s *spec, e *entity) {
	places := map[string]float64{
		"open_tilt": s.numberOr("tilt_opened_value", 100), "close_tilt": s.numberOr("tilt_closed_value", 0),
	}
	c.slats = e.add(devices.Property{
		Name: "tilt_command", Type: devices.TypeEnum, Options: []string{"open_tilt", "close_tilt", "stop_tilt"}, Writable: true,
	})
	topic, view, stop := s.topic("tilt_command_topic"), s.template("tilt_command_template"), s.textOr("payload_stop_tilt", "STOP")
	c.slats.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		option, _ := v.Text()
		to, moves := places[option]
		if !moves {
			return o.message(topic, []byte(stop)), nil
		}
		percent := devices.Number(c.lean.percent(to))
		payload, err := o.render(view, devices.Number(to), append([]variable{{"tilt_position", percent}, {"entity_id", devices.Text(e.idOfTemplates())}}, c.ends()...)...)
		if err != nil {
			return nil, err
		}
		return o.message(topic, payload), nil
	}
	c.slats.echoes = c.tilt.echoes
	c.slats.echo = func(h *hearing, v devices.Value) {
		option, _ := v.Text()
		if to, moves := places[option]; moves {
			h.report(c.tilt, devices.Number(c.lean.percent(to)))
		}
		h.report(c.slats, v)
	}
	c.tilt.follow = func(h *hearing, v devices.Value) {
		n, _ := v.Number()
		for option, to := range places {
			if c.lean.percent(to) == n && c.slats.last != devices.Text(option) {
				h.report(c.slats, devices.Text(option))
				return
			}
		}
	}
}

// leans takes a tilt, of which a message need not tell.
func (c *shutter) leans(h *hearing, text []byte, err error) {
	if err == nil && isNothing(text) {
		return
	}
	var v devices.Value
	if err == nil {
		v, err = c.tilt.number(text)
	}
	if n, ok := v.Number(); ok && err == nil {
		if low, high := min(c.lean.none, c.lean.full), max(c.lean.none, c.lean.full); n < low || n > high {
			err = fmt.Errorf("%w: the tilt is %v, want %v to %v", devices.ErrRange, n, low, high)
		}
		v = devices.Number(c.lean.percent(n))
	}
	if err != nil {
		h.fault(c.tilt, err)
		return
	}
	h.report(c.tilt, v)
}
