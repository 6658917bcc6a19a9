package tasmota

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// ordering is how a property is told what to be.
type ordering uint8

const (
	orderNone    ordering = iota
	orderPlain            // the command with the number
	orderMode             // the command with the number of the option
	orderRelay            // Power1 ON
	orderLight            // the same, among others
	orderDimmer           // Dimmer 50
	orderSetting          // a command that a light takes when it is on
	orderColor
	orderScheme
	orderLength // of fades; it is remembered
	orderFan
	orderSpeed
	orderPosition
	orderShutter
	orderTilt
)

// order leads from a command to the messages that carry it.
type order struct {
	how     ordering
	number  int    // of the relay or the shutter, from 1
	command string // of the firmware
	shutter int    // index
}

// Command returns the messages that carry cmd to its device.
func (t *Tasmota) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d, ok := t.ids[cmd.Device]
	if !ok || t.spokenFor(d) {
		return nil, fmt.Errorf("%s: %w", cmd.Device, convention.ErrNotMine)
	}
	p, v, err := convention.Asked(d.info, cmd)
	if err != nil {
		return nil, err
	}
	o, ok := d.orders[p.Name]
	if !ok {
		return nil, fmt.Errorf("%s: %s: %w", cmd.Device, p.Name, devices.ErrNotWritable)
	}
	if o.how == orderLength {
		return nil, nil
	}
	m, err := d.message(&o, p, v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	m.Topic = d.topics.cmnd + m.Topic
	return []convention.Message{m}, nil
}

// message carries v by order o. Its topic is the command alone.
func (d *device) message(o *order, p *devices.Property, v devices.Value) (convention.Message, error) {
	number, n := strconv.Itoa(o.number), v.String()
	switch o.how {
	case orderPlain:
		return plainly(o.command, n), nil
	case orderMode, orderSpeed:
		if o.how == orderSpeed {
			return plainly("FanSpeed", indexOf(p.Options, n)), nil
		}
		return plainly(o.command, indexOf(p.Options, n)), nil
	case orderRelay:
		return plainly("Power"+number, d.power(v)), nil
	case orderFan:
		return plainly("FanSpeed", d.fanCommand(v)), nil
	case orderPosition, orderTilt, orderShutter:
		return d.moveShutter(o, v), nil
	}
	return d.lightMessage(o, p, v)
}

func plainly(command, payload string) convention.Message {
	return convention.Message{Topic: command, Payload: []byte(payload)}
}

// power spells a state as the device does.
func (d *device) power(v devices.Value) string {
	if v == devices.Boolean(true) {
		return d.config.States[1]
	}
	return d.config.States[0]
}

// fanCommand turns the fan on as fast as it was, or else moderately.
func (d *device) fanCommand(v devices.Value) string {
	const moderate = 2
	switch {
	case v != devices.Boolean(true):
		return "0"
	case d.fanSpeed > 0:
		return strconv.Itoa(int(d.fanSpeed))
	}
	return strconv.Itoa(moderate)
}

func indexOf(options []string, option string) string {
	for i := range options {
		if options[i] == option {
			return strconv.Itoa(i)
		}
	}
	return "0"
}

// lightMessage tells a light several things at once, without the pause that the
// firmware makes between commands.
func (d *device) lightMessage(o *order, p *devices.Property, v devices.Value) (convention.Message, error) {
	on := "Power" + strconv.Itoa(o.number) + " " + d.config.States[1]
	off := "Power" + strconv.Itoa(o.number) + " " + d.config.States[0]
	first := d.fade(o, v)
	tell := func(commands ...string) (convention.Message, error) {
		return backlog(append(first, commands...)...), nil
	}
	switch o.how {
	case orderLight:
		return tell("Power" + strconv.Itoa(o.number) + " " + d.power(v))
	case orderDimmer:
		switch {
		case v == devices.Number(0):
			return tell(off)
		case d.config.on(optionPowerUnlinked):
			return tell(o.command+" "+v.String(), on)
		}
		return tell(o.command + " " + v.String())
	case orderScheme:
		return tell(on, "Scheme "+indexOf(p.Options, v.String()))
	case orderColor:
		text, _ := v.Text()
		hue, saturation, err := hsOf(text)
		if err != nil {
			return convention.Message{}, err
		}
		return tell(on, "HsbColor1 "+strconv.Itoa(hue), "HsbColor2 "+strconv.Itoa(saturation))
	}
	return tell(on, o.command+" "+v.String())
}

func backlog(commands ...string) convention.Message {
	return plainly("Backlog", "NoDelay;"+strings.Join(commands, ";NoDelay;"))
}

// moveShutter tells a shutter where to go.
func (d *device) moveShutter(o *order, v devices.Value) convention.Message {
	number := strconv.Itoa(o.number)
	n, _ := v.Number()
	switch o.how {
	case orderPosition:
		if d.shutters[o.shutter].inverted {
			n = 100 - n
		}
		return plainly("ShutterPosition"+number, strconv.Itoa(int(math.Round(n))))
	case orderTilt:
		s := &d.shutters[o.shutter]
		return plainly("ShutterTilt"+number, strconv.Itoa(int(math.Round(s.lowest+n*(s.highest-s.lowest)/100))))
	}
	return plainly("Shutter"+map[string]string{"open": "Open", "close": "Close", "stop": "Stop"}[v.String()]+number, "")
}
