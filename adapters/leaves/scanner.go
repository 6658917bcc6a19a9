package leaves

import "strconv"

// scanner reads one payload into a document.
type scanner struct {
	in       []byte
	at       int
	document *Document
	path     [maxPath]byte
	length   int // of the path
	tooMany  bool
}

func (s *scanner) space() {
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
func (s *scanner) take(c byte) bool {
	s.space()
	if s.at >= len(s.in) || s.in[s.at] != c {
		return false
	}
	s.at++
	return true
}

// value reads one value below the path.
func (s *scanner) value(depth int) bool {
	s.space()
	if s.at >= len(s.in) {
		return false
	}
	if depth > maxDepth {
		s.tooMany = true
		return false
	}
	switch c := s.in[s.at]; {
	case c == '{':
		return s.object(depth)
	case c == '[':
		return s.array(depth)
	case c == '"':
		from, to, escaped, ok := s.text()
		return ok && s.leaf(Leaf{Kind: Text, Raw: s.in[from:to], escaped: escaped})
	case s.word("true"):
		return s.leaf(Leaf{Kind: True, Raw: s.in[s.at-len("true") : s.at]})
	case s.word("false"):
		return s.leaf(Leaf{Kind: False, Raw: s.in[s.at-len("false") : s.at]})
	case s.word("null"), s.word("nan"), s.word("-nan"), s.word("NaN"), s.word("inf"), s.word("-inf"):
		return s.leaf(Leaf{Kind: Null})
	}
	return s.number()
}

func (s *scanner) leaf(l Leaf) bool {
	d := s.document
	if len(d.leaves) >= maxLeaves {
		s.tooMany = true
		return false
	}
	l.from = uint32(len(d.paths))
	d.paths = append(d.paths, s.path[:s.length]...)
	l.to = uint32(len(d.paths))
	d.leaves = append(d.leaves, l)
	return true
}

func (s *scanner) word(word string) bool {
	if len(s.in)-s.at < len(word) || string(s.in[s.at:s.at+len(word)]) != word {
		return false
	}
	s.at += len(word)
	return true
}

func (s *scanner) object(depth int) bool {
	s.at++
	if s.take('}') {
		return true
	}
	before := s.length
	for {
		s.space()
		if s.at >= len(s.in) || s.in[s.at] != '"' {
			return false
		}
		from, to, escaped, ok := s.text()
		if !ok || !s.take(':') || !s.push(s.in[from:to], escaped) || !s.value(depth+1) {
			return false
		}
		s.length = before
		if s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.at++
	if s.take(']') {
		return true
	}
	before := s.length
	var digits [20]byte
	for i := int64(0); ; i++ {
		if !s.push(strconv.AppendInt(digits[:0], i, 10), false) || !s.value(depth+1) {
			return false
		}
		s.length = before
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

// push adds a key to the path.
func (s *scanner) push(key []byte, escaped bool) bool {
	if s.length+1+len(key) > len(s.path) {
		s.tooMany = true
		return false
	}
	if s.length > 0 {
		s.path[s.length] = Separator
		s.length++
	}
	if escaped {
		s.length = len(appendUnescaped(s.path[:s.length], key))
		return true
	}
	s.length += copy(s.path[s.length:], key)
	return true
}

// text reads a text, and returns where it is without its quotes.
func (s *scanner) text() (from, to int, escaped, ok bool) {
	s.at++
	from = s.at
	for s.at < len(s.in) {
		switch c := s.in[s.at]; {
		case c == '"':
			s.at++
			return from, s.at - 1, escaped, true
		case c == '\\':
			escaped = true
			s.at++
			if !s.escape() {
				return 0, 0, false, false
			}
		case c < ' ':
			return 0, 0, false, false
		default:
			s.at++
		}
	}
	return 0, 0, false, false
}

func (s *scanner) escape() bool {
	if s.at >= len(s.in) {
		return false
	}
	c := s.in[s.at]
	s.at++
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			if s.at >= len(s.in) || !isHex(s.in[s.at]) {
				return false
			}
			s.at++
		}
		return true
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (s *scanner) number() bool {
	from := s.at
	if s.at < len(s.in) && s.in[s.at] == '-' {
		s.at++
	}
	if !s.digits() {
		return false
	}
	if s.at < len(s.in) && s.in[s.at] == '.' {
		s.at++
		if !s.digits() {
			return false
		}
	}
	if s.at < len(s.in) && (s.in[s.at] == 'e' || s.in[s.at] == 'E') {
		s.at++
		if s.at < len(s.in) && (s.in[s.at] == '+' || s.in[s.at] == '-') {
			s.at++
		}
		if !s.digits() {
			return false
		}
	}
	return s.leaf(Leaf{Kind: Number, Raw: s.in[from:s.at]})
}

func (s *scanner) digits() bool {
	from := s.at
	for s.at < len(s.in) && s.in[s.at] >= '0' && s.in[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}
