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
// executed in their order and each answered with [Done], or an answer.
type Plan struct {
	Lang     Lang // in which to answer: that of the words, or else the reader's
	Spoken   Lang // of the words; "" when they are of no language, like 21.5
	Answer   string
	Choices  []Choice // where the answer is a question
	Commands []devices.Command
}

// Decide reads a sentence and says what to do about it. It always answers: what
// it does not understand is answered with what it would.
func Decide(req Request) Plan {
	text := tidy(req.Text)
	cmd, rest, spoken := find(text, req.Lang)
	if spoken != "" {
		req.Lang = spoken
	}
	words := speak(req.Lang)
	plan := func() Plan {
		if cmd == nil {
			return without(&req, words, text)
		}
		return cmd.run(&req, words, rest)
	}()
	if len(plan.Commands) > 0 && req.Role < access.Control {
		plan = Plan{Answer: words.mayOnlyLook}
	}
	plan.Lang, plan.Spoken = req.Lang, spoken
	return plan
}

// without reads a sentence that begins with no command: a bare value, an option
// such as "eco", a property, or a property and its value.
func without(req *Request, words *language, text string) Plan {
	if text == "" {
		return Plan{Answer: StatusLine(&req.Twin, req.Lang)}
	}
	if plan, ok := bareValue(req, words, text); ok {
		return plan
	}
	if plan, ok := bareOption(req, words, text); ok {
		return plan
	}
	if p, rest, ok := findProperty(req.Twin.Device, text); ok {
		if rest == "" {
			return Plan{Answer: words.value(&req.Twin, p)}
		}
		return setProperty(req, words, p, rest)
	}
	return Plan{Answer: words.sorry(text) + " " + words.tryHelp}
}

// bareValue takes a number for the setpoint: what is written most to a
// thermostat.
func bareValue(req *Request, words *language, text string) (Plan, bool) {
	if text[0] != '-' && text[0] != '+' && (text[0] < '0' || text[0] > '9') {
		return Plan{}, false
	}
	p := setpoint(req.Twin.Device)
	if p == nil {
		return Plan{}, false
	}
	if _, err := p.Parse(text); err != nil {
		return Plan{}, false
	}
	return setProperty(req, words, p, text), true
}

// bareOption takes the option of an enum that can be set: "eco", "heat".
func bareOption(req *Request, words *language, text string) (Plan, bool) {
	for i := range req.Twin.Device.Properties {
		p := &req.Twin.Device.Properties[i]
		if !p.Writable || p.Type != devices.TypeEnum {
			continue
		}
		if option, ok := optionOf(p, text); ok {
			return request(req, p, devices.Text(option)), true
		}
	}
	return Plan{}, false
}

// optionOf finds the option that text names in any language.
func optionOf(p *devices.Property, text string) (string, bool) {
	for _, option := range p.Options {
		if strings.EqualFold(option, text) {
			return option, true
		}
		for _, lang := range languages {
			if word, ok := lang.options[option]; ok && strings.EqualFold(word, text) {
				return option, true
			}
		}
	}
	return "", false
}

// setProperty plans to set p to what the text says, or answers why that cannot
// be.
func setProperty(req *Request, words *language, p *devices.Property, text string) Plan {
	if !p.Writable {
		return Plan{Answer: words.cannotSet(p)}
	}
	if option, ok := optionOf(p, text); ok && p.Type == devices.TypeEnum {
		text = option
	}
	value, err := p.Parse(text)
	if minutes, ok := parseDuration(text); ok && p.Unit == "min" {
		value, err = devices.Number(minutes.Minutes()), nil
		text = value.String()
	}
	if err == nil {
		err = p.Check(value)
	}
	if err != nil {
		return Plan{Answer: words.refusal(p, text, err)}
	}
	return request(req, p, value)
}

func request(req *Request, p *devices.Property, value devices.Value) Plan {
	return Plan{Commands: []devices.Command{{Device: req.Twin.Device.ID, Property: p.Name, Value: value, By: req.By}}}
}

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

// tidy makes one line of what was written, without the punctuation that people
// end sentences with.
func tidy(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	text = strings.Join(strings.Fields(text), " ")
	return strings.TrimRight(text, " ?!.,;:")
}
