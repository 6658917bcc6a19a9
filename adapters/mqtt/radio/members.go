package radio

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Limits of a message. Real ones have at most 40 members and 1 KiB.
const (
	maxPayload = 16 << 10 // bytes
	maxMembers = 128
)

// Kind is what a member of a message is.
type Kind uint8

// The kinds of members.
const (
	Null Kind = iota
	Number
	Truth
	Text
	Nested // an array or an object; it is not looked into
)

// Member is one member of a message. It refers to the payload.
type Member struct {
	Key     []byte
	Kind    Kind
	Value   []byte // as it is spelled; a text without its quotes
	escaped bool   // the text has escapes
}

// Text returns the text of a text, or how another value is spelled.
func (m *Member) Text() string {
	if m.escaped {
		var text string
		if json.Unmarshal(append(append([]byte{'"'}, m.Value...), '"'), &text) == nil {
			return text
		}
	}
	return string(m.Value)
}

// Plain makes the member that a topic of its own carries: key is its last level.
func Plain(key, payload []byte) Member {
	m := Member{Key: key, Kind: Text, Value: payload}
	switch string(payload) {
	case "true", "false":
		m.Kind = Truth
	case "null", "":
		m.Kind = Null
	default:
		if _, ok := number(payload); ok {
			m.Kind = Number
		}
	}
	return m
}

var errNoObject = errors.New("the payload is no JSON object")

// Members appends the members of the object that payload is to dst.
func Members(dst []Member, payload []byte) ([]Member, error) {
	if len(payload) > maxPayload {
		return dst, fmt.Errorf("the payload has %d bytes, want at most %d", len(payload), maxPayload)
	}
	if !json.Valid(payload) {
		return dst, errNoObject
	}
	s := scanner{in: payload}
	if s.space(); s.in[s.at] != '{' {
		return dst, errNoObject
	}
	s.at++
	for s.space(); s.in[s.at] != '}'; s.space() {
		if len(dst) == maxMembers {
			return dst, fmt.Errorf("the payload has more than %d members", maxMembers)
		}
		key := s.value()
		s.space()
		s.at++ // the colon
		s.space()
		m := s.value()
		m.Key = key.Value
		dst = append(dst, m)
		if s.space(); s.in[s.at] == ',' {
			s.at++
		}
	}
	return dst, nil
}

// Find returns the member with a key, or nil.
func Find(members []Member, key string) *Member {
	for i := range members {
		if string(members[i].Key) == key {
			return &members[i]
		}
	}
	return nil
}

// scanner walks over JSON that is known to be valid.
type scanner struct {
	in []byte
	at int
}

func (s *scanner) space() {
	for s.at < len(s.in) && (s.in[s.at] == ' ' || s.in[s.at] == '\t' || s.in[s.at] == '\n' || s.in[s.at] == '\r') {
		s.at++
	}
}

func (s *scanner) value() Member {
	from := s.at
	switch c := s.in[s.at]; c {
	case '"':
		escaped := s.text()
		return Member{Kind: Text, Value: s.in[from+1 : s.at-1], escaped: escaped}
	case '{', '[':
		s.skip()
		return Member{Kind: Nested, Value: s.in[from:s.at]}
	default:
		for s.at < len(s.in) && !endsWord(s.in[s.at]) {
			s.at++
		}
		return Member{Kind: wordKind(c), Value: s.in[from:s.at]}
	}
}

func wordKind(first byte) Kind {
	switch first {
	case 't', 'f':
		return Truth
	case 'n':
		return Null
	}
	return Number
}

func endsWord(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

// text steps over a text and reports whether it has escapes.
func (s *scanner) text() (escaped bool) {
	for s.at++; s.in[s.at] != '"'; s.at++ {
		if s.in[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	s.at++
	return escaped
}

// skip steps over an array or an object.
func (s *scanner) skip() {
	for depth := 0; ; {
		switch s.in[s.at] {
		case '"':
			s.text()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		s.at++
		if depth == 0 {
			return
		}
	}
}

// number reads a decimal number.
func number(text []byte) (float64, bool) {
	const longest = 32 // bytes
	if len(text) == 0 || len(text) > longest {
		return 0, false
	}
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	n, err := strconv.ParseFloat(string(text), 64)
	return n, err == nil
}
