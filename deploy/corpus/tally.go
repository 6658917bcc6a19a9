package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// tally counts what became of the cases of one file, and why.
type tally struct {
	file   string
	target float64
	right  int
	wrong  int
	left   int     // out: cases of which nobody here can say whether they are right
	faults reasons // of the wrong ones
	missed reasons // why cases were left out
	passed reasons // messages that are right to mean nothing, and notes
}

// reasons counts cases by what is said of them.
type reasons map[string]*reason

// reason is one thing that is said of cases, with the first of them.
type reason struct {
	text    string
	count   int
	example string
}

// maxReasons bounds the reasons that are told apart.
const maxReasons = 2000

func newTally(file string, target float64) *tally {
	return &tally{file: file, target: target, faults: make(reasons), missed: make(reasons), passed: make(reasons)}
}

// ok counts a case that came out right.
func (t *tally) ok() { t.right++ }

// bad counts a case that came out wrong. Cases with the same text are one line; the
// example is shown for the first.
func (t *tally) bad(text, example string, args ...any) {
	t.wrong++
	t.faults.add(text, fmt.Sprintf(example, args...))
}

// leave counts a case that cannot be judged, which is one that is not right.
func (t *tally) leave(text, example string, args ...any) {
	t.left++
	t.missed.add(text, fmt.Sprintf(example, args...))
}

// note says something that is neither right nor wrong.
func (t *tally) note(text, example string, args ...any) {
	t.passed.add(text, fmt.Sprintf(example, args...))
}

func (r reasons) add(text, example string) {
	known := r[text]
	if known == nil && len(r) >= maxReasons {
		text = "other reasons"
		known = r[text]
	}
	if known == nil {
		known = &reason{text: text, example: example}
		r[text] = known
	}
	known.count++
}

// share is the part of all cases that came out right.
func (t *tally) share() float64 {
	if t.right == 0 {
		return 0
	}
	return float64(t.right) / float64(t.right+t.wrong+t.left)
}

func (t *tally) below() bool { return t.share() < t.target }

// print writes the line of the file, and up to most reasons of each sort.
func (t *tally) print(w io.Writer, most int) {
	verdict := ""
	if t.below() {
		verdict = fmt.Sprintf("  below %.4g %%", 100*t.target)
	}
	left := ""
	if t.left > 0 {
		left = fmt.Sprintf(" %4d left out", t.left)
	}
	fmt.Fprintf(w, "%-30s %6d cases %6d right %5d wrong%s %7.2f %%%s\n", t.file, t.right+t.wrong+t.left, t.right, t.wrong, left, 100*t.share(), verdict)
	t.faults.print(w, "wrong", most)
	t.missed.print(w, "left out", most)
	t.passed.print(w, "     ", most)
}

func (r reasons) print(w io.Writer, mark string, most int) {
	all := make([]*reason, 0, len(r))
	for _, one := range r {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b *reason) int {
		if a.count != b.count {
			return b.count - a.count
		}
		return strings.Compare(a.text, b.text)
	})
	rest := 0
	for i, one := range all {
		if i >= most {
			rest += one.count
			continue
		}
		fmt.Fprintf(w, "    %s %5d  %s", mark, one.count, one.text)
		if one.example != "" {
			fmt.Fprintf(w, "; as %s", brief(one.example))
		}
		fmt.Fprintln(w)
	}
	if rest > 0 {
		fmt.Fprintf(w, "    %s %5d  by %d more reasons\n", mark, rest, len(all)-most)
	}
}

// brief keeps an example on about two lines.
func brief(text string) string {
	const most = 240
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
