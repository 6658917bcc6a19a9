package talk

import (
	"slices"
	"strings"

	"thingbridge/devices"
)

// command is something that can be asked of a device. Its words stand in each
// language under its name.
type command struct {
	name string
	fits func(d *devices.Device) bool // whether help offers it; nil: always
	run  func(req *Request, words *language, rest string) Plan
}

// commands returns what can be asked, in the order in which help shows it.
func commands() []command {
	return []command{
		{"status", nil, runStatus},
		{"get", nil, runGet},
		{"set", writable, runSet},
		{"warmer", hasSetpoint, runWarmer},
		{"cooler", hasSetpoint, runCooler},
		{"on", hasSwitch, runOn},
		{"off", hasSwitch, runOff},
		{"boost", has("boost"), runMinutes("boost")},
		{"hold", has("hold"), runMinutes("hold")},
		{"why", has("reason"), runWhy},
		{"help", nil, func(req *Request, words *language, _ string) Plan { return Plan{Answer: help(req, words)} }},
	}
}

// find returns the command that text begins with, what follows it, and the
// language of its word: the reader's, where it has that word too. It returns nil
// when text begins with no command.
func find(text string, reader Lang) (cmd *command, rest string, lang Lang) {
	first, rest, _ := strings.Cut(text, " ")
	first = strings.ToLower(first)
	all := commands()
	for _, words := range append([]*language{speak(reader)}, languages...) {
		for i := range all {
			if slices.Contains(words.commands[all[i].name].words, first) {
				return &all[i], rest, words.lang
			}
		}
	}
	return nil, text, ""
}

func writable(d *devices.Device) bool {
	return slices.ContainsFunc(d.Properties, func(p devices.Property) bool { return p.Writable })
}

func hasSetpoint(d *devices.Device) bool { return setpoint(d) != nil }

func hasSwitch(d *devices.Device) bool {
	p, _ := switchOf(d, true)
	return p != nil
}

func has(property string) func(*devices.Device) bool {
	return func(d *devices.Device) bool {
		_, ok := d.Property(property)
		return ok
	}
}

func runStatus(req *Request, words *language, rest string) Plan {
	if rest != "" {
		return runGet(req, words, rest)
	}
	return Plan{Answer: describe(req, words)}
}

func runGet(req *Request, words *language, rest string) Plan {
	if rest == "" {
		return Plan{Answer: describe(req, words)}
	}
	p, _, ok := findProperty(req.Twin.Device, rest)
	if !ok {
		return Plan{Answer: words.noProperty(rest, req.Twin.Device)}
	}
	return Plan{Answer: words.value(&req.Twin, p)}
}

func runSet(req *Request, words *language, rest string) Plan {
	if plan, ok := bareOption(req, words, rest); ok {
		return plan
	}
	if p, value, ok := findProperty(req.Twin.Device, rest); ok {
		for _, to := range words.to {
			value = strings.TrimPrefix(value, to+" ")
		}
		if value == "" {
			return Plan{Answer: words.whatValue(p), Choices: words.optionsOf(p)}
		}
		return setProperty(req, words, p, value)
	}
	for _, to := range words.to {
		rest = strings.TrimPrefix(rest, to+" ")
	}
	p := setpoint(req.Twin.Device)
	if p == nil || rest == "" || rest[0] > '9' {
		return Plan{Answer: words.noProperty(rest, req.Twin.Device)}
	}
	return setProperty(req, words, p, rest)
}

func runWarmer(req *Request, words *language, rest string) Plan { return nudge(req, words, rest, +1) }
func runCooler(req *Request, words *language, rest string) Plan { return nudge(req, words, rest, -1) }

// nudge moves the setpoint by as much as is written, or by a degree, and not
// beyond its range: "warmer" at the end of the range is answered, not refused.
func nudge(req *Request, words *language, rest string, sign float64) Plan {
	p := setpoint(req.Twin.Device)
	if p == nil {
		return Plan{Answer: words.noSetpoint}
	}
	state, _ := req.Twin.State(p.Name)
	from, ok := state.Desired.Number()
	if !ok {
		from, ok = state.Reported.Number()
	}
	if !ok {
		return Plan{Answer: words.notYet(p)}
	}
	by := max(1, p.Step)
	if rest != "" {
		value, err := p.Parse(rest)
		if err != nil {
			return Plan{Answer: words.refusal(p, rest, err)}
		}
		by, _ = value.Number()
	}
	to := from + sign*by
	if p.Bounded() {
		to = min(max(to, p.Min), p.Max)
	}
	if to == from {
		return Plan{Answer: words.atEnd(p, devices.Number(to))}
	}
	return request(req, p, devices.Number(to))
}

func runOn(req *Request, words *language, _ string) Plan  { return turn(req, words, true) }
func runOff(req *Request, words *language, _ string) Plan { return turn(req, words, false) }

func turn(req *Request, words *language, on bool) Plan {
	p, value := switchOf(req.Twin.Device, on)
	if p == nil {
		return Plan{Answer: words.noSwitch}
	}
	return request(req, p, value)
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

// runMinutes sets a property that counts minutes: "boost 30m", "hold 2h".
func runMinutes(property string) func(*Request, *language, string) Plan {
	return func(req *Request, words *language, rest string) Plan {
		p, ok := req.Twin.Device.Property(property)
		if !ok {
			return Plan{Answer: words.noProperty(property, req.Twin.Device)}
		}
		if rest == "" {
			rest = "30"
		}
		if _, off := slices.BinarySearch([]string{"aus", "off", "stop"}, strings.ToLower(rest)); off {
			rest = "0"
		}
		return setProperty(req, words, p, rest)
	}
}

func runWhy(req *Request, words *language, _ string) Plan {
	p, ok := req.Twin.Device.Property("reason")
	if !ok {
		return Plan{Answer: words.noReason}
	}
	value := req.Twin.Reported(p.Name)
	if value.IsZero() {
		return Plan{Answer: words.noReason}
	}
	return Plan{Answer: StatusLine(&req.Twin, words.lang) + "\n" + words.reason(value.String())}
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
