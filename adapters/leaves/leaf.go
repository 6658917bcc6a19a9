package leaves

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is what a leaf is.
type Kind uint8

// The kinds.
const (
	Null Kind = iota + 1
	True
	False
	Number
	Text
)

// Leaf is one value of a payload.
type Leaf struct {
	Path []byte
	Kind Kind
	Raw  []byte // as it is spelled; a text without its quotes

	escaped  bool
	from, to uint32 // the path in the document's memory
}

// Is reports whether the leaf is spelled so: a text without its quotes.
func (l *Leaf) Is(text string) bool { return string(l.Raw) == text }

// String returns what the leaf says: a text without its escapes. It allocates.
func (l *Leaf) String() string { return string(l.AppendText(nil)) }

// AppendText appends what String returns to dst.
func (l *Leaf) AppendText(dst []byte) []byte {
	if !l.escaped {
		return append(dst, l.Raw...)
	}
	return appendUnescaped(dst, l.Raw)
}

// Float returns the number that the leaf is, or that its text spells.
func (l *Leaf) Float() (float64, bool) {
	const longest = 32 // bytes
	if l.Kind != Number && l.Kind != Text || len(l.Raw) == 0 || len(l.Raw) > longest {
		return 0, false
	}
	for _, c := range l.Raw {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(string(l.Raw), 64)
	return n, err == nil
}

// Bool returns the truth that the leaf is, or that its text or number spells.
func (l *Leaf) Bool() (is, ok bool) {
	switch l.Kind {
	case True:
		return true, true
	case False:
		return false, true
	case Number, Text:
		if isWord(l.Raw, "1", "on", "true") {
			return true, true
		}
		return false, isWord(l.Raw, "0", "off", "false")
	}
	return false, false
}

// isWord reports whether raw is one of words, in any case.
func isWord(raw []byte, words ...string) bool {
	for _, word := range words {
		if len(raw) == len(word) && strings.EqualFold(string(raw), word) {
			return true
		}
	}
	return false
}

// appendUnescaped appends a text of a payload, which was checked, without its escapes.
func appendUnescaped(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 >= len(raw) {
			dst = append(dst, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hexRune(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hexRune(raw[i+3:])); pair != utf8.RuneError {
					r, i = pair, i+6
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, raw[i])
		}
	}
	return dst
}

func hexRune(raw []byte) rune {
	if len(raw) < 4 {
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(raw[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(n)
}
