package xmpp

import (
	"bytes"
	"errors"
)

// Errors that end a stream, because after them nothing can be understood.
var (
	errNotWellFormed = errors.New("not well-formed XML")
	errRestricted    = errors.New("XML that XMPP forbids: a comment, document type or processing instruction")
)

// boundary is what a scanner came to.
type boundary uint8

const (
	none        boundary = iota // the end of the bytes
	streamStart                 // the root element's start tag is complete
	stanzaEnd                   // an element directly inside the root is complete
	streamEnd                   // the root element's end tag is complete
)

// scanner finds where the elements directly inside a stream begin and end. It
// looks at no name and remembers nothing but a few numbers, so that an element
// of any size can be skipped. It agrees with every XML parser about what is well
// formed; of what is not, it sees only what would mislead it.
type scanner struct {
	state scanState
	depth int  // open elements, the root included
	quote byte // around the attribute value being scanned
	slash bool // the start tag holds a slash outside of values: it is an empty element
	match int  // bytes of cdataOpen or cdataClose that were seen
}

type scanState uint8

const (
	inText  scanState = iota
	inOpen            // behind '<'
	inStart           // in a start tag
	inValue           // in an attribute value
	inEnd             // in an end tag
	inBang            // behind "<!"
	inCDATA
	inDeclaration // in "<?xml … ?>" before the root
)

const (
	cdataOpen  = "[CDATA["
	cdataClose = "]]>"
)

// between reports whether the next byte is outside of any element in the root.
func (s *scanner) between() bool { return s.depth == 1 && s.state == inText }

// scan reads b up to and including the next boundary and returns how many bytes
// that were: all of them when there is none. An error wraps errNotWellFormed or
// errRestricted.
func (s *scanner) scan(b []byte) (int, boundary, error) {
	for i := 0; i < len(b); i++ {
		i += s.leap(b[i:])
		if i >= len(b) {
			break
		}
		found, err := s.step(b[i])
		if found != none || err != nil {
			return i + 1, found, err
		}
	}
	return len(b), none, nil
}

// leap returns how many bytes can be passed over because they mean nothing here.
func (s *scanner) leap(b []byte) int {
	n := 0
	switch {
	case s.state == inStart:
		for n < len(b) && !meansInTag[b[n]] {
			n++
		}
		return n
	case s.state == inText && s.depth > 1:
		n = bytes.IndexByte(b, '<')
	case s.state == inValue:
		n = bytes.IndexByte(b, s.quote)
	case s.state == inEnd:
		n = bytes.IndexByte(b, '>')
	}
	if n < 0 {
		return len(b)
	}
	return n
}

// meansInTag are the bytes that end or change something in a start tag.
var meansInTag = [256]bool{'\'': true, '"': true, '<': true, '>': true, '/': true}

func (s *scanner) step(c byte) (boundary, error) {
	switch s.state {
	case inText:
		return none, s.text(c)
	case inOpen:
		return none, s.open(c)
	case inStart:
		return s.start(c)
	case inValue:
		if c == s.quote {
			s.state = inStart
		}
	case inEnd:
		if c == '>' {
			return s.close(), nil
		}
	case inBang:
		return none, s.bang(c)
	case inCDATA:
		s.cdata(c)
	case inDeclaration:
		if c == '>' {
			s.state = inText
		}
	}
	return none, nil
}

func (s *scanner) text(c byte) error {
	switch {
	case c == '<':
		s.state = inOpen
	case s.depth <= 1 && !isSpace(c):
		return errNotWellFormed
	}
	return nil
}

func (s *scanner) open(c byte) error {
	switch c {
	case '/':
		if s.depth == 0 {
			return errNotWellFormed
		}
		s.state = inEnd
	case '!':
		s.state, s.match = inBang, 0
	case '?':
		if s.depth > 0 {
			return errRestricted
		}
		s.state = inDeclaration
	case '>', '<', '\'', '"', ' ', '\t', '\r', '\n':
		return errNotWellFormed
	default:
		s.state, s.slash = inStart, false
	}
	return nil
}

func (s *scanner) start(c byte) (boundary, error) {
	switch c {
	case '\'', '"':
		s.state, s.quote = inValue, c
	case '<':
		return none, errNotWellFormed
	case '/':
		s.slash = true
	case '>':
		s.depth++
		s.state = inText
		if s.slash {
			return s.close(), nil
		}
		if s.depth == 1 {
			return streamStart, nil
		}
	}
	return none, nil
}

func (s *scanner) close() boundary {
	s.state = inText
	s.depth--
	switch s.depth {
	case 0:
		return streamEnd
	case 1:
		return stanzaEnd
	}
	return none
}

func (s *scanner) bang(c byte) error {
	if s.depth < 2 || c != cdataOpen[s.match] {
		return errRestricted
	}
	if s.match++; s.match == len(cdataOpen) {
		s.state, s.match = inCDATA, 0
	}
	return nil
}

func (s *scanner) cdata(c byte) {
	switch {
	case c == cdataClose[s.match]:
		s.match++
	case c == ']': // a third and further ']' still precedes a '>'
	default:
		s.match = 0
	}
	if s.match == len(cdataClose) {
		s.state = inText
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
