package talk

import (
	"fmt"
	"math"
	"strings"

	"thingbridge/devices"
)

// Lang is a language that the gateway speaks, as a BCP 47 primary tag.
type Lang string

// The languages.
const (
	English Lang = "en"
	German  Lang = "de"
)

// languages is what the gateway speaks. The first is spoken to readers of any
// other language.
var languages = []*language{&english, &german}

// ParseLang returns the language of an xml:lang, or "" when the gateway does not
// speak it.
func ParseLang(tag string) Lang {
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	for _, words := range languages {
		if string(words.lang) == primary {
			return words.lang
		}
	}
	return ""
}

func speak(lang Lang) *language {
	for _, words := range languages {
		if words.lang == lang {
			return words
		}
	}
	return languages[0]
}

// language holds all words of one language. Sentences with verbs are formats;
// what goes into them is said beside them.
type language struct {
	lang    Lang
	decimal string // mark between units and tenths

	labels   map[string]string    // of properties, by name or class
	options  map[string]string    // of enums, also those of "reason" in a status line
	booleans map[string][2]string // false and true, by class or name
	pairs    map[string]string    // what help says of two actions in one line, by the name of the first
	parts    map[byte]string      // what a name is followed by: its label and a digit, by the letter before the digit
	reasons  map[string]string    // sentences for "why", by the value of "reason"
	commands map[string]phrase    // by the name of the command
	to       []string             // words between a property and its value: "set target to 21"

	offline, lastHeard, never  string // "last heard %s ago"
	asked                      string // a value that is not confirmed: "%s"
	done, pending              string // property, value
	unavailable, failed        string // device; device, reason
	atMost, atLeast, between   string // bound; bound; both
	tooHigh, tooLow            string // value, property, range
	notANumber, notAnOption    string // text, property, example; text, property, options
	measured                   string // property
	whichValue, unknownYet     string // property
	noSuchProperty, understood string // text, list; text
	boundary                   string // property, value
	canSay, tryHelp            string
	delayed                    string // age
	interrupted                string // property, value
	handedOver, hidden         string // property; nothing
	halfway, unfit             string // property
	wantCode, wrongCode        string // device, what to say
	mayOnlyLook, noSetpoint    string
	noSwitch, noReason, noMove string
	noSettings, noDiagnostics  string
	more, moreHelp             string    // number; nothing
	sections                   [3]string // of all that is known: the main part has no title, settings, diagnoses
	everything                 []string  // words for all that is known
	house                      houseWords
	forms                      formWords
	units                      [4]string // seconds, minutes, hours, days
}

// phrase is how a command is written and explained.
type phrase struct {
	words   []string // in lower case; the first is the one that help shows
	example string   // behind the word; may be empty
	help    string
}

type houseWords struct {
	greeting, nothing, noSuchThing, help string // text
	oneThing                             string
	things, offline                      string // number
	forAdmins                            string
	helps                                map[string]string // of actions that devices have as well, by name

	name, area, state, address, contact, user                   string // columns
	version, uptime, devices, stanzasIn, stanzasOut, reconnects string // facts
	seenBy                                                      string
	areas, elsewhere, chooseAreas, chooseToAdd, chooseToRemove  string // forms
	noneAdded, allAdded, whichDevices                           string
	all                                                         []string // words for all devices
	added, removed                                              string   // number
	reloaded, mistakes, failed                                  string
}

func (l *language) number(text string) string {
	if l.decimal == "." {
		return text
	}
	return strings.Replace(text, ".", l.decimal, 1)
}

// format writes a value of p with its unit, or its word.
func (l *language) format(p *devices.Property, v devices.Value) string {
	if p.Secret {
		return p.Format(v)
	}
	switch v.Type() {
	case devices.TypeNumber:
		if n, _ := v.Number(); n == 0 && isTimer(p) {
			return l.options["off"]
		}
		return l.number(p.Format(rounded(p, v)))
	case devices.TypeBoolean:
		on, _ := v.Boolean()
		index := 0
		if on {
			index = 1
		}
		for _, key := range []string{p.Class, p.Name} {
			if words, ok := l.booleans[key]; ok && key != "" {
				return words[index]
			}
		}
		if p.Writable {
			return l.booleans["on"][index]
		}
		return l.booleans[""][index]
	}
	if text, _ := v.Text(); p.Type == devices.TypeEnum || p.Name == "reason" {
		if word, ok := l.options[strings.ToLower(text)]; ok {
			return word
		}
	}
	return v.String()
}

// labelOf names a property of a device for people. What is switched is called what
// the device is: a plug has no light.
func (l *language) labelOf(d *devices.Device, p *devices.Property) string {
	if p.Name == "on" && d.Kind != "" {
		return card(l.lang).noun(d.Kind)
	}
	return l.label(p)
}

// label names a property for people: as we call it, or else its maker, or else by what
// it measures.
func (l *language) label(p *devices.Property) string {
	if label, ok := l.labels[p.Name]; ok {
		return label
	}
	if p.Label != "" && isCode(p) {
		return p.Label + " " + l.labels["code"]
	}
	if p.Label != "" {
		return p.Label
	}
	if label, ok := l.labelOfPart(p.Name); ok {
		return label
	}
	if label, ok := l.labels[p.Class]; ok {
		return label
	}
	text := strings.ReplaceAll(p.Name, "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func (l *language) rangeOf(p *devices.Property) string {
	low, high := l.format(p, devices.Number(p.Min)), l.format(p, devices.Number(p.Max))
	switch {
	case math.IsInf(p.Min, -1):
		return fmt.Sprintf(l.atMost, high)
	case math.IsInf(p.Max, 1):
		return fmt.Sprintf(l.atLeast, low)
	}
	return fmt.Sprintf(l.between, l.number(devices.Number(p.Min).String()), high)
}

func (l *language) sorry(text string) string { return fmt.Sprintf(l.understood, shorten(text)) }

func (l *language) cannotSet(p *devices.Property) string { return fmt.Sprintf(l.measured, l.label(p)) }

func (l *language) whatValue(p *devices.Property) string {
	return fmt.Sprintf(l.whichValue, l.label(p))
}

func (l *language) notYet(p *devices.Property) string { return fmt.Sprintf(l.unknownYet, l.label(p)) }

func (l *language) atEnd(p *devices.Property, v devices.Value) string {
	return fmt.Sprintf(l.boundary, l.label(p), l.format(p, v))
}

func (l *language) noProperty(text string, d *devices.Device) string {
	var labels []string
	for _, i := range sheetOf(d).main {
		labels = append(labels, l.labelOf(d, &d.Properties[i]))
	}
	if len(labels) < len(d.Properties) {
		labels = append(labels, "…")
	}
	return fmt.Sprintf(l.noSuchProperty, shorten(text), strings.Join(labels, ", "))
}

func (l *language) reason(reason string) string {
	if sentence, ok := l.reasons[reason]; ok {
		return sentence
	}
	return reason
}

// shorten keeps a stranger's text from filling an answer.
func shorten(text string) string {
	const most = 80
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
