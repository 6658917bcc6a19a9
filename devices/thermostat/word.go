package thermostat

import (
	"fmt"
	"slices"
	"strings"
)

// The modes, presets, actions and causes are numbers in the program and words
// everywhere else. Each has a table of its words.

func word[T ~uint8](words []string, v T) string {
	if int(v) < len(words) {
		return words[v]
	}
	return "unknown"
}

func parseWord[T ~uint8](what string, words []string, text string) (T, error) {
	if i := slices.Index(words, text); i >= 0 {
		return T(i), nil
	}
	return 0, fmt.Errorf("%w: %s %q; use %s", ErrWord, what, shorten(text), strings.Join(words, ", "))
}

// shorten keeps text from outside from filling a message.
func shorten(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
