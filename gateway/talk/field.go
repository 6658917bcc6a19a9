package talk

import (
	"strings"

	"thingbridge/devices"
)

// FieldType is what a field of a form asks for.
type FieldType uint8

// The types of fields.
const (
	FieldNumber FieldType = iota + 1
	FieldBoolean
	FieldEnum // one of the options
	FieldText
	FieldDuration // minutes, which can also be written as 1h30m
	FieldMulti    // any number of the options
)

// Field is one value that an action takes, as a form asks for it.
type Field struct {
	Name     string
	Label    string
	Help     string // may be empty
	Type     FieldType
	Default  []string // what stands in it before anybody fills it in, as the wire writes it
	Min, Max float64  // bounds of a number, as those of a property
	Step     float64
	Options  []Option
	Required bool
	Secret   bool // what is filled in is not shown

	property *devices.Property // how its text is read; nil for a choice of many
}

// Option is one of the values that a field can have.
type Option struct{ Value, Label string }

// Stage is one form of an action.
type Stage struct {
	Instructions string
	Fields       []Field
}

// maxStage is how much text one form has, in bytes, so that every server lets it
// pass. What finds no room is left out; a chat reaches it all the same.
const maxStage = 100_000

// size is about how much of a stage a field takes.
func (f *Field) size() int {
	n := len(f.Name) + len(f.Label) + len(f.Help)
	for _, text := range f.Default {
		n += len(text)
	}
	for _, option := range f.Options {
		n += len(option.Value) + len(option.Label)
	}
	return n
}

// offer adds an option to a choice of many, while there is room.
func (f *Field) offer(option Option, room *int) {
	if *room -= 2*len(option.Value) + len(option.Label); *room >= 0 {
		f.Options = append(f.Options, option)
	}
}

// all returns the values of all options.
func (f *Field) all() []string {
	values := make([]string, 0, len(f.Options))
	for _, option := range f.Options {
		values = append(values, option.Value)
	}
	return values
}

// field returns the field in which p is set. The value that stands in it is what
// was asked of the device, or else what it says.
func (l *language) field(t *devices.Twin, p *devices.Property) Field {
	f := Field{Name: p.Name, Label: l.label(p), Type: FieldType(p.Type), Min: p.Min, Max: p.Max, Step: p.Step, Secret: p.Secret, property: p}
	state, _ := t.State(p.Name)
	for _, value := range []devices.Value{state.Desired, state.Reported} {
		if !value.IsZero() {
			f.Default = []string{rounded(p, value).String()}
			break
		}
	}
	switch {
	case isTimer(p):
		f.Type = FieldDuration
	case p.Type == devices.TypeEnum:
		for _, option := range p.Options {
			f.Options = append(f.Options, Option{option, l.format(p, devices.Text(option))})
		}
	}
	if p.Unit != "" {
		f.Label += " (" + p.Unit + ")"
	}
	if p.Type == devices.TypeNumber && p.Bounded() {
		f.Help = l.rangeOf(p)
	}
	return f
}

// Read reads what was filled in, or says what is wrong with it. Nothing, or a
// text without anything in it, is no value.
func (f *Field) Read(texts []string, lang Lang) (values []devices.Value, problem string) {
	words := speak(lang)
	texts = f.filled(texts)
	if len(texts) == 0 {
		if f.Required {
			problem = words.forms.missing(f)
		}
		return nil, problem
	}
	if f.Type == FieldMulti {
		return f.readMany(texts, words)
	}
	value, problem := words.parse(f.property, strings.TrimSpace(texts[0]))
	if problem != "" {
		return nil, problem
	}
	return []devices.Value{value}, ""
}

// filled leaves out values without anything in them, except where the text of a
// property is emptied.
func (f *Field) filled(texts []string) []string {
	var out []string
	for _, text := range texts {
		if strings.TrimSpace(text) != "" || f.Type == FieldText && len(f.Default) > 0 {
			out = append(out, text)
		}
	}
	return out
}

func (f *Field) readMany(texts []string, words *language) (values []devices.Value, problem string) {
	offered := make(map[string]bool, len(f.Options))
	for _, option := range f.Options {
		offered[option.Value] = true
	}
	chosen := make(map[string]bool, len(texts))
	for _, text := range texts {
		if !offered[text] {
			return nil, words.forms.notOffered(f, text)
		}
		if !chosen[text] {
			chosen[text] = true
			values = append(values, devices.Text(text))
		}
	}
	return values, ""
}
