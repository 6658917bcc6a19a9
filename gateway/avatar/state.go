package avatar

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// State is what of a device's state its picture shows.
type State uint8

// The states.
const (
	Idle State = iota
	On         // works, shines, plays, sees somebody
	Heating
	Cooling
	Open    // open, or not locked
	Alarm   // danger, or a fault
	Offline // cannot be reached
	states
)

// shown says which kinds show a state. All show the others.
var shown = map[State][]Kind{
	On:      {Light, Plug, Switch, Motion, Fan, Camera, Vacuum, Media},
	Heating: {Thermostat},
	Cooling: {Thermostat},
	Open:    {Door, Window, Cover, Lock},
}

// normal is l with a state that its kind shows.
func (l Look) normal() Look {
	if kinds, some := shown[l.State]; some && !slices.Contains(kinds, l.Kind) {
		l.State = Idle
	}
	return l
}

// Of returns what a device looks like. What is an alarm is not for this package to
// say; see [Look.With].
func Of(t *devices.Twin) Look {
	l := Look{Kind: KindOf(t.Device)}
	if t.Availability == devices.Offline {
		return l.With(Offline)
	}
	for s, kinds := range shown {
		if !slices.Contains(kinds, l.Kind) {
			continue
		}
		for i := range t.Device.Properties {
			if shows(l.Kind, s, &t.Device.Properties[i], t.States[i].Reported) {
				l.State = s
			}
		}
	}
	return l
}

// With returns l in another state, or at rest where its kind does not show that.
func (l Look) With(s State) Look {
	l.State = s
	return l.normal()
}

// shows reports whether a value of one property puts a kind into a state.
func shows(k Kind, s State, p *devices.Property, v devices.Value) bool {
	switch v.Type() {
	case devices.TypeBoolean:
		on, _ := v.Boolean()
		return on && slices.Contains(truths[s], meaning(p)) && fits(k, p)
	case devices.TypeNumber:
		n, _ := v.Number()
		return s == Open && k == Cover && p.Name == "position" && n > 0 || s == On && k == Fan && (p.Name == "speed" || p.Name == "percentage") && n > 0
	}
	word, _ := v.Text()
	return slices.Contains(stating, p.Name) && slices.Contains(words[s], strings.ToLower(word))
}

// fits keeps a window's class from opening a thermostat, and the light of a fan
// from turning it.
func fits(k Kind, p *devices.Property) bool {
	of, ok := classes[p.Class]
	return !ok || of == k || k == Door && of == Window || k == Window && of == Door || p.Class == "switch" || p.Class == "power"
}

func meaning(p *devices.Property) string {
	if p.Class != "" && p.Class != "switch" && p.Class != "power" {
		return p.Class
	}
	return p.Name
}

// truths are the classes, or without one the names, of booleans that mean a state
// when they are true.
var truths = map[State][]string{
	On:      {"on", "state", "power", "switch", "light", "outlet", "running", "motion", "occupancy", "presence", "moving", "playing", "cleaning", "recording"},
	Heating: {"heating"},
	Cooling: {"cooling"},
	Open:    {"open", "door", "garage_door", "window", "opening", "lock", "unlocked"},
}

// stating are the names of texts that say what the device does.
var stating = []string{"action", "hvac_action", "running_state", "state", "status", "lock_state", "activity"}

// words are the texts that mean a state.
var words = map[State][]string{
	On:      {"on", "playing", "cleaning", "recording", "streaming", "detected"},
	Heating: {"heating"},
	Cooling: {"cooling"},
	Open:    {"open", "opening", "unlocked", "unlocking"},
}
