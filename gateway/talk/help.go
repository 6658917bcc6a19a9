package talk

import (
	"fmt"
	"strings"

	"thingbridge/devices"
)

// maxHelp is how many lines help has at most; help that scrolls is not read.
const maxHelp = 12

// all is the field that asks for everything.
const all = "all"

// readAll reads "help all".
func readAll(_ *Request, words *language, rest string) (Values, *Plan) {
	if words.isAll(rest) {
		return Values{all: {devices.Boolean(true)}}, nil
	}
	return nil, nil
}

func runHelp(req *Request, words *language, given Values) Plan {
	if !given.one(all).IsZero() {
		return Plan{Answer: helpAll(req, words)}
	}
	return Plan{Answer: help(req, words)}
}

// seldom are actions that only the long help explains.
var seldom = map[string]bool{"get": true, "diagnostics": true, "what": true}

// second are actions that share a line of the short help with the one before them.
var second = map[string]string{"cooler": "warmer", "off": "on", "darker": "brighter", "close": "open", "unlock": "lock"}

// help lists what is mostly written to a device.
func help(req *Request, words *language) string {
	var lines []string
	d := req.Twin.Device
	for _, act := range actions() {
		if !act.offered(req) || seldom[act.name] || second[act.name] != "" || act.name == "help" {
			continue
		}
		p := words.commands[act.name]
		line, help := strings.TrimSpace(p.words[0]+" "+words.commandExample(act.name, d)), p.help
		for other, first := range second {
			if first == act.name {
				line, help = p.words[0]+", "+words.commands[other].words[0], words.pairs[act.name]
			}
		}
		lines = append(lines, line+" – "+help)
	}
	options := words.optionLines(d)
	room := maxHelp - len(lines) - 2 // the first line and the last
	lines = append(lines, options[:max(0, min(room, len(options)))]...)
	return words.canSay + "\n" + strings.Join(lines, "\n") + "\n" + words.moreHelp
}

// helpAll lists all that can be written to a device.
func helpAll(req *Request, words *language) string {
	var b strings.Builder
	b.WriteString(words.canSay)
	d := req.Twin.Device
	for _, act := range actions() {
		if act.offered(req) {
			p := words.commands[act.name]
			fmt.Fprintf(&b, "\n%s – %s", strings.TrimSpace(p.words[0]+" "+words.commandExample(act.name, d)), p.help)
		}
	}
	for _, line := range words.optionLines(d) {
		b.WriteString("\n" + line)
	}
	shown := 0
	for _, i := range byImportance(d) {
		if p := &d.Properties[i]; p.Writable && p.Type != devices.TypeEnum && shown < maxDescribed {
			shown++
			fmt.Fprintf(&b, "\n%s %s …", words.commands["set"].words[0], strings.ToLower(words.labelOf(d, p)))
		}
	}
	return b.String()
}

// maxShownOptions is how many options of an enum help names.
const maxShownOptions = 8

// optionLines returns a line for each enum that people set, with its options: they
// can be written as they are.
func (l *language) optionLines(d *devices.Device) []string {
	var lines []string
	for _, p := range primary(d, isChoice) {
		var options []string
		for _, option := range p.Options[:min(len(p.Options), maxShownOptions)] {
			options = append(options, l.format(p, devices.Text(option)))
		}
		if len(options) < len(p.Options) {
			options = append(options, "…")
		}
		lines = append(lines, strings.Join(options, ", ")+" – "+l.labelOf(d, p))
	}
	return lines
}

// commandExample writes what could stand behind the word of a command, for this
// device.
func (l *language) commandExample(name string, d *devices.Device) string {
	switch name {
	case "get":
		if main := sheetOf(d).main; len(main) > 0 {
			return strings.ToLower(l.labelOf(d, &d.Properties[main[0]]))
		}
	case "set":
		if p := setpoint(d); p != nil {
			return l.number(devices.Number(middle(p)).String())
		}
		for _, p := range primary(d, func(p *devices.Property) bool { return p.Writable }) {
			return strings.ToLower(l.labelOf(d, p)) + " …"
		}
	}
	return l.commands[name].example
}
