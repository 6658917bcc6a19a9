package talk

import "thingbridge/devices"

// Choice is one way to answer a question that a device asks.
type Choice struct {
	Say   string // the sentence that makes the choice, whole in itself: it means the same whenever it is said
	Label string // as people read it
}

// optionsOf returns the choices that an enum gives.
func (l *language) optionsOf(p *devices.Property) []Choice {
	choices := make([]Choice, 0, len(p.Options))
	for _, option := range p.Options {
		choices = append(choices, Choice{
			Say:   l.commands["set"].words[0] + " " + p.Name + " " + option,
			Label: l.format(p, devices.Text(option)),
		})
	}
	return choices
}
