package template

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind tells what a token is.
type tokenKind uint8

const (
	tokenEnd      tokenKind = iota
	tokenData               // text outside of tags
	tokenOpen               // {{
	tokenClose              // }}
	tokenTag                // {%
	tokenTagClose           // %}
	tokenName
	tokenInt
	tokenFloat
	tokenText // a text in quotes, without them and with its escapes read
	tokenOp
)

// token is one piece of a template; pos is the offset of its first byte.
type token struct {
	kind tokenKind
	text string
	pos  int
}

// operators are the punctuation marks of expressions, longer ones first.
var operators = []string{
	"**", "//", "==", "!=", "<=", ">=",
	"+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|",
}

// lexer cuts a template into tokens.
type lexer struct {
	text   string
	pos    int
	tokens []token
	open   []byte // brackets that wait for their end, as the brackets that will end them
}

// scan cuts all of text. Whitespace beside "-" is gone from the data.
func scan(text string) ([]token, error) {
	l := &lexer{text: text}
	for l.pos < len(l.text) {
		if err := l.data(); err != nil {
			return nil, err
		}
	}
	l.add(tokenEnd, "", len(text))
	return l.tokens, nil
}

func (l *lexer) add(k tokenKind, text string, pos int) {
	l.tokens = append(l.tokens, token{k, text, pos})
}

// data reads up to the next tag and that tag.
func (l *lexer) data() error {
	start := l.pos
	open := nextTag(l.text, start)
	if open < 0 {
		l.addData(l.text[start:], start)
		l.pos = len(l.text)
		return nil
	}
	text := l.text[start:open]
	mark := l.text[open+1]
	l.pos = open + 2
	if l.has("-") {
		text = strings.TrimRightFunc(text, isSpace)
		l.pos++
	} else if l.has("+") && mark != '{' {
		l.pos++
	}
	l.addData(text, start)
	switch {
	case mark == '#':
		return l.comment(open)
	case mark == '{':
		l.add(tokenOpen, "{{", open)
		return l.code(tokenClose, "}}", open)
	case l.rawTag():
		return l.raw(open)
	}
	l.add(tokenTag, "{%", open)
	return l.code(tokenTagClose, "%}", open)
}

func (l *lexer) addData(text string, pos int) {
	if text != "" {
		l.add(tokenData, text, pos)
	}
}

// nextTag finds the next {{, {% or {# from start on, or -1.
func nextTag(text string, start int) int {
	for i := start; ; i++ {
		at := strings.IndexByte(text[i:], '{')
		if at < 0 || i+at+1 >= len(text) {
			return -1
		}
		i += at
		switch text[i+1] {
		case '{', '%', '#':
			return i
		}
	}
}

func (l *lexer) has(prefix string) bool { return strings.HasPrefix(l.text[l.pos:], prefix) }

func (l *lexer) skipSpace() {
	l.pos = len(l.text) - len(strings.TrimLeftFunc(l.text[l.pos:], isSpace))
}

// ends reports whether a tag ends here with mark, and steps over it and over
// the whitespace that a "-" takes away.
func (l *lexer) ends(mark string) bool {
	switch {
	case l.has(mark):
		l.pos += len(mark)
	case l.has("-" + mark):
		l.pos += 1 + len(mark)
		l.skipSpace()
	case mark != "}}" && l.has("+"+mark):
		l.pos += 1 + len(mark)
	default:
		return false
	}
	return true
}

func (l *lexer) comment(open int) error {
	for l.pos < len(l.text) {
		if l.ends("#}") {
			return nil
		}
		l.pos++
	}
	return syntaxError(l.text, open, "the comment has no end")
}

// rawTag steps over "raw %}".
func (l *lexer) rawTag() bool { return l.onlyName("raw") }

// onlyName steps over name and the end of the tag, or over nothing.
func (l *lexer) onlyName(name string) bool {
	back := l.pos
	l.skipSpace()
	if l.has(name) {
		l.pos += len(name)
		l.skipSpace()
		if l.ends("%}") {
			return true
		}
	}
	l.pos = back
	return false
}

// raw takes the text up to {% endraw %} as it is.
func (l *lexer) raw(open int) error {
	start := l.pos
	for l.pos < len(l.text) {
		at := strings.Index(l.text[l.pos:], "{%")
		if at < 0 {
			break
		}
		end := l.pos + at
		l.pos = end + 2
		text := l.text[start:end]
		if l.has("-") {
			text = strings.TrimRightFunc(text, isSpace)
			l.pos++
		}
		if l.onlyName("endraw") {
			l.addData(text, start)
			return nil
		}
	}
	return syntaxError(l.text, open, "raw has no endraw")
}

// code reads the tokens of one tag up to its end.
func (l *lexer) code(end tokenKind, mark string, open int) error {
	l.open = l.open[:0]
	for {
		l.skipSpace()
		if l.pos >= len(l.text) {
			return syntaxError(l.text, open, "the tag has no "+mark)
		}
		pos := l.pos
		if len(l.open) == 0 && l.ends(mark) {
			l.add(end, mark, pos)
			return nil
		}
		if err := l.token(); err != nil {
			return err
		}
	}
}

// token reads one token of an expression.
func (l *lexer) token() error {
	c := l.text[l.pos]
	switch {
	case c == '"' || c == '\'':
		return l.quoted(c)
	case c >= '0' && c <= '9':
		return l.number()
	}
	if name := leadingName(l.text[l.pos:]); name != "" {
		l.add(tokenName, name, l.pos)
		l.pos += len(name)
		return nil
	}
	for _, op := range operators {
		if l.has(op) {
			return l.operator(op)
		}
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
	return syntaxError(l.text, l.pos, fmt.Sprintf("%q means nothing here", r))
}

func leadingName(s string) string {
	for i, r := range s {
		if r == '_' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r) {
			continue
		}
		return s[:i]
	}
	return s
}

// operator keeps count of brackets: inside of them }} and %} do not end a tag.
func (l *lexer) operator(op string) error {
	switch op {
	case "(":
		l.open = append(l.open, ')')
	case "[":
		l.open = append(l.open, ']')
	case "{":
		l.open = append(l.open, '}')
	case ")", "]", "}":
		if len(l.open) == 0 || l.open[len(l.open)-1] != op[0] {
			return syntaxError(l.text, l.pos, fmt.Sprintf("%q ends nothing", op))
		}
		l.open = l.open[:len(l.open)-1]
	}
	l.add(tokenOp, op, l.pos)
	l.pos += len(op)
	return nil
}

// isSpace reports what Python calls whitespace.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// syntaxError and unsupported tell what is wrong at the offset pos of text.
func syntaxError(text string, pos int, what string) error {
	return fmt.Errorf("%w: %s: %s", ErrSyntax, place(text, pos), what)
}

func unsupported(text string, pos int, what string) error {
	return fmt.Errorf("%w: %s: %s", ErrUnsupported, place(text, pos), what)
}

// place names a position for people.
func place(text string, pos int) string {
	before := text[:min(pos, len(text))]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("line %d, column %d", line, column)
}
