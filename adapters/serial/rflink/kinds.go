package rflink

import (
	"time"

	"thingbridge/devices"
)

// kindOf is what a word for a kind in the configuration makes of ON and OFF.
type kindOf struct {
	commands bool   // it takes them from us
	class    string // of the property on
	label    *label // of a sensor that says them
}

var kinds = map[string]kindOf{
	"": {commands: true, class: "switch"}, "switch": {commands: true, class: "switch"}, "plug": {commands: true, class: "outlet"},
	"light": {commands: true, class: "light"}, "cover": {commands: true}, "chime": {commands: true},
	"button": {}, "sensor": {}, "meter": {},
	"door":   {label: says("open", "door", 0)},
	"window": {label: says("open", "window", 0)},
	"motion": {label: says("motion", "motion", 2*time.Minute)},
	"smoke":  {label: says("smoke", "smoke", 15*time.Minute)},
	"leak":   {label: says("leak", "moisture", 0)},
}

// kindWords are the kinds in the order in which they are offered.
var kindWords = []string{"light", "plug", "switch", "cover", "chime", "door", "window", "motion", "smoke", "leak", "button", "sensor", "meter"}

func says(name, class string, clears time.Duration) *label {
	return &label{word: "CMD", form: truth, property: devices.Property{Name: name, Type: devices.TypeBoolean, Class: class}, clears: clears}
}

// wireForm is how a protocol is sent.
type wireForm uint8

const (
	withSwitch    wireForm = iota // protocol, address, switch, command
	withoutSwitch                 // protocol, address, command
	ringing                       // protocol, address
	painted                       // protocol, address, switch, colour and brightness, command
)

// wire is how a protocol is sent where that is not as it is heard.
type wire struct {
	name   string // to send; empty: as it is heard
	digits int    // of the address, at least; the gateway counts them
	form   wireForm
}

// wires has protocols in lower case.
var wires = map[string]wire{
	"kaku": {digits: 6}, "ab400d": {digits: 6}, "impuls": {digits: 6}, "x10": {digits: 6}, "newkaku": {digits: 6},
	"powerfix": {digits: 6}, "ikea koppla": {digits: 6}, "ev1527": {digits: 6}, "chuango": {digits: 6}, "eurodomest": {digits: 6},
	"conrad": {digits: 6}, "conrad rsl2": {name: "Conrad", digits: 6}, "byron": {digits: 6}, "byron sx": {name: "Byron", digits: 6},
	"selectplus": {digits: 6, form: ringing}, "deltronic": {digits: 6, form: ringing},
	"mertik": {form: withoutSwitch}, "milightv1": {form: painted},
}
