package template

import (
	"math/big"
	"strconv"
	"strings"
)

// number reads an integer or a number with a point or exponent, as Jinja2
// spells them: underscores between digits are allowed.
func (l *lexer) number() error {
	start := l.pos
	if l.text[start] == '0' && start+1 < len(l.text) && strings.IndexByte("xXoObB", l.text[start+1]) >= 0 {
		l.pos += 2
		l.digits(isHexDigit)
		l.add(tokenInt, l.text[start:l.pos], start)
		return nil
	}
	l.digits(isDigit)
	kind := tokenInt
	afterDot := start > 0 && l.text[start-1] == '.'
	if !afterDot && l.followed(".", isDigit) {
		kind = tokenFloat
		l.pos++
		l.digits(isDigit)
	}
	if !afterDot {
		for _, e := range []string{"e", "E", "e-", "E-", "e+", "E+"} {
			if l.followed(e, isDigit) {
				kind = tokenFloat
				l.pos += len(e)
				l.digits(isDigit)
				break
			}
		}
	}
	l.add(kind, l.text[start:l.pos], start)
	return nil
}

// followed reports whether prefix comes next and a byte that is ok after it.
func (l *lexer) followed(prefix string, ok func(byte) bool) bool {
	after := l.pos + len(prefix)
	return l.has(prefix) && after < len(l.text) && ok(l.text[after])
}

func (l *lexer) digits(ok func(byte) bool) {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		if !ok(c) && !(c == '_' && l.followed("_", ok)) {
			return
		}
		l.pos++
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHexDigit(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// numberValue is the value of a number token.
func numberValue(t token) (value, bool) {
	text := strings.ReplaceAll(t.text, "_", "")
	if t.kind == tokenFloat {
		f, err := strconv.ParseFloat(text, 64)
		return floatValue(f), err == nil || f != 0
	}
	if len(text) > maxDigits {
		return value{}, false
	}
	if i, err := strconv.ParseInt(text, 0, 64); err == nil && !leadingZero(text) {
		return intValue(i), true
	}
	n, ok := new(big.Int).SetString(text, 0)
	if !ok || leadingZero(text) {
		return value{}, false
	}
	return bigValue(n), true
}

// leadingZero reports 012, which means different numbers in Python 2 and Go and
// none in Python 3.
func leadingZero(text string) bool {
	return len(text) > 1 && text[0] == '0' && isDigit(text[1]) && strings.Trim(text, "0") != ""
}

// quoted reads a text in quotes.
func (l *lexer) quoted(quote byte) error {
	start := l.pos
	for i := start + 1; i < len(l.text); i++ {
		switch l.text[i] {
		case '\\':
			i++
		case quote:
			l.pos = i + 1
			text, ok := unescape(l.text[start+1 : i])
			if !ok {
				return syntaxError(l.text, start, "the text has an escape that ends too soon")
			}
			l.add(tokenText, text, start)
			return nil
		}
	}
	return syntaxError(l.text, start, "the text has no closing quote")
}

// unescape reads the escapes of a Python text. An unknown one stands for
// itself.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		n, ok := unescapeOne(&b, s[i:])
		if !ok {
			return "", false
		}
		i += n - 1
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD"), true
}

// simpleEscapes are the escapes of one letter and what they stand for, in pairs.
const simpleEscapes = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v"

// unescapeOne reads one escape without its backslash and returns its length.
func unescapeOne(b *strings.Builder, s string) (int, bool) {
	for i := 0; i < len(simpleEscapes); i += 2 {
		if s[0] == simpleEscapes[i] {
			b.WriteByte(simpleEscapes[i+1])
			return 1, true
		}
	}
	switch s[0] {
	case '\n':
		return 1, true
	case 'x':
		return unescapeCode(b, s, 2)
	case 'u':
		return unescapeCode(b, s, 4)
	case 'U':
		return unescapeCode(b, s, 8)
	}
	n := 0
	for n < 3 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
		n++
	}
	if n > 0 {
		code, _ := strconv.ParseUint(s[:n], 8, 32)
		b.WriteRune(rune(code))
		return n, true
	}
	b.WriteByte('\\')
	b.WriteByte(s[0])
	return 1, true
}

func unescapeCode(b *strings.Builder, s string, digits int) (int, bool) {
	if len(s) < 1+digits {
		return 0, false
	}
	code, err := strconv.ParseUint(s[1:1+digits], 16, 32)
	if err != nil || code > 0x10FFFF {
		return 0, false
	}
	b.WriteRune(rune(code))
	return 1 + digits, true
}
