package talk

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/devices"
)

// maxDescribed bounds how many properties one answer has.
const maxDescribed = 250

// describe writes what matters of a device, a property a line, and how to get at the
// rest.
func describe(req *Request, words *language) string {
	t, s := &req.Twin, sheetOf(req.Twin.Device)
	var b strings.Builder
	words.title(&b, t)
	words.lines(&b, t, slices.DeleteFunc(slices.Clone(s.main), func(i int) bool { return isSilent(t, i) }))
	if more := len(s.settings) + len(s.rest); more > 0 {
		b.WriteString("\n" + fmt.Sprintf(words.more, more))
	}
	words.age(&b, req)
	return b.String()
}

// isSilent reports whether a device that has spoken never said anything of a minor
// property.
func isSilent(t *devices.Twin, i int) bool {
	return !t.LastSeen.IsZero() && t.States[i] == (devices.State{}) && isMinor(kindOf(t.Device), &t.Device.Properties[i])
}

// describeAll writes all that is known of a device.
func describeAll(req *Request, words *language) string {
	t, s := &req.Twin, sheetOf(req.Twin.Device)
	var b strings.Builder
	words.title(&b, t)
	left := maxDescribed
	for i, part := range [...][]int{s.main, s.settings, s.rest} {
		if len(part) > 0 && words.sections[i] != "" {
			b.WriteString("\n" + words.sections[i] + ":")
		}
		part = part[:min(len(part), left)]
		left -= len(part)
		words.lines(&b, t, part)
	}
	words.age(&b, req)
	return b.String()
}

// title writes what a device is called, and that it cannot be reached.
func (l *language) title(b *strings.Builder, t *devices.Twin) {
	b.WriteString(t.Device.Title())
	if t.Device.Area != "" && t.Device.Area != t.Device.Name {
		fmt.Fprintf(b, " (%s)", t.Device.Area)
	}
	if t.Availability == devices.Offline {
		b.WriteString(": " + l.offline)
	}
}

// lines writes such properties, by their indices.
func (l *language) lines(b *strings.Builder, t *devices.Twin, which []int) {
	for _, i := range which {
		if p := &t.Device.Properties[i]; worthDescribing(p, t.States[i]) {
			b.WriteString("\n" + l.value(t, p))
		}
	}
}

// age writes when a device was heard of, unless that is just now.
func (l *language) age(b *strings.Builder, req *Request) {
	if seen := req.Twin.LastSeen; seen.IsZero() {
		b.WriteString("\n" + l.never)
	} else if age := req.Now.Sub(seen); age > time.Minute {
		b.WriteString("\n" + fmt.Sprintf(l.lastHeard, l.duration(age)))
	}
}

// isAll reports whether text asks for everything, in any language.
func (*language) isAll(text string) bool {
	return slices.ContainsFunc(languages, func(l *language) bool { return slices.Contains(l.everything, strings.ToLower(text)) })
}

func hasSettings(d *devices.Device) bool {
	return slices.ContainsFunc(d.Properties, func(p devices.Property) bool { return p.Writable && p.Category == devices.Setting })
}

func hasRest(d *devices.Device) bool { return len(sheetOf(d).rest) > 0 }

// readSettings lists how a device is set up, or reads a setting and its value.
func readSettings(req *Request, words *language, rest string) (Values, *Plan) {
	if rest != "" {
		return readSet(req, words, rest)
	}
	settings := sheetOf(req.Twin.Device).settings
	if len(settings) == 0 {
		return nil, &Plan{Answer: words.noSettings}
	}
	var b strings.Builder
	b.WriteString(words.sections[1] + ":")
	words.lines(&b, &req.Twin, settings)
	return nil, &Plan{Answer: b.String()}
}

// runDiagnostics answers with all that is neither in the first answer nor a setting.
func runDiagnostics(req *Request, words *language, _ Values) Plan {
	rest := sheetOf(req.Twin.Device).rest
	if len(rest) == 0 {
		return Plan{Answer: words.noDiagnostics}
	}
	var b strings.Builder
	b.WriteString(words.sections[2] + ":")
	words.lines(&b, &req.Twin, rest)
	return Plan{Answer: b.String(), Facts: append(words.identity(&req.Twin), words.facts(&req.Twin, rest)...)}
}

// runWhat says what a device is.
func runWhat(req *Request, words *language, _ Values) Plan {
	d := req.Twin.Device
	return Plan{Answer: d.Title() + ": " + CardNote(d, kindOf(d), words.lang)}
}
