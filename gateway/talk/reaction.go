package talk

import (
	"slices"

	"thingbridge/devices"
)

// Emojis that answer a question.
const (
	Yes = "👍"
	No  = "👎"
)

// reaction is an emoji that stands for a sentence.
type reaction struct {
	emoji string                                        // as it is announced; how it comes back may lack a variation selector
	plain string                                        // without any
	say   func(t *devices.Twin, words *language) string // "" where it does not fit the device
}

// reactions returns what emojis stand for, in the order in which they are offered.
func reactions() []reaction {
	return []reaction{
		{"🔥", "🔥", sayWhere("boost", isWritable("boost"))},
		{"❄️", "❄", sayEco},
		{"⬆️", "⬆", sayWhere("warmer", hasSetpoint)},
		{"⬇️", "⬇", sayWhere("cooler", hasSetpoint)},
		{"💡", "💡", saySwitch},
		{"❓", "❓", sayWhere("why", has("reason"))},
	}
}

// Reactions returns the emojis that a message of a device can be given; without a
// device, those that fit everywhere.
func Reactions(d *devices.Device) []string {
	var all []string
	if d != nil {
		twin := devices.Twin{Device: d}
		for _, r := range reactions() {
			if r.say(&twin, speak("")) != "" {
				all = append(all, r.emoji)
			}
		}
	}
	return append(all, Yes, No)
}

// Reaction returns the sentence that an emoji without variation selectors stands
// for, in the reader's language; ok is false where it stands for none.
func Reaction(plain string, t *devices.Twin, lang Lang) (say string, ok bool) {
	all := reactions()
	i := slices.IndexFunc(all, func(r reaction) bool { return r.plain == plain })
	if i < 0 || t.Device == nil {
		return "", false
	}
	say = all[i].say(t, speak(lang))
	return say, say != ""
}

// sayWhere says the word of a command to the devices that it fits.
func sayWhere(command string, fits func(*devices.Device) bool) func(*devices.Twin, *language) string {
	return func(t *devices.Twin, words *language) string {
		if !fits(t.Device) {
			return ""
		}
		return words.commands[command].words[0]
	}
}

func isWritable(property string) func(*devices.Device) bool {
	return func(d *devices.Device) bool {
		p, ok := d.Property(property)
		return ok && p.Writable
	}
}

func sayEco(t *devices.Twin, words *language) string {
	for i := range t.Device.Properties {
		p := &t.Device.Properties[i]
		if p.Writable && p.Type == devices.TypeEnum && slices.Contains(p.Options, "eco") {
			return words.options["eco"]
		}
	}
	return ""
}

// saySwitch turns round what a lamp or a socket does. A lock or a gate is not
// opened with an emoji.
func saySwitch(t *devices.Twin, words *language) string {
	p, on := switchOf(t.Device, true)
	if p == nil || p.Type != devices.TypeBoolean || !slices.Contains([]string{"", "light", "switch", "power"}, p.Class) {
		return ""
	}
	state, _ := t.State(p.Name)
	if state.Desired == on || state.Desired.IsZero() && state.Reported == on {
		return words.commands["off"].words[0]
	}
	return words.commands["on"].words[0]
}

// Affirmative returns the choice that a yes takes: the one that says yes, or else
// the first.
func Affirmative(choices []Choice) (Choice, bool) {
	if choice, ok := labelled(choices, true); ok {
		return choice, true
	}
	if len(choices) == 0 {
		return Choice{}, false
	}
	return choices[0], true
}

// Negative returns the choice that says no; ok is false where none does.
func Negative(choices []Choice) (Choice, bool) { return labelled(choices, false) }

func labelled(choices []Choice, yes bool) (Choice, bool) {
	index := 0
	if yes {
		index = 1
	}
	for _, words := range languages {
		for _, choice := range choices {
			if choice.Label == words.booleans[""][index] {
				return choice, true
			}
		}
	}
	return Choice{}, false
}
