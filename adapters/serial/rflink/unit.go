package rflink

import (
	"bytes"
	"math"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// unit is one switch of a device.
type unit struct {
	name string // as it is written
	end  string // of its properties' names; none for the first

	switches, dims, moves, paints, rings bool

	color, bright byte // of one that paints: the last ones
}

// unit returns what the device knows of a switch, which it learns here; nil: there are
// too many. name is in lower case, wire as it is to be sent.
func (d *device) unit(name, wire []byte) *unit {
	for _, u := range d.units {
		if sameSwitch(u.name, name) {
			return u
		}
	}
	if len(d.units) >= maxSwitches {
		return nil
	}
	u := &unit{name: string(wire), bright: 255}
	if len(d.units) > 0 {
		u.end = "_" + lower(u.name)
	}
	d.units = append(d.units, u)
	if d.cfg == nil {
		return u
	}
	switch d.cfg.Kind {
	case "cover":
		d.learn(u, &u.moves)
	case "chime":
		d.learn(u, &u.rings)
	case "light", "plug", "switch", "button":
		d.learn(u, &u.switches)
	}
	if d.cfg.Dims {
		d.learn(u, &u.dims)
	}
	if wires[lower(d.as.protocol)].form == painted && d.cfg.Kind == "light" {
		d.learn(u, &u.paints)
	}
	return u
}

// learn adds the properties of one thing that a unit can, unless they are there.
func (d *device) learn(u *unit, ability *bool) {
	if *ability {
		return
	}
	*ability = true
	commands := d.commands()
	class := kinds[""].class
	if d.cfg != nil {
		class = kinds[d.cfg.Kind].class
	}
	switch ability {
	case &u.switches:
		d.addProperty(devices.Property{Name: "on" + u.end, Type: devices.TypeBoolean, Class: class, Writable: commands})
	case &u.dims:
		d.learn(u, &u.switches)
		d.addProperty(devices.Property{Name: "brightness" + u.end, Type: devices.TypeNumber, Unit: "%", Max: 100, Class: "brightness", Writable: commands})
	case &u.moves:
		d.addProperty(devices.Property{Name: "state" + u.end, Type: devices.TypeEnum, Options: []string{"open", "closed"}})
		d.addProperty(devices.Property{Name: "command" + u.end, Type: devices.TypeEnum, Options: []string{"open", "close", "stop"}, Writable: commands})
	case &u.paints:
		d.learn(u, &u.dims)
		d.addProperty(devices.Property{Name: "color" + u.end, Type: devices.TypeText, Writable: commands})
	case &u.rings:
		d.addProperty(devices.Property{Name: "chime" + u.end, Type: devices.TypeNumber, Max: 255, Step: 1, Writable: commands})
	}
	if commands && d.cfg != nil && (u.moves || u.paints) {
		d.pairs(u)
	}
}

// pairs lets people have a motor or a lamp learn our address.
func (d *device) pairs(u *unit) {
	protocol := lower(d.as.protocol)
	name := "pair" + u.end
	if protocol != "rts" && wires[protocol].form != painted {
		return
	}
	for i := range d.properties {
		if d.properties[i].Name == name {
			return
		}
	}
	d.addProperty(devices.Property{Name: name, Type: devices.TypeBoolean, Writable: true, Category: devices.Setting})
}

// commands reports whether the device takes commands: a remote control is one like what
// it switches, unless the configuration says that it is no more than that.
func (d *device) commands() bool { return d.cfg == nil || kinds[d.cfg.Kind].commands }

// action is what a CMD says.
type action struct {
	word       word
	level      uint32 // of setLevel
	everything bool   // it is for all switches
}

type word uint8

const (
	switchOn word = iota + 1
	switchOff
	setLevel
	moveUp
	moveDown
	moveStop
	otherwise // known, and no state: a pairing, an effect
)

// readAction reads the value of CMD; ok is false for one that is not known.
func readAction(text []byte) (a action, ok bool) {
	if level, is := bytes.CutPrefix(text, []byte("SET_LEVEL=")); is {
		n, err := decimalNumber(level)
		return action{word: setLevel, level: n}, err == nil && n <= 15
	}
	switch string(text) {
	case "ON", "BRIGHT", "COLOR": // a lamp that is to be brighter, or another colour, is on
		return action{word: switchOn}, true
	case "OFF":
		return action{word: switchOff}, true
	case "ALLON", "ALL ON", "GROUPON":
		return action{word: switchOn, everything: true}, true
	case "ALLOFF", "ALL OFF", "GROUPOFF":
		return action{word: switchOff, everything: true}, true
	case "UP":
		return action{word: moveUp}, true
	case "DOWN":
		return action{word: moveDown}, true
	case "STOP":
		return action{word: moveStop}, true
	case "PAIR", "UNPAIR", "DISCO+", "DISCO-", "DIM", "CONFIRM", "LIMIT":
		return action{word: otherwise}, true
	}
	return action{word: otherwise}, bytes.HasPrefix(text, []byte("MODE")) && len(text) == len("MODE0")
}

// adapt makes a unit one that can do an action.
func (d *device) adapt(u *unit, a action) {
	switch {
	case a.word == moveUp || a.word == moveDown || a.word == moveStop:
		d.learn(u, &u.moves)
	case a.word == otherwise:
	case u.moves: // one whose remote control says ON and OFF
	case a.word == setLevel:
		d.learn(u, &u.dims)
	default:
		d.learn(u, &u.switches)
	}
}

// act appends what an action makes of a unit.
func (d *device) act(r *codec.Result, u *unit, a action, at time.Time) {
	up := a.word == moveUp || a.word == switchOn || a.word == setLevel && a.level > 0
	switch {
	case a.word == otherwise || a.word == moveStop:
	case u.moves:
		state := "closed"
		if up != (d.cfg != nil && d.cfg.Inverted) {
			state = "open"
		}
		d.report(r, "state", u.end, devices.Text(state), at)
	case a.word == setLevel:
		d.report(r, "brightness", u.end, percent(a.level, 15), at)
		d.report(r, "on", u.end, devices.Boolean(up), at)
	case u.switches:
		d.report(r, "on", u.end, devices.Boolean(up), at)
	}
}

// report appends a reading of a property of a unit, if the device has it.
func (d *device) report(r *codec.Result, name, end string, v devices.Value, at time.Time) {
	for i := range d.properties {
		full := d.properties[i].Name
		if len(full) == len(name)+len(end) && full[:len(name)] == name && full[len(name):] == end {
			r.Readings = append(r.Readings, devices.Reading{Device: d.id, Property: full, Value: v, At: at})
			return
		}
	}
}

func percent(n, of uint32) devices.Value {
	return devices.Number(math.Round(float64(n) * 100 / float64(of)))
}
