package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"thingbridge/cmd/thingbridge/config"
)

// Place returns the file, and the line as far as it is known, of a key.
type Place func(key string) config.Mistake

// Marks stand before the checks, by their [Outcome].
type Marks [3]string

// MarksFor returns marks that a terminal of that locale (LC_ALL, LC_CTYPE or
// LANG) can show.
func MarksFor(locale string) Marks {
	locale = strings.ToUpper(locale)
	if strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8") {
		return Marks{Skipped: "–", Passed: "✔", Failed: "✘"}
	}
	return Marks{Skipped: "-   ", Passed: "ok  ", Failed: "FAIL"}
}

// Printer shows checks to people, under the name of their group.
type Printer struct {
	out   io.Writer
	marks Marks
	place Place
	group string // of the last check
}

// NewPrinter returns a printer that writes to out.
func NewPrinter(out io.Writer, marks Marks, place Place) *Printer {
	return &Printer{out: out, marks: marks, place: place}
}

// Print writes a check in a line, and the remedy of a failed one in a second. Its
// error is that of the writer.
func (p *Printer) Print(c Check) error {
	var b strings.Builder
	if c.Group != p.group {
		p.group = c.Group
		fmt.Fprintf(&b, "%s\n", clean(c.Group))
	}
	fmt.Fprintf(&b, "  %s %-12s  %s\n", p.marks[c.Outcome], c.Step, clean(c.Detail))
	if c.Outcome == Failed {
		fmt.Fprintf(&b, "      %s\n", clean(c.Remedy.at(p.place)))
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// at writes the remedy as FILE:LINE: KEY: TEXT, or the text alone where no key is
// to be changed.
func (r Remedy) at(place Place) string {
	if r.Key == "" {
		return r.Text
	}
	m := place(r.Key)
	m.Path, m.Problem = r.Key, r.Text
	return m.String()
}

// PrintJSON writes a check as one object in a line.
func PrintJSON(out io.Writer, c Check, place Place) error {
	line := struct {
		Group   string `json:"group"`
		Step    string `json:"step"`
		Outcome string `json:"outcome"`
		Detail  string `json:"detail"`
		Remedy  string `json:"remedy,omitempty"`
		File    string `json:"file,omitempty"`
		Line    int    `json:"line,omitempty"`
		Key     string `json:"key,omitempty"`
	}{Group: c.Group, Step: c.Step, Outcome: c.Outcome.String(), Detail: c.Detail, Remedy: c.Remedy.Text, Key: c.Remedy.Key}
	if c.Remedy.Key != "" {
		m := place(c.Remedy.Key)
		line.File, line.Line = m.File, m.Line
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(line)
}

// clean keeps what others wrote from moving the cursor of a terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}
