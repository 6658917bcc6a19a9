package talk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// statusParts is how many values a status line shows. It is read in a list of
// contacts, on a phone.
const statusParts = 4

// lowBattery is the charge in percent below which a battery is worth a place in
// the status line.
const lowBattery = 20

// quiet are properties that a status line leaves out: they explain, or can be
// asked for.
var quiet = []string{"reason", "hold", "scene", "label", "linkquality", "last_seen"}

// StatusLine writes the state of a device in one line: "21.4 °C → 21.0 ·
// heating". It is empty when nothing is known.
func StatusLine(t *devices.Twin, lang Lang) string {
	words := speak(lang)
	var parts []string
	if t.Availability == devices.Offline {
		parts = append(parts, words.offline)
	}
	for _, i := range Main(t) {
		parts = append(parts, words.part(t, i))
	}
	return strings.Join(parts, " · ")
}

// Main returns the indices of the properties that the status line shows, the most
// important first.
func Main(t *devices.Twin) []int {
	var main, ranks [statusParts]int
	n, kind := 0, kindOf(t.Device)
	for i := range t.Device.Properties {
		p := &t.Device.Properties[i]
		if !worthShowing(t, p, t.States[i].Reported) || isMinor(kind, p) && !isChannel(kind, p) {
			continue
		}
		r := rank(kind, p)
		at := n
		for at > 0 && ranks[at-1] > r {
			at--
		}
		if at == statusParts {
			continue
		}
		n = min(n+1, statusParts)
		copy(main[at+1:n], main[at:])
		copy(ranks[at+1:n], ranks[at:])
		main[at], ranks[at] = i, r
	}
	return slices.Clone(distinct(t.Device, main[:n]))
}

// distinct drops what would read like a value before it: a thermostat's second
// temperature tells nobody anything, where both are called the same.
func distinct(d *devices.Device, main []int) []int {
	words := speak(English)
	kept := main[:0]
	for _, i := range main {
		label := words.label(&d.Properties[i])
		same := func(j int) bool { return words.label(&d.Properties[j]) == label }
		if !slices.ContainsFunc(kept, same) {
			kept = append(kept, i)
		}
	}
	return kept
}

func worthShowing(t *devices.Twin, p *devices.Property, v devices.Value) bool {
	if v.IsZero() || slices.Contains(quiet, p.Name) || p.Category != devices.Primary && p.Class != "battery" {
		return false
	}
	number, _ := v.Number()
	text, _ := v.Text()
	switch {
	case p.Class == "battery" && p.Type == devices.TypeNumber:
		return number < lowBattery
	case isTimer(p):
		return number > 0
	case p.Name == "brightness":
		return t.Reported("on") != devices.Boolean(false)
	case p.Name == "color_temp" || p.Name == "white": // what a light shines by now, where it says
		mode := t.Reported("color_mode")
		return mode.IsZero() || mode == devices.Text(p.Name)
	case p.Name == "target":
		return t.Reported("mode") != devices.Text("off") && t.Reported("temperature").IsZero() // otherwise behind the temperature
	case p.Name == "mode":
		return text == "off" || !has("action")(t.Device)
	case p.Name == "action":
		return text != "idle" && text != "off"
	case p.Name == "preset":
		return text != "none" && text != "comfort" && text != "boost"
	case p.Name == "window" && t.Device.Kind == "thermostat":
		on, _ := v.Boolean()
		return on
	}
	return p.Type != devices.TypeText || p.Name == "action" || p.Name == "state"
}

// part writes one value of a status line.
func (l *language) part(t *devices.Twin, i int) string {
	p, value := &t.Device.Properties[i], t.States[i].Reported
	text := l.format(p, value)
	if p.Name == "temperature" && t.Reported("mode") != devices.Text("off") {
		return text + l.arrow(t)
	}
	if l.needsLabel(t.Device, p) {
		return l.labelOf(t.Device, p) + " " + text
	}
	return text
}

// arrow writes where a thermostat wants to go: " → 21.0".
func (l *language) arrow(t *devices.Twin) string {
	p, ok := t.Device.Property("target")
	if !ok || p.Type != devices.TypeNumber {
		return ""
	}
	number, ok := t.Reported("target").Number()
	if !ok {
		return ""
	}
	return " → " + l.number(fmt.Sprintf("%.1f", number))
}

// needsLabel reports whether a value of p cannot be understood alone.
func (l *language) needsLabel(d *devices.Device, p *devices.Property) bool {
	switch p.Type {
	case devices.TypeNumber:
		if p.Unit == "" || p.Unit == "min" {
			return true
		}
		sameUnit := func(other devices.Property) bool {
			return other.Unit == p.Unit && other.Name != p.Name && other.Name != "target" && other.Class != "battery"
		}
		return slices.ContainsFunc(d.Properties, sameUnit)
	case devices.TypeBoolean:
		_, byClass := l.booleans[p.Class]
		_, byName := l.booleans[p.Name]
		return p.Name == "window" || sameClass(d, p) || p.Class == "" && !byName || p.Class != "" && !byClass && !byName
	}
	return p.Name != "mode" && p.Name != "action" && p.Name != "preset"
}

// sameClass reports whether another property of d measures what p does.
func sameClass(d *devices.Device, p *devices.Property) bool {
	return p.Class != "" && slices.ContainsFunc(d.Properties, func(other devices.Property) bool {
		return other.Class == p.Class && other.Type == p.Type && other.Name != p.Name && other.Category == p.Category
	})
}

// worthDescribing leaves out timers that do not run, the reason, for which one asks
// with "why", and what nobody may be shown.
func worthDescribing(p *devices.Property, s devices.State) bool {
	stopped := isTimer(p) && s.Reported == devices.Number(0) && s.Desired.IsZero()
	return !stopped && p.Name != "reason" && !p.Secret
}

// value writes one property: "Target: 21 °C (21.5 °C asked, not confirmed yet)".
func (l *language) value(t *devices.Twin, p *devices.Property) string {
	state, _ := t.State(p.Name)
	return l.labelOf(t.Device, p) + ": " + l.state(p, state)
}

// maxValue is how much of a text value one sees; some devices send whole programmes.
const maxValue = 300

// state writes what is known of a property.
func (l *language) state(p *devices.Property, state devices.State) string {
	if p.Secret {
		return l.hidden
	}
	text := "–"
	if !state.Reported.IsZero() {
		text = l.format(p, state.Reported)
	}
	if len(text) > maxValue {
		text = strings.ToValidUTF8(text[:maxValue], "") + "…"
	}
	if !state.Desired.IsZero() {
		text += " (" + fmt.Sprintf(l.asked, l.format(p, state.Desired)) + ")"
	}
	return text
}

func (l *language) duration(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d %s", int(d.Seconds()), l.units[0])
	case d < time.Hour:
		return fmt.Sprintf("%d %s", int(d.Minutes()), l.units[1])
	case d < 48*time.Hour:
		return fmt.Sprintf("%d %s", int(d.Hours()), l.units[2])
	}
	return fmt.Sprintf("%d %s", int(d.Hours()/24), l.units[3])
}
