package talk

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"thingbridge/devices"
)

// isCode reports whether p takes the code that other commands want.
func isCode(p *devices.Property) bool { return p.Secret && p.Class == "code" }

// CodesFirst moves the codes among commands for a device to the front: the others may
// want them.
func CodesFirst(d *devices.Device, commands []devices.Command) {
	rank := func(cmd devices.Command) int {
		if p, ok := d.Property(cmd.Property); ok && isCode(p) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(commands, func(a, b devices.Command) int { return rank(a) - rank(b) })
}

// codeFields are the fields for the codes that commands for a device may want.
func (l *language) codeFields(t *devices.Twin) []Field {
	var fields []Field
	for i := range t.Device.Properties {
		if p := &t.Device.Properties[i]; p.Writable && isCode(p) {
			fields = append(fields, l.field(t, p))
		}
	}
	return fields
}

// wantsCode says how to give the code that a command wants.
func (l *language) wantsCode(d *devices.Device, e *devices.CodeError) string {
	name := e.Property
	if p, ok := d.Property(e.Property); ok {
		name = strings.ToLower(l.label(p))
	}
	format := l.wantCode
	if e.Wrong {
		format = l.wrongCode
	}
	return fmt.Sprintf(format, d.Title(), l.commands["set"].words[0]+" "+name+" 1234")
}

// verbatim returns the value of a secret as it was written, with the spaces and the
// marks at its end that other sentences do without. value is what tidy has left of it.
func verbatim(written string, p *devices.Property, value string) string {
	words := strings.Fields(value)
	if !p.Secret || len(words) == 0 {
		return value
	}
	written = strings.TrimSpace(written)
	rest := written
	for range len(strings.Fields(tidy(written))) - len(words) {
		at := strings.IndexFunc(rest, unicode.IsSpace)
		if at < 0 {
			return value
		}
		rest = strings.TrimLeftFunc(rest[at:], unicode.IsSpace)
	}
	first := strings.Fields(rest)[0]
	at := strings.LastIndex(first, words[0]) // "code=1234" is one word
	if at < 0 {
		return value
	}
	return rest[at:]
}

// withEnding gives a part of a sentence the marks back that stood at its end: the last
// word may be a secret.
func withEnding(rest, written string) string {
	written = strings.TrimSpace(written)
	if rest == "" || len(written) > maxText {
		return rest
	}
	return rest + written[len(strings.TrimRight(written, endings)):]
}
