package modbus

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"thingbridge/devices"
)

// oneOf reports a word that is none of words.
func (r reporter) oneOf(path, word string, words ...string) {
	if slices.Contains(words, word) {
		return
	}
	r.addf(path, "%q; use %s", shorten(word), strings.TrimPrefix(strings.Join(words, ", "), ", "))
}

func (r reporter) between(path string, n, least, most int) {
	if n < least || n > most {
		r.addf(path, "%d, want %d to %d", n, least, most)
	}
}

func (r reporter) duration(path string, d, least, most time.Duration) {
	if d < least || d > most {
		r.addf(path, "%v, want %v to %v", d, least, most)
	}
}

func (r reporter) finite(path string, n float64) {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		r(path, "is not a number")
	}
}

// texts checks pairs of a path and its text.
func (r reporter) texts(pairs ...string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		path, text := pairs[i], pairs[i+1]
		if !utf8.ValidString(text) {
			r.addf(path, "%q is not valid UTF-8", shorten(text))
		}
		if len(text) > devices.MaxText {
			r.addf(path, "%d bytes, want at most %d", len(text), devices.MaxText)
		}
	}
}

// shorten keeps outside text from filling a line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// mistakes collects what Validate reports as one error.
type mistakes []string

func (m *mistakes) add(path, problem string) { *m = append(*m, path+": "+problem) }

func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(m, "; "))
}
