// Package talk is the conversation with a device: what a sentence asks for, and
// how an answer and the status line of a presence read, in the reader's
// language. Everything in it is a function of values: it executes nothing.
package talk

import (
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// maxText is the longest sentence that is read. People write far less; longer
// ones are pasted or hostile.
const maxText = 2000

// Request is one sentence that a user wrote to a device.
type Request struct {
	Text string
	Lang Lang         // what the reader is known to read; "" for nothing
	Twin devices.Twin // of the device
	Role access.Role  // of the user for the device: at least View
	By   string       // the user's bare JID
	Now  time.Time
}

// Plan is what is to be done about a sentence: either Commands, which are
// executed in their order and each answered with [Done], or an Order, which is
// answered with [Ordered], or an answer.
type Plan struct {
	Lang     Lang // in which to answer: that of the words, or else the reader's
	Spoken   Lang // of the words; "" when they are of no language, like 21.5
	Answer   string
	Refused  bool     // the answer says why it was not done
	Choices  []Choice // where the answer is a question
	Commands []devices.Command
	Order    *Order // to the house
	Facts    []Fact // what the answer says, for forms
	Table    *Table // the same of many things
}

// Decide reads a sentence and says what to do about it. It always answers: what
// it does not understand is answered with what it would.
func Decide(req Request) Plan {
	text := tidy(req.Text)
	act, rest, spoken := find(actions(), text, req.Lang)
	if spoken != "" {
		req.Lang = spoken
	}
	words := speak(req.Lang)
	var plan Plan
	if act == nil || !act.offered(&req) && understood(&req, text) {
		plan = without(&req, words, text)
	} else {
		plan = act.say(&req, words, rest)
	}
	plan = permitted(plan, req.Role, words)
	plan.Lang, plan.Spoken = req.Lang, spoken
	return plan
}

// permitted keeps from who may only look what would change something.
func permitted(plan Plan, role access.Role, words *language) Plan {
	if len(plan.Commands) > 0 && role < access.Control {
		return *refused(words.mayOnlyLook)
	}
	return plan
}

// understood reports whether a sentence means something without its first word being
// an action: "open?" asks a window, and "stop" may be what only this device knows.
func understood(req *Request, text string) bool {
	_, _, ok := findProperty(req.Twin.Device, text)
	return ok || bareOption(req, text) != nil
}

// without reads a sentence that begins with no action: a bare value, an option
// such as "eco", a property, or a property and its value.
func without(req *Request, words *language, text string) Plan {
	if text == "" {
		return Plan{Answer: StatusLine(&req.Twin, req.Lang)}
	}
	given := bareValue(req, text)
	if given == nil {
		given = bareOption(req, text)
	}
	if given != nil {
		return runSet(req, words, given)
	}
	p, rest, ok := findProperty(req.Twin.Device, text)
	if !ok {
		return *refused(words.sorry(text) + " " + words.tryHelp)
	}
	if rest == "" {
		return Plan{Answer: words.value(&req.Twin, p)}
	}
	given, answer := words.take(p, verbatim(req.Text, p, rest))
	if answer != nil {
		return *answer
	}
	return runSet(req, words, given)
}

// bareValue takes a number for the setpoint: what is written most to a
// thermostat.
func bareValue(req *Request, text string) Values {
	if text[0] != '-' && text[0] != '+' && (text[0] < '0' || text[0] > '9') {
		return nil
	}
	p := setpoint(req.Twin.Device)
	if p == nil {
		return nil
	}
	if value, ok := share(p, text); ok {
		return Values{p.Name: {value}}
	}
	value, err := p.Parse(text)
	if err != nil {
		return nil
	}
	return Values{p.Name: {value}}
}

// bareOption takes the option of an enum that can be set: "eco", "heat".
func bareOption(req *Request, text string) Values {
	for _, p := range primary(req.Twin.Device, isChoice) {
		if option, ok := optionOf(p, text); ok {
			return Values{p.Name: {devices.Text(option)}}
		}
	}
	return nil
}

// isChoice reports whether one of several options can be chosen for p. What can only
// be pressed is not meant by a word that stands alone.
func isChoice(p *devices.Property) bool {
	return p.Writable && p.Type == devices.TypeEnum && !isButton(p)
}

// optionOf finds the option that text names in any language.
func optionOf(p *devices.Property, text string) (string, bool) {
	for _, option := range p.Options {
		if strings.EqualFold(option, text) {
			return option, true
		}
		for _, lang := range languages {
			if word, ok := lang.options[strings.ToLower(option)]; ok && strings.EqualFold(word, text) {
				return option, true
			}
		}
	}
	return "", false
}

// take reads text as a value that p shall have, or answers why that cannot be.
func (l *language) take(p *devices.Property, text string) (Values, *Plan) {
	if !p.Writable {
		return nil, refused(l.cannotSet(p))
	}
	value, problem := l.parse(p, text)
	if problem != "" {
		return nil, refused(problem)
	}
	return Values{p.Name: {value}}, nil
}

// parse reads text as a value of p, or says what is wrong with it.
func (l *language) parse(p *devices.Property, text string) (value devices.Value, problem string) {
	if option, ok := optionOf(p, text); ok && p.Type == devices.TypeEnum {
		text = option
	}
	value, err := p.Parse(text)
	if part, ok := share(p, text); ok {
		value, err = part, nil
	}
	if minutes, ok := parseDuration(text); ok && p.Unit == "min" {
		value, err = devices.Number(minutes.Minutes()), nil
		text = value.String()
	}
	if err == nil {
		err = p.Check(value)
	}
	if err != nil {
		return devices.Value{}, l.refusal(p, text, err)
	}
	return value, ""
}

func request(req *Request, p *devices.Property, value devices.Value) Plan {
	return Plan{Commands: []devices.Command{{Device: req.Twin.Device.ID, Property: p.Name, Value: value, By: req.By}}}
}

func refused(answer string) *Plan { return &Plan{Answer: answer, Refused: true} }

// endings are the marks that people end sentences with.
const endings = " ?!.,;:"

// tidy makes one line of what was written, without the punctuation that people
// end sentences with.
func tidy(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	text = strings.Join(strings.Fields(text), " ")
	return strings.TrimRight(text, endings)
}
