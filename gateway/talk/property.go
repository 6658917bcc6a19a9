package talk

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// setpoint returns the number that a bare value, "warmer" and "cooler" change:
// the target, or the only number that can be set. It is nil when there is none.
func setpoint(d *devices.Device) *devices.Property {
	var only *devices.Property
	count := 0
	for i := range d.Properties {
		p := &d.Properties[i]
		if !p.Writable || p.Type != devices.TypeNumber {
			continue
		}
		if p.Name == "target" {
			return p
		}
		only = p
		count++
	}
	if count != 1 {
		return nil
	}
	return only
}

// switchOf returns the property that "on" and "off" change, and the value: a
// boolean that can be set, or else a mode with the option off.
func switchOf(d *devices.Device, on bool) (*devices.Property, devices.Value) {
	for i := range d.Properties {
		if p := &d.Properties[i]; p.Writable && p.Type == devices.TypeBoolean {
			return p, devices.Boolean(on)
		}
	}
	for i := range d.Properties {
		p := &d.Properties[i]
		if !p.Writable || p.Type != devices.TypeEnum || !slices.Contains(p.Options, "off") {
			continue
		}
		if !on {
			return p, devices.Text("off")
		}
		for _, option := range []string{"on", "heat", "auto", "cool"} {
			if slices.Contains(p.Options, option) {
				return p, devices.Text(option)
			}
		}
	}
	return nil, devices.Value{}
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
		}
	}
	return names
}
