package template

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	maxTemplate = 64 << 10  // bytes of a template's text; the longest that devices announce have some 4 KiB
	maxNesting  = 64        // brackets, statements and operators inside one another
	maxNodes    = 10_000    // parts of one template, which also bounds the depth of the closures
	maxPayload  = 1 << 20   // bytes of a payload read as JSON; zigbee2mqtt's bridge/info has some 100 KiB
	maxDepth    = 128       // arrays and objects inside one another in a payload
	maxOutput   = 256 << 10 // bytes of a result, and of any text made on the way
	maxWork     = 1 << 20   // steps of one rendering: bytes made, items visited
	maxRange    = 10_000    // numbers of one range()
	maxDigits   = 4300      // digits of an integer, as in Python
)

// The errors that Compile and Append wrap.
var (
	// ErrSyntax means that a text is no template at all.
	ErrSyntax = errors.New("not a valid template")
	// ErrUnsupported means that a template uses a part of Jinja2 or of Home
	// Assistant that does not exist here.
	ErrUnsupported = errors.New("template feature is not supported")
	// ErrRender means that a template cannot be rendered with this message.
	ErrRender = errors.New("template cannot be rendered")
)

// A Template is a compiled text. It is immutable: any number of goroutines may
// render it at once, each with a Message of its own.
type Template struct {
	body  stmt
	slots int // variables that the template sets
	text  string
}

// Compile compiles text. Whitespace around text does not count. An error wraps
// ErrSyntax or ErrUnsupported and says where the part is that was not
// understood.
func Compile(text string) (*Template, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("%w: it has %d bytes, at most %d are read", ErrUnsupported, len(text), maxTemplate)
	}
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("%w: it is not UTF-8 text", ErrSyntax)
	}
	text = strings.TrimFunc(text, isSpace)
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{text: text, patterns: &patterns{}}
	body, err := c.block(root)
	if err != nil {
		return nil, err
	}
	c.patterns.compile()
	return &Template{body: body, slots: c.slots, text: text}, nil
}

// String returns the text that t was compiled from.
func (t *Template) String() string { return t.text }

// Append renders t for m and appends the text, without whitespace around it, to
// dst. What is appended is UTF-8. An error wraps ErrRender; dst is returned as
// it was given.
func (t *Template) Append(dst []byte, m *Message) ([]byte, error) {
	r := &m.run
	r.begin(m, dst, t.slots)
	_, err := t.body(r)
	out := r.out
	r.end()
	if err != nil {
		return dst, fmt.Errorf("%w: %w", ErrRender, err)
	}
	if !utf8.Valid(out[len(dst):]) {
		return dst, fmt.Errorf("%w: the result is not UTF-8 text", ErrRender)
	}
	return trimFrom(out, len(dst)), nil
}
