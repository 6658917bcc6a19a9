package template

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// document is a payload read as JSON: its parts in a row, in memory that is
// used again for the next payload. Reading checks the whole payload, as any
// parser would, and converts nothing.
type document struct {
	state documentState
	nodes []jsonNode
	err   error
	root  value  // all of it as a value, made when first asked for
	key   []byte // a key without its escapes
}

type documentState uint8

const (
	documentUnread documentState = iota
	documentGood
	documentBad
)

// jsonNode is one part of a document. Offsets are small, see maxPayload. The parts of an array or object follow
// it, up to next.
type jsonNode struct {
	kind           kind
	escaped        bool // the text has escapes
	keyEscaped     bool
	from, to       uint32 // where it is spelled; a text without its quotes
	keyFrom, keyTo uint32 // its key in the object around it
	next           uint32 // the node after it and all its parts
	parts          uint32 // members of an array or object
}

// keptNodes is how many nodes a Message keeps between payloads.
const keptNodes = 4096

func (d *document) reset() {
	if cap(d.nodes) > keptNodes {
		d.nodes = nil
	}
	d.state, d.nodes, d.err, d.root = documentUnread, d.nodes[:0], nil, value{}
}

var (
	errNoJSON   = errors.New("the message has no payload")
	errTooLong  = fmt.Errorf("the payload is longer than %d bytes", maxPayload)
	errEncoding = errors.New("the payload is not UTF-8 text")
)

// read makes sure that the payload was read and reports whether it is JSON.
func (d *document) read(payload []byte) error {
	if d.state != documentUnread {
		return d.err
	}
	d.state = documentGood
	if d.err = d.scan(payload); d.err != nil {
		d.state = documentBad
	}
	return d.err
}

func (d *document) scan(payload []byte) error {
	switch {
	case payload == nil:
		return errNoJSON
	case len(payload) > maxPayload:
		return errTooLong
	case !utf8.Valid(payload):
		return errEncoding
	}
	s := jsonScanner{in: payload, nodes: d.nodes}
	ok := s.value(jsonNode{}, 0)
	if ok {
		s.space()
		ok = s.at == len(s.in)
	}
	d.nodes = s.nodes
	if !ok {
		return fmt.Errorf("the payload is not JSON from byte %d on", s.at)
	}
	return nil
}

// jsonScanner reads one payload.
type jsonScanner struct {
	in    []byte
	at    int
	nodes []jsonNode
}

func (s *jsonScanner) space() {
	for s.at < len(s.in) {
		switch s.in[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// take steps over whitespace and c.
func (s *jsonScanner) take(c byte) bool {
	s.space()
	if s.at >= len(s.in) || s.in[s.at] != c {
		return false
	}
	s.at++
	return true
}

// value reads one value; n has its key.
func (s *jsonScanner) value(n jsonNode, depth int) bool {
	s.space()
	if s.at >= len(s.in) {
		return false
	}
	n.from = uint32(s.at)
	switch c := s.in[s.at]; c {
	case '{', '[':
		return s.container(n, c, depth)
	case '"':
		n.kind = kindText
		var ok bool
		if n.from, n.to, n.escaped, ok = s.text(); !ok {
			return false
		}
		return s.leaf(n)
	case 't':
		return s.word(n, "true", kindBool)
	case 'f':
		return s.word(n, "false", kindBool)
	case 'n':
		return s.word(n, "null", kindNone)
	}
	return s.number(n)
}

func (s *jsonScanner) leaf(n jsonNode) bool {
	n.next = uint32(len(s.nodes) + 1)
	s.nodes = append(s.nodes, n)
	return true
}

func (s *jsonScanner) word(n jsonNode, word string, k kind) bool {
	end := s.at + len(word)
	if end > len(s.in) || string(s.in[s.at:end]) != word {
		return false
	}
	s.at = end
	n.kind, n.to = k, uint32(end)
	return s.leaf(n)
}

// container reads an array or an object that opens with c.
func (s *jsonScanner) container(n jsonNode, c byte, depth int) bool {
	if depth == maxDepth {
		return false
	}
	s.at++
	n.kind = kindList
	end := byte(']')
	if c == '{' {
		n.kind, end = kindDict, '}'
	}
	me := len(s.nodes)
	s.nodes = append(s.nodes, n)
	if !s.take(end) {
		for {
			if !s.part(n.kind, depth+1) {
				return false
			}
			n.parts++
			if s.take(end) {
				break
			}
			if !s.take(',') {
				return false
			}
		}
	}
	n.to, n.next = uint32(s.at), uint32(len(s.nodes))
	s.nodes[me] = n
	return true
}

// part reads a member of an array, or a member of an object with its key.
func (s *jsonScanner) part(in kind, depth int) bool {
	var n jsonNode
	if in == kindDict {
		s.space()
		if s.at >= len(s.in) || s.in[s.at] != '"' {
			return false
		}
		var ok bool
		if n.keyFrom, n.keyTo, n.keyEscaped, ok = s.text(); !ok || !s.take(':') {
			return false
		}
	}
	return s.value(n, depth)
}

// text reads a text from its opening quote on.
func (s *jsonScanner) text() (from, to uint32, escaped, ok bool) {
	s.at++
	from = uint32(s.at)
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			to = uint32(s.at)
			s.at++
			return from, to, escaped, true
		case c < 0x20:
			return 0, 0, false, false
		case c == '\\':
			escaped = true
			if !s.escape() {
				return 0, 0, false, false
			}
		default:
			s.at++
		}
	}
	return 0, 0, false, false
}

func (s *jsonScanner) escape() bool {
	if s.at+1 >= len(s.in) {
		return false
	}
	switch s.in[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return true
	case 'u':
		if s.at+6 > len(s.in) {
			return false
		}
		for _, c := range s.in[s.at+2 : s.at+6] {
			if !isHexDigit(c) {
				return false
			}
		}
		s.at += 6
		return true
	}
	return false
}

// number reads a number; one with a point or an exponent is a float.
func (s *jsonScanner) number(n jsonNode) bool {
	start := s.at
	n.kind = kindInt
	if s.in[s.at] == '-' {
		s.at++
	}
	if s.at < len(s.in) && s.in[s.at] == '0' {
		s.at++
	} else if !s.digits() {
		return false
	}
	if s.at < len(s.in) && s.in[s.at] == '.' {
		n.kind = kindFloat
		s.at++
		if !s.digits() {
			return false
		}
	}
	if s.at < len(s.in) && s.in[s.at]|0x20 == 'e' {
		n.kind = kindFloat
		s.at++
		if s.at < len(s.in) && (s.in[s.at] == '+' || s.in[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return false
		}
	}
	n.to = uint32(s.at)
	return s.at-start <= maxDigits && s.leaf(n)
}

func (s *jsonScanner) digits() bool {
	start := s.at
	for s.at < len(s.in) && isDigit(s.in[s.at]) {
		s.at++
	}
	return s.at > start
}
