package room

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Addressed reports whether a message in a room is for who has the nick, and
// returns what is said: "Boiler: 21", "boiler, status", "@Boiler why", "Boiler?".
func Addressed(body, nick string) (text string, ok bool) {
	body = strings.TrimSpace(body)
	name, at := strings.CutPrefix(body, "@")
	rest, ok := cutFold(name, nick)
	if !ok || nick == "" {
		return "", false
	}
	next, size := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "", next == ':', next == ',':
		return strings.TrimSpace(rest[size:]), true
	case at && unicode.IsSpace(next):
		return strings.TrimSpace(rest), true
	case strings.Trim(rest, "?!. ") == "":
		return "", true
	}
	return "", false
}

// cutFold returns text without the prefix, which may be in another case.
func cutFold(text, prefix string) (rest string, ok bool) {
	for prefix != "" {
		if text == "" {
			return "", false
		}
		p, pn := utf8.DecodeRuneInString(prefix)
		t, tn := utf8.DecodeRuneInString(text)
		if unicode.ToLower(p) != unicode.ToLower(t) {
			return "", false
		}
		prefix, text = prefix[pn:], text[tn:]
	}
	return text, true
}

// Without returns text without the characters from start to end, which count code
// points, as XEP-0428 and XEP-0372 do. A range that is none leaves it as it is.
func Without(text string, start, end int) string {
	if start < 0 || end <= start {
		return text
	}
	var b strings.Builder
	at := 0
	for _, r := range text {
		if at < start || at >= end {
			b.WriteRune(r)
		}
		at++
	}
	return b.String()
}
