package line

import (
	"fmt"
	"math"
	"strings"

	"thingbridge/devices"
)

func (p *Property) validate(report Report) {
	switch {
	case p.Name == "":
		report("name", "missing; use a-z, 0-9, _ and -")
	case strings.Trim(p.Name, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		report("name", fmt.Sprintf("%q; use a-z, 0-9, _ and -", shorten([]byte(p.Name))))
	case len(p.Name) > maxName:
		report("name", fmt.Sprintf("%d characters, want at most %d", len(p.Name), maxName))
	}
	kind := p.kind()
	if kind == 0 {
		report("type", fmt.Sprintf("%q is no type; use number, boolean, enum or text", shorten([]byte(p.Type))))
		return
	}
	for _, text := range []struct{ key, value string }{
		{"key", p.Key}, {"unit", p.Unit}, {"class", p.Class}, {"label", p.Label}, {"text_on", p.TextOn}, {"text_off", p.TextOff},
	} {
		checkText(report, text.key, text.value, maxCommand)
	}
	p.validateNumber(report, kind)
	p.validateOptions(report, kind)
	p.validateWords(report, kind)
	p.validateWrite(report)
}

func (p *Property) validateNumber(report Report, kind devices.Type) {
	if p.Min != nil && math.IsNaN(*p.Min) {
		report("min", "is not a number")
	}
	if p.Max != nil && math.IsNaN(*p.Max) {
		report("max", "is not a number")
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		report("min", fmt.Sprintf("%v is greater than max %v", *p.Min, *p.Max))
	}
	if !(p.Step >= 0) || math.IsInf(p.Step, 0) {
		report("step", fmt.Sprintf("%v; use a number above 0", p.Step))
	}
	if !(p.Deadband >= 0) || math.IsInf(p.Deadband, 0) {
		report("deadband", fmt.Sprintf("%v; use 0 or more", p.Deadband))
	}
	if s := p.scale(); s == 0 || math.IsNaN(s) || math.IsInf(s, 0) {
		report("scale", fmt.Sprintf("%v; use a number other than 0", s))
	}
	if math.IsNaN(p.Offset) || math.IsInf(p.Offset, 0) {
		report("offset", fmt.Sprintf("%v; use a number", p.Offset))
	}
	if kind == devices.TypeNumber {
		return
	}
	for _, number := range []struct {
		key   string
		given bool
	}{
		{"unit", p.Unit != ""}, {"min", p.Min != nil}, {"max", p.Max != nil}, {"step", p.Step != 0},
		{"deadband", p.Deadband != 0}, {"scale", p.Scale != nil}, {"offset", p.Offset != 0},
	} {
		if number.given {
			report(number.key, fmt.Sprintf("goes with type number; this is %s", kind))
		}
	}
}

func (p *Property) validateOptions(report Report, kind devices.Type) {
	switch {
	case kind == devices.TypeEnum && len(p.Options) == 0:
		report("options", "missing; an enum needs them, as in [off, heat, auto]")
	case kind != devices.TypeEnum && len(p.Options) > 0:
		report("options", fmt.Sprintf("go with type enum; this is %s", kind))
	case len(p.Options) > devices.MaxOptions:
		report("options", fmt.Sprintf("%d options, want at most %d", len(p.Options), devices.MaxOptions))
		return
	}
	seen := make(map[string]int, len(p.Options))
	for i, option := range p.Options {
		path := fmt.Sprintf("options[%d]", i)
		switch {
		case option == "":
			report(path, "is empty")
		case !printable(option):
			report(path, fmt.Sprintf("%q is no text of one line", shorten([]byte(option))))
		}
		folded := strings.ToLower(option)
		if first, ok := seen[folded]; ok {
			report(path, fmt.Sprintf("%q is options[%d] too, for upper and lower case are the same here", shorten([]byte(option)), first))
		} else {
			seen[folded] = i
		}
		checkText(report, path, option, maxCommand)
	}
}

func (p *Property) validateWords(report Report, kind devices.Type) {
	if kind == devices.TypeBoolean {
		if p.on() == p.off() {
			report("text_on", fmt.Sprintf("%q is text_off too; they must differ", shorten([]byte(p.on()))))
		}
		return
	}
	if p.TextOn != "" {
		report("text_on", fmt.Sprintf("goes with type boolean; this is %s", kind))
	}
	if p.TextOff != "" {
		report("text_off", fmt.Sprintf("goes with type boolean; this is %s", kind))
	}
}

func (p *Property) validateWrite(report Report) {
	if p.Write == "" {
		if p.Ack != "" {
			report("ack", "goes with write, which is missing")
		}
		return
	}
	if p.Ack != "" {
		validatePattern(report, "ack", p.Ack)
	}
	switch {
	case len(p.Write) > maxCommand:
		report("write", fmt.Sprintf("%d bytes, want at most %d", len(p.Write), maxCommand))
	case !newCommand(unescape(p.Write)).has("value"):
		report("write", fmt.Sprintf("%q has no place for the value; put {value} or {value:1} where it stands", shorten([]byte(p.Write))))
	}
}
