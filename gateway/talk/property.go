package talk

import (
	"math"
	"slices"
	"strings"

	"thingbridge/devices"
)

// setpoint returns the number that a bare value, "warmer" and "cooler" change:
// the target, the brightness of a light, the position of a cover, or the only number
// that people set. It is nil when there is none.
func setpoint(d *devices.Device) *devices.Property {
	for _, name := range []string{"target", "brightness", "position"} {
		if p, ok := d.Property(name); ok && p.Writable && p.Type == devices.TypeNumber {
			return p
		}
	}
	kind := kindOf(d)
	numbers := primary(d, func(p *devices.Property) bool { return p.Writable && p.Type == devices.TypeNumber && !isMinor(kind, p) })
	if len(numbers) != 1 {
		return nil
	}
	return numbers[0]
}

// switched are kinds of devices that are there to be switched, however their channels
// are called.
var switched = []string{"", "light", "plug", "switch", "fan", "media"}

// isChannel reports whether p switches a device of a kind, and not something about it.
// Locks and covers are not switched.
func isChannel(kind string, p *devices.Property) bool {
	if !p.Writable || p.Type != devices.TypeBoolean || p.Category != devices.Primary || isLock(p) || p.Name == "open" {
		return false
	}
	return p.Name == "on" || slices.Contains([]string{"switch", "outlet", "light"}, p.Class) || slices.Contains(switched, kind)
}

// switchOf returns the property that "on" and "off" change, and the value: a
// boolean that can be set, or else a mode with the option off.
func switchOf(d *devices.Device, on bool) (*devices.Property, devices.Value) {
	kind := kindOf(d)
	channels := primary(d, func(p *devices.Property) bool { return isChannel(kind, p) })
	if i := slices.IndexFunc(channels, func(p *devices.Property) bool { return p.Name == "on" }); i > 0 {
		channels = channels[i:]
	}
	if len(channels) > 0 {
		return channels[0], devices.Boolean(on)
	}
	for _, p := range primary(d, func(p *devices.Property) bool { return p.Writable && p.Type == devices.TypeEnum }) {
		off, ok := ownOption(p, "off")
		if !ok {
			continue
		}
		if !on {
			return p, devices.Text(off)
		}
		for _, option := range []string{"on", "heat", "auto", "heat_cool", "cool"} {
			if option, ok := ownOption(p, option); ok {
				return p, devices.Text(option)
			}
		}
	}
	return nil, devices.Value{}
}

// ownOption returns an option as the device writes it.
func ownOption(p *devices.Property, option string) (string, bool) {
	i := slices.IndexFunc(p.Options, func(o string) bool { return strings.EqualFold(o, option) })
	if i < 0 {
		return "", false
	}
	return p.Options[i], true
}

// finite reports whether p has two bounds, so that a share of its range is a number.
func finite(p *devices.Property) bool {
	return p.Bounded() && !math.IsInf(p.Min, 0) && !math.IsInf(p.Max, 0)
}

// share reads "50 %" as half of the range of a number that has another unit, or none.
func share(p *devices.Property, text string) (devices.Value, bool) {
	percent, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	if !ok || p.Type != devices.TypeNumber || p.Unit == "%" || !finite(p) {
		return devices.Value{}, false
	}
	value, err := (&devices.Property{Name: p.Name, Type: devices.TypeNumber}).Parse(percent)
	n, _ := value.Number()
	if err != nil || !(n >= 0 && n <= 100) {
		return devices.Value{}, false
	}
	return p.Round(devices.Number(math.Round(p.Min + (p.Max-p.Min)*n/100))), true
}

// findProperty finds the property that text begins with, by its name or its
// label in any language, the longest first; rest is what follows. A unique
// beginning of a name will do when it is the whole text.
func findProperty(d *devices.Device, text string) (p *devices.Property, rest string, ok bool) {
	lower := strings.ToLower(text)
	longest := 0
	for i := range d.Properties {
		for _, name := range namesOf(&d.Properties[i]) {
			if len(name) > longest && startsWithWord(lower, name) {
				p, longest = &d.Properties[i], len(name)
			}
		}
	}
	if p != nil {
		return p, strings.TrimLeft(text[min(longest, len(text)):], " =:"), true
	}
	p = uniqueBeginning(d, lower)
	return p, "", p != nil
}

func uniqueBeginning(d *devices.Device, lower string) *devices.Property {
	const shortest = 3
	if len(lower) < shortest {
		return nil
	}
	var found *devices.Property
	for i := range d.Properties {
		p := &d.Properties[i]
		begins := func(name string) bool { return strings.HasPrefix(name, lower) }
		if !slices.ContainsFunc(namesOf(p), begins) {
			continue
		}
		if found != nil {
			return nil
		}
		found = p
	}
	return found
}

func startsWithWord(text, word string) bool {
	return strings.HasPrefix(text, word) && (len(text) == len(word) || strings.ContainsRune(" =:", rune(text[len(word)])))
}

// namesOf returns what a property is called, in lower case.
func namesOf(p *devices.Property) []string {
	names := []string{p.Name, strings.ReplaceAll(p.Name, "_", " ")}
	for _, words := range languages {
		if label, ok := words.labels[p.Name]; ok {
			names = append(names, strings.ToLower(label))
		} else if label, ok := words.labelOfPart(p.Name); ok {
			names = append(names, strings.ToLower(label))
		}
	}
	if p.Label != "" {
		names = append(names, strings.ToLower(p.Label))
	}
	return names
}
