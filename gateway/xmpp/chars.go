package xmpp

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// joiner joins the pieces of character data between the children of an element.
// One piece, which is all there mostly is, is kept without a copy.
type joiner struct {
	only string
	buf  []byte
}

func (j *joiner) add(s string) {
	switch {
	case s == "":
	case j.only == "" && j.buf == nil:
		j.only = s
	default:
		if j.buf == nil {
			j.buf = append(j.buf, j.only...)
		}
		j.buf = append(j.buf, s...)
	}
}

// String returns all that was added.
func (j *joiner) String() string {
	if j.buf == nil {
		return j.only
	}
	return string(j.buf)
}

func (j *joiner) addText(raw string) error {
	plain, err := checkChars(raw)
	if err != nil || strings.Contains(raw, cdataClose) {
		return errNotWellFormed
	}
	if !plain {
		if raw, err = decode(raw, lineEnds); err != nil {
			return err
		}
	}
	j.add(raw)
	return nil
}

func (j *joiner) addCDATA(raw string) error {
	if _, err := checkChars(raw); err != nil {
		return err
	}
	if strings.IndexByte(raw, '\r') >= 0 {
		raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\r", "\n")
	}
	j.add(raw)
	return nil
}

// attrValue reads an attribute value: white space that is written as itself
// becomes spaces (XML 1.0, 3.3.3).
func attrValue(raw string) (string, error) {
	plain, err := checkChars(raw)
	if err != nil || strings.IndexByte(raw, '<') >= 0 {
		return "", errNotWellFormed
	}
	if plain && strings.IndexByte(raw, '\n') < 0 && strings.IndexByte(raw, '\t') < 0 {
		return raw, nil
	}
	return decode(raw, spaces)
}

// checkChars fails unless raw consists of characters of XML. It is plain when it
// has neither references nor carriage returns.
func checkChars(raw string) (plain bool, err error) {
	plain = true
	for i := 0; i < len(raw); {
		c := raw[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(raw[i:])
			if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
				return false, errNotWellFormed
			}
			i += size
			continue
		case c == '&', c == '\r':
			plain = false
		case c < ' ' && c != '\t' && c != '\n':
			return false, errNotWellFormed
		}
		i++
	}
	return plain, nil
}

// whitespace is what becomes of tabs and line ends that are written as themselves.
type whitespace struct{ tab, line byte }

var (
	lineEnds = whitespace{'\t', '\n'}
	spaces   = whitespace{' ', ' '}
)

func decode(raw string, white whitespace) (string, error) {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '\t':
			out = append(out, white.tab)
		case '\n':
			out = append(out, white.line)
		case '\r':
			if !strings.HasPrefix(raw[i+1:], "\n") {
				out = append(out, white.line)
			}
		case '&':
			name, _, ok := strings.Cut(raw[i+1:], ";")
			r := reference(name)
			if !ok || r < 0 {
				return "", errNotWellFormed
			}
			out = utf8.AppendRune(out, r)
			i += len(name) + 1
		default:
			out = append(out, c)
		}
	}
	return string(out), nil
}

// reference returns what "&name;" stands for, or -1.
func reference(name string) rune {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "apos":
		return '\''
	case "quot":
		return '"'
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return -1
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !isChar(n) {
		return -1
	}
	return rune(n)
}

// isChar is the production [2] of XML 1.0.
func isChar(n uint64) bool {
	return n == '\t' || n == '\n' || n == '\r' || n >= 0x20 && n <= 0xD7FF ||
		n >= 0xE000 && n <= 0xFFFD || n >= 0x10000 && n <= 0x10FFFF
}
