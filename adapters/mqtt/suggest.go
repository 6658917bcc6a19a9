package mqtt

import (
	"fmt"
	"strings"
)

func indexed(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

func quoted(text string) string { return fmt.Sprintf("%q", shorten(text)) }

// unknownConvention says what to write in the place of a name that is not known.
func unknownConvention(name string, known []string) string {
	text := quoted(name) + " is no convention"
	if near := nearest(strings.ToLower(name), known); near != "" {
		return text + fmt.Sprintf("; did you mean %q?", near)
	}
	if len(known) == 0 {
		return text + " that is known here; describe the topics under devices"
	}
	return text + "; use " + strings.Join(known, ", ") + ", or describe the topics under devices"
}

// nearest returns the known word that text is most likely meant to be, or "".
func nearest(text string, known []string) (word string) {
	best := 3 // mistakes of typing; more make it another word
	for _, k := range known {
		if d := distance(text, k); d < best && d < len(k) {
			word, best = k, d
		}
	}
	return word
}

// distance counts the letters to insert, remove or replace between a and b.
func distance(a, b string) int {
	const longest = 40 // bytes; no name of a convention has as many
	if len(a) > longest {
		return longest
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			other := diagonal
			if a[i] != b[j] {
				other++
			}
			diagonal = row[j+1]
			row[j+1] = min(other, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
