package template

import (
	"bytes"
	"math/big"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// step is one member or index of a path into value_json. missing is the error
// when something is asked of what is not there.
type step struct {
	key     string
	index   int // when key is not asked for
	byIndex bool
	missing error
}

// found tells what a path led to.
type found uint8

const (
	foundNode    found = iota
	foundNothing       // the last step led to nothing: undefined
	foundOther         // a step that only values can take, such as a letter of a text
)

// walk follows steps from the root of the payload and charges r for it.
func (m *Message) walk(r *run, steps []step) (node uint32, what found, err error) {
	if err := m.json.read(m.payload); err != nil {
		return 0, foundNothing, err
	}
	for i := range steps {
		next, what, seen := m.json.step(m.payload, node, &steps[i])
		if err := r.charge(seen >> 4); err != nil {
			return 0, foundNothing, err
		}
		switch {
		case what == foundNode:
			node = next
		case what == foundNothing && i < len(steps)-1:
			return 0, foundNothing, steps[i].missing
		default:
			return 0, what, nil
		}
	}
	return node, foundNode, nil
}

// step finds a member of node and tells how many it looked at.
func (d *document) step(payload []byte, node uint32, s *step) (member uint32, what found, seen int) {
	n := &d.nodes[node]
	switch {
	case n.kind == kindDict && !s.byIndex:
		return d.member(payload, node, s.key)
	case n.kind == kindList && s.byIndex && s.index >= 0:
		if s.index >= int(n.parts) {
			return 0, foundNothing, 0
		}
		at := node + 1
		for range s.index {
			at = d.nodes[at].next
		}
		return at, foundNode, s.index
	case s.byIndex && (n.kind == kindText || n.kind == kindList):
		return 0, foundOther, 0
	}
	return 0, foundNothing, 0
}

// member finds the last member with this key: it is the one that counts.
func (d *document) member(payload []byte, object uint32, key string) (member uint32, what found, seen int) {
	what = foundNothing
	for at := object + 1; at < d.nodes[object].next; at = d.nodes[at].next {
		n := &d.nodes[at]
		raw := payload[n.keyFrom:n.keyTo]
		if n.keyEscaped {
			d.key = appendUnescaped(d.key[:0], raw)
			raw = d.key
		}
		if string(raw) == key {
			member, what = at, foundNode
		}
		seen++
	}
	return member, what, seen
}

// appendNode appends a scalar as Python prints it, without making a value of
// it. For arrays and objects it appends nothing and returns false.
func (m *Message) appendNode(dst []byte, node uint32) ([]byte, bool) {
	n := &m.json.nodes[node]
	raw := m.payload[n.from:n.to]
	switch n.kind {
	case kindText:
		if n.escaped {
			return appendUnescaped(dst, raw), true
		}
		return append(dst, raw...), true
	case kindInt:
		if string(raw) == "-0" {
			raw = raw[1:]
		}
		return append(dst, raw...), true
	case kindFloat:
		return appendFloat(dst, parseFloat(raw)), true
	case kindBool:
		return appendBool(dst, raw[0] == 't'), true
	case kindNone:
		return append(dst, "None"...), true
	}
	return dst, false
}

// parseFloat reads a number that JSON allows; beyond the range it is infinite.
func parseFloat(raw []byte) float64 {
	f, _ := strconv.ParseFloat(string(raw), 64)
	return f
}

// jsonValue makes a value of a node; 0 is the whole payload, undefined when it
// is not JSON.
func (m *Message) jsonValue(node uint32) value {
	if m.json.read(m.payload) != nil {
		return undefined("value_json")
	}
	if node != 0 {
		return m.nodeValue(node)
	}
	if m.json.root.kind == kindAbsent {
		m.json.root = m.nodeValue(0)
	}
	return m.json.root
}

func (m *Message) nodeValue(node uint32) value {
	n := &m.json.nodes[node]
	raw := m.payload[n.from:n.to]
	switch n.kind {
	case kindNone:
		return noneValue
	case kindBool:
		return boolValue(raw[0] == 't')
	case kindInt:
		return parseInteger(raw)
	case kindFloat:
		return floatValue(parseFloat(raw))
	case kindText:
		return textValue(m.nodeText(n.from, n.to, n.escaped))
	case kindList:
		items := make([]value, 0, n.parts)
		for at := node + 1; at < n.next; at = m.json.nodes[at].next {
			items = append(items, m.nodeValue(at))
		}
		return listValue(items)
	}
	d := &dict{entries: make([]entry, 0, n.parts)}
	for at := node + 1; at < n.next; at = m.json.nodes[at].next {
		member := &m.json.nodes[at]
		key := textValue(m.nodeText(member.keyFrom, member.keyTo, member.keyEscaped))
		_ = d.set(key, m.nodeValue(at)) // a text can always be a key
	}
	return dictValue(d)
}

func (m *Message) nodeText(from, to uint32, escaped bool) string {
	if escaped {
		return string(appendUnescaped(nil, m.payload[from:to]))
	}
	return m.payloadText()[from:to]
}

// parseInteger reads an integer that JSON allows, of any length.
func parseInteger(raw []byte) value {
	if i, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return intValue(i)
	}
	n, _ := new(big.Int).SetString(string(raw), 10)
	return bigValue(n)
}

// appendUnescaped appends a JSON text that was scanned, without its escapes.
// Half a surrogate pair becomes U+FFFD.
func appendUnescaped(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(dst, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		switch c {
		case 'u':
			r := hexRune(raw)
			raw = raw[4:]
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
					pair = utf16.DecodeRune(r, hexRune(raw[2:]))
				}
				if r = pair; r != utf8.RuneError {
					raw = raw[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
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
		default:
			dst = append(dst, c)
		}
	}
}

func hexRune(raw []byte) rune {
	var r rune
	for _, c := range raw[:4] {
		r <<= 4
		switch {
		case c <= '9':
			r |= rune(c - '0')
		default:
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}
