package homeassistant

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// text is a text that can be set. One that is a password is not read, and secret: whoever
// may see the device would see it.
func text(s *spec, e *entity) {
	s.need("command_topic")
	const longest = 255 // letters, as in Home Assistant
	low, high := s.numberOr("min", 0), s.numberOr("max", longest)
	if low < 0 || high > longest || low > high {
		s.fail("min and max are %v and %v, want lengths from 0 to %d", low, high, longest)
	}
	secret := false
	switch mode := s.textOr("mode", "text"); mode {
	case "text":
	case "password":
		secret = true
	default:
		s.fail("mode is %q, want text or password", shorten(mode))
	}
	const longestPattern = 1000 // bytes
	// A pattern in a form of Python's own is the device's to check.
	pattern, err := regexp.Compile(`^(?:` + s.text("pattern") + `)`)
	if err != nil || len(s.text("pattern")) > longestPattern {
		pattern = regexp.MustCompile("")
	}
	p := e.add(devices.Property{Type: devices.TypeText, Secret: secret})
	check := func(v devices.Value) error {
		text, _ := v.Text()
		if n := utf8.RuneCountInString(text); n < int(low) || n > int(high) {
			return fmt.Errorf("%s: %w: a text of %d letters, want %v to %v", p.property.Name, devices.ErrRange, n, low, high)
		}
		if !pattern.MatchString(text) {
			return fmt.Errorf("%s: %w: %s does not have the form %s", p.property.Name, devices.ErrRange, strconv.Quote(shorten(p.property.Shown(v))), shorten(s.text("pattern")))
		}
		return nil
	}
	if !secret {
		e.reads(s, "state_topic", "value_template", p, func(text []byte) (devices.Value, error) {
			v, err := p.text(text)
			if err == nil && !v.IsZero() && v != p.last {
				err = check(v)
			}
			return v, err
		})
	}
	e.writes(s, "command_topic", "command_template", p, plainly)
	p.echoes = s.optimistic("state_topic") && !secret
	p.insist(check)
}

// insist refuses values before they are sent.
func (p *part) insist(check func(v devices.Value) error) {
	send := p.order
	if send == nil {
		return
	}
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		if err := check(v); err != nil {
			return nil, err
		}
		return send(o, v)
	}
}

// moment makes the component of a date or a time, which is a text of a certain form.
func moment(form string, layouts ...string) func(s *spec, e *entity) {
	return func(s *spec, e *entity) {
		s.need("command_topic")
		p := e.add(devices.Property{Type: devices.TypeText})
		e.reads(s, "state_topic", "value_template", p, p.text)
		e.writes(s, "command_topic", "command_template", p, plainly)
		p.echoes = s.optimistic("state_topic")
		p.insist(func(v devices.Value) error {
			text, _ := v.Text()
			for _, layout := range layouts {
				if _, err := time.Parse(layout, text); err == nil {
					return nil
				}
			}
			return fmt.Errorf("%s: %w: got %q, want %s", p.property.Name, devices.ErrRange, shorten(text), form)
		})
	}
}
