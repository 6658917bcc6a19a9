package rflink

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Encode sends a command as a remote control would.
func (x *RFLink) Encode(r *codec.Result, cmd devices.Command, ticket codec.Ticket, now time.Time) error {
	d := x.devices[cmd.Device]
	if d == nil {
		return fmt.Errorf("device %q: %w", shorten(string(cmd.Device)), codec.ErrNoSuchDevice)
	}
	p := d.property(cmd.Property)
	if p == nil {
		return fmt.Errorf("device %q, property %q: %w", cmd.Device, shorten(cmd.Property), codec.ErrNoSuchProperty)
	}
	if !p.Writable {
		return fmt.Errorf("device %q, property %s: %w: its radio only sends", cmd.Device, p.Name, devices.ErrNotWritable)
	}
	value := p.Round(cmd.Value)
	if err := p.Check(value); err != nil {
		return fmt.Errorf("device %q: %w", cmd.Device, err)
	}
	u, ability := d.find(p.Name)
	if u == nil {
		return fmt.Errorf("device %q, property %q: %w", cmd.Device, p.Name, codec.ErrNoSuchProperty)
	}
	if len(x.queue.orders) >= maxWaiting {
		return errBusy
	}
	word, proves, err := d.word(u, ability, value)
	if err != nil {
		return fmt.Errorf("device %q: %w", cmd.Device, err)
	}
	if word == "BRIGHT" || word == "COLOR" { // these lamps listen to who has switched them last
		x.queue.put(r, order{line: d.line(u, "ON")}, now)
	}
	x.queue.put(r, order{ticket: ticket, line: d.line(u, word), proves: proves}, now)
	return nil
}

func (d *device) property(name string) *devices.Property {
	for i := range d.properties {
		if d.properties[i].Name == name {
			return &d.properties[i]
		}
	}
	return nil
}

// find returns the unit that a property belongs to, and what the property is for it.
func (d *device) find(name string) (u *unit, ability string) {
	for _, one := range [...]string{"on", "brightness", "color", "command", "chime", "pair"} {
		end, ok := strings.CutPrefix(name, one)
		if !ok {
			continue
		}
		for _, u := range d.units {
			if u.end == end {
				return u, one
			}
		}
	}
	return nil, ""
}

// word returns what to send for a value, and what holds when it was sent.
func (d *device) word(u *unit, ability string, v devices.Value) (word string, proves []devices.Reading, err error) {
	prove := func(name string, v devices.Value) {
		proves = append(proves, devices.Reading{Device: d.id, Property: name + u.end, Value: v})
	}
	prove(ability, v)
	n, _ := v.Number()
	is, _ := v.Boolean()
	text, _ := v.Text()
	switch ability {
	case "on":
		return onOff(is), proves, nil
	case "brightness":
		prove("on", devices.Boolean(n > 0))
		if u.paints && n > 0 {
			u.bright = byte(math.Round(n * 255 / 100))
			return "BRIGHT", proves, nil
		}
		level := int(math.Round(n * 15 / 100))
		switch {
		case n == 0:
			return "OFF", proves, nil
		case level == 0:
			level = 1
		}
		proves[0].Value = percent(uint32(level), 15)
		return strconv.Itoa(level), proves, nil
	case "color":
		hue, err := hueOf(text)
		if err != nil {
			return "", nil, err
		}
		prove("on", devices.Boolean(true))
		u.color = hue
		return "COLOR", proves, nil
	case "command":
		word, state := d.move(text)
		if state != "" {
			prove("state", devices.Text(state))
		}
		return word, proves, nil
	case "chime":
		if n > 0 && wires[lower(d.as.protocol)].form != ringing {
			u.name = strconv.Itoa(int(n))
			if len(u.name) == 1 {
				u.name = "0" + u.name
			}
		}
		return "ON", proves, nil
	}
	return "PAIR", proves, nil
}

func onOff(on bool) string {
	if on {
		return "ON"
	}
	return "OFF"
}

// move returns the word for an order to a cover, and where it goes.
func (d *device) move(order string) (word, state string) {
	inverted := d.cfg != nil && d.cfg.Inverted
	switch {
	case order == "stop":
		return "STOP", ""
	case order == "open" && inverted:
		return "DOWN", "open"
	case order == "open":
		return "UP", "open"
	case inverted:
		return "UP", "closed"
	}
	return "DOWN", "closed"
}

// line returns the line that sends a word.
func (d *device) line(u *unit, word string) []byte {
	how := wires[lower(d.as.protocol)]
	name := how.name
	if name == "" {
		name = d.as.protocol
	}
	out := append(append([]byte("10;"), name...), ';')
	for n := len(d.as.address); n < how.digits; n++ {
		out = append(out, '0')
	}
	out = append(append(out, d.as.address...), ';')
	if how.form == ringing {
		return append(out, "\r\n"...)
	}
	if how.form != withoutSwitch && u.name != "" {
		out = append(append(out, u.name...), ';')
	}
	if how.form == painted {
		out = fmt.Appendf(out, "%02x%02x;", u.color, u.bright)
	}
	out = append(append(out, word...), ';')
	return append(out, "\r\n"...)
}
