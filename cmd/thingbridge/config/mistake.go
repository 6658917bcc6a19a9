package config

import (
	"fmt"
	"slices"
	"strings"
)

// maxMistakes bounds the list: a person mends no more than this at a time.
const maxMistakes = 100

// Mistake is one thing that is wrong in a configuration.
type Mistake struct {
	File    string
	Line    int    // from 1; 0 when it is not about a line
	Path    string // such as "adapters.house.devices[0].unit"; empty when it is not about a key
	Problem string // what is wrong, and what to do
}

// String writes "file:line: path: problem", without the parts that are not known.
func (m Mistake) String() string {
	var b strings.Builder
	b.WriteString(m.File)
	if m.Line > 0 {
		fmt.Fprintf(&b, ":%d", m.Line)
	}
	if m.Path != "" {
		b.WriteString(": ")
		b.WriteString(m.Path)
	}
	b.WriteString(": ")
	b.WriteString(m.Problem)
	return b.String()
}

// Error lists the mistakes of a configuration, at least one, in the order of
// their lines.
type Error struct {
	Mistakes []Mistake
}

// Error writes one mistake a line.
func (e *Error) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// reporter collects what is wrong with one file.
type reporter struct {
	file     string
	mistakes []Mistake
	warnings []Mistake
	more     int             // mistakes beyond maxMistakes
	settled  map[string]bool // paths of which enough has been said
}

// add reports a mistake. An empty path means that it is not about a key.
func (r *reporter) add(line int, path, problem string) {
	r.settle(path)
	m := Mistake{File: r.file, Line: line, Path: path, Problem: oneLine(problem)}
	switch {
	case slices.Contains(r.mistakes, m):
	case len(r.mistakes) >= maxMistakes:
		r.more++
	default:
		r.mistakes = append(r.mistakes, m)
	}
}

func (r *reporter) addf(line int, path, format string, args ...any) {
	r.add(line, path, fmt.Sprintf(format, args...))
}

func (r *reporter) warn(line int, path, problem string) {
	if len(r.warnings) < maxMistakes {
		r.warnings = append(r.warnings, Mistake{File: r.file, Line: line, Path: path, Problem: problem})
	}
}

// settle keeps followers of a mistake away: nothing is validated at or below path.
func (r *reporter) settle(path string) {
	if path == "" {
		return
	}
	if r.settled == nil {
		r.settled = make(map[string]bool)
	}
	r.settled[path] = true
}

func (r *reporter) isSettled(path string) bool {
	for path != "" {
		if r.settled[path] {
			return true
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return false
}

// err returns the mistakes as an *Error, or nil.
func (r *reporter) err() error {
	if len(r.mistakes) == 0 {
		return nil
	}
	slices.SortStableFunc(r.mistakes, func(a, b Mistake) int { return a.Line - b.Line })
	if r.more > 0 {
		last := r.mistakes[len(r.mistakes)-1]
		r.mistakes = append(r.mistakes, Mistake{File: r.file, Line: last.Line, Problem: fmt.Sprintf("and %d more; mend these first", r.more)})
	}
	return &Error{Mistakes: r.mistakes}
}

// join puts a path together: "a" and "b" are "a.b", "a" and "[0]" are "a[0]".
func join(path, rest string) string {
	if path == "" || rest == "" || rest[0] == '[' {
		return path + rest
	}
	return path + "." + rest
}

// oneLine keeps a message that others wrote in its line, and short.
func oneLine(problem string) string {
	const most = 500
	problem = strings.ReplaceAll(problem, "\n", "; ")
	if len(problem) > most {
		problem = strings.ToValidUTF8(problem[:most], "") + "…"
	}
	return problem
}

// shorten keeps outside text from filling a message.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
