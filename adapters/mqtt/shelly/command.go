package shelly

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// ordering is how a property is told what to be.
type ordering uint8

const (
	orderNone       ordering = iota
	orderTurn                // first generation: on or off
	orderSet                 // a key of JSON
	orderColor               // three of them
	orderCover               // open, close, stop
	orderPosition            // of a roller
	orderThermostat          // a topic of its own
	orderRPC                 // later generations: a parameter of a method
	orderLight               // the same, for a light that is turned on by it
	orderConfig              // a parameter of a configuration
	orderMove                // open, close, stop
	orderTRV                 // a method that is passed on by radio
)

// order leads from a command to the message that carries it.
type order struct {
	how    ordering
	method string
	key    string
	part   part
	echoes bool // nothing will report what was told
}

// Command returns the messages that carry cmd to its device.
func (s *Shelly) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, ok := s.ids[cmd.Device]
	if !ok || s.spokenFor(d) {
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
	m, err := d.message(&o, v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return []convention.Message{m}, nil
}

// message carries v by order o.
func (d *device) message(o *order, v devices.Value) (convention.Message, error) {
	if d.generation > 1 {
		return d.rpc(o, v)
	}
	base := d.prefix + "/" + o.part.kind + "/" + strconv.Itoa(o.part.number)
	on, _ := v.Boolean()
	plain := func(topic, payload string) (convention.Message, error) {
		return convention.Message{Topic: topic, Payload: []byte(payload)}, nil
	}
	switch o.how {
	case orderTurn:
		turn := map[bool]string{true: "on", false: "off"}[on]
		if o.part.kind == "white" {
			return plain(base+"/set", `{"turn":"`+turn+`"}`)
		}
		return plain(base+"/command", turn)
	case orderCover:
		return plain(base+"/command", v.String())
	case orderPosition:
		return plain(base+"/command/pos", v.String())
	case orderThermostat:
		payload := v.String()
		if v.Type() == devices.TypeBoolean {
			payload = map[bool]string{true: "1", false: "0"}[on]
		}
		return plain(d.prefix+"/thermostat/"+strconv.Itoa(o.part.number)+"/command/"+o.key, payload)
	case orderColor:
		parts, err := colorOf(v)
		if err != nil {
			return convention.Message{}, err
		}
		return plain(base+"/set", fmt.Sprintf(`{"turn":"on"%s,"red":%d,"green":%d,"blue":%d}`, d.mode(o, "color"), parts[0], parts[1], parts[2]))
	}
	return plain(base+"/set", d.setting(o, v))
}

// setting is the JSON that sets one key of a light.
func (d *device) setting(o *order, v devices.Value) string {
	switch o.key {
	case "mode":
		return `{"mode":"` + v.String() + `"}`
	case "brightness", "gain":
		if v == devices.Number(0) {
			return `{"turn":"off"}`
		}
	case "temp":
		return `{"turn":"on"` + d.mode(o, "white") + `,"temp":` + v.String() + `}`
	}
	return `{"turn":"on","` + o.key + `":` + v.String() + `}`
}

// mode chooses between color and white, for a light that has both.
func (d *device) mode(o *order, mode string) string {
	if _, ok := d.bindings[o.part.key+"/status/mode"]; ok {
		return `,"mode":"` + mode + `"`
	}
	return ""
}

// rpc calls the method of o.
func (d *device) rpc(o *order, v devices.Value) (convention.Message, error) {
	id := strconv.Itoa(o.part.number)
	value, err := valueJSON(o, v)
	if err != nil {
		return convention.Message{}, err
	}
	switch o.how {
	case orderMove:
		method := map[string]string{"open": "Cover.Open", "close": "Cover.Close", "stop": "Cover.Stop"}[v.String()]
		return d.call("set", method, `{"id":`+id+`}`), nil
	case orderConfig:
		return d.call("set", o.method, `{"id":`+id+`,"config":{"id":`+id+`,"`+o.key+`":`+value+`}}`), nil
	case orderTRV:
		return d.call("set", "BluTRV.Call", `{"id":`+id+`,"method":"TRV.SetTarget","params":{"id":0,"target_C":`+value+`}}`), nil
	case orderLight:
		switch {
		case o.key == "brightness" && v == devices.Number(0):
			return d.call("set", o.method, `{"id":`+id+`,"on":false}`), nil
		case o.key != "mode":
			return d.call("set", o.method, `{"id":`+id+`,"on":true`+d.laterMode(o)+`,"`+o.key+`":`+value+`}`), nil
		}
	}
	return d.call("set", o.method, `{"id":`+id+`,"`+o.key+`":`+value+`}`), nil
}

// laterMode chooses between color and white, for a light that has both.
func (d *device) laterMode(o *order) string {
	mode := map[string]string{"ct": "cct", "rgb": "rgb"}[o.key]
	if _, ok := d.bindings[o.part.key+"/mode"]; ok && mode != "" {
		return `,"mode":"` + mode + `"`
	}
	return ""
}

// valueJSON spells v as JSON.
func valueJSON(o *order, v devices.Value) (string, error) {
	text, isText := v.Text()
	switch {
	case o.key == "rgb":
		parts, err := colorOf(v)
		return fmt.Sprintf("[%d,%d,%d]", parts[0], parts[1], parts[2]), err
	case isText:
		raw, err := json.Marshal(text)
		return string(raw), err
	}
	return v.String(), nil
}

// colorOf reads #ff8800.
func colorOf(v devices.Value) (parts [3]byte, err error) {
	text, _ := v.Text()
	digits, ok := strings.CutPrefix(strings.TrimSpace(text), "#")
	n, parseErr := strconv.ParseUint(digits, 16, 32)
	if !ok || parseErr != nil || len(digits) != 6 {
		return parts, fmt.Errorf("%w: got %q, want a color as #ff8800", devices.ErrType, convention.Shorten(text))
	}
	return [3]byte{byte(n >> 16), byte(n >> 8), byte(n)}, nil
}
