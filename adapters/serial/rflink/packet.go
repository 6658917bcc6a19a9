package rflink

import (
	"bytes"
	"errors"
	"fmt"
)

// Bounds of lines. The longest are those of pulses that were not understood, with some
// 3 KiB.
const (
	maxLine = 4096 // bytes
	maxCode = 16   // characters of an address or a switch
	maxWord = 40   // characters of a protocol
)

// packet is a line of the gateway, without its counter. It refers to the line.
type packet struct {
	name  []byte // the protocol, or what the gateway says of itself
	rest  []byte // the fields behind it
	ended bool   // the last field has its semicolon
}

var (
	errSent = errors.New("what a computer says to the gateway")
	errCut  = errors.New("no line of a gateway, or a part of one; it begins with 20; and two hexadecimal digits")
)

// readPacket reads a line. What stands before its begin, such as half of another one, is
// passed over: the last begin counts.
func readPacket(line []byte) (packet, error) {
	if bytes.HasPrefix(line, []byte("10;")) || bytes.HasPrefix(line, []byte("11;")) {
		return packet{}, errSent
	}
	body, err := line, errCut
	for rest := line; ; {
		at := bytes.Index(rest, []byte("20;"))
		if at < 0 {
			break
		}
		rest = rest[at+len("20;"):]
		if len(rest) < 3 || !isHex(rest[0]) || !isHex(rest[1]) || rest[2] != ';' {
			continue
		}
		if name, _, whole := bytes.Cut(rest[3:], []byte{';'}); err != nil || whole && bytes.IndexByte(name, '=') < 0 {
			body, err = rest[3:], nil
		}
	}
	if err != nil {
		return packet{}, err
	}
	end := bytes.IndexByte(body, ';')
	if end < 0 {
		return packet{}, errors.New("the line is cut")
	}
	p := packet{name: body[:end], rest: body[end+1:]}
	p.ended = len(p.rest) == 0 || p.rest[len(p.rest)-1] == ';'
	return p, nil
}

// next returns the next field, and whether there was one; whole is false for the last
// one of a line that was cut, whose end may be missing. A field without = is a value
// without a label.
func (p *packet) next() (label, value []byte, whole, ok bool) {
	for len(p.rest) > 0 {
		field, rest, more := bytes.Cut(p.rest, []byte{';'})
		p.rest = rest
		if field = bytes.TrimSpace(field); len(field) == 0 {
			continue
		}
		label, value, labelled := bytes.Cut(field, []byte{'='})
		if !labelled {
			label, value = nil, field
		}
		return label, value, more || p.ended, true
	}
	return nil, nil, false, false
}

// hexNumber reads up to eight hexadecimal digits.
func hexNumber(text []byte) (uint32, error) {
	if len(text) == 0 || len(text) > 8 {
		return 0, fmt.Errorf("got %q, want 1 to 8 hexadecimal digits", shorten(string(text)))
	}
	var n uint32
	for _, c := range text {
		if !isHex(c) {
			return 0, fmt.Errorf("got %q, want hexadecimal digits", shorten(string(text)))
		}
		n = n<<4 | uint32(digit(c))
	}
	return n, nil
}

// decimalNumber reads up to eight decimal digits.
func decimalNumber(text []byte) (uint32, error) {
	if len(text) == 0 || len(text) > 8 {
		return 0, fmt.Errorf("got %q, want 1 to 8 decimal digits", shorten(string(text)))
	}
	var n uint32
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("got %q, want decimal digits", shorten(string(text)))
		}
		n = n*10 + uint32(c-'0')
	}
	return n, nil
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func digit(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// isCode reports whether text can be an address or a switch.
func isCode(text []byte) bool {
	if len(text) == 0 || len(text) > maxCode {
		return false
	}
	for _, c := range text {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z') {
			return false
		}
	}
	return true
}

// isWord reports whether text can be a protocol: printable, and nothing that has a
// meaning in a line.
func isWord(text []byte) bool {
	if len(text) == 0 || len(text) > maxWord || text[0] == ' ' || text[len(text)-1] == ' ' {
		return false
	}
	for _, c := range text {
		if c < ' ' || c > '~' || c == '=' || c == ';' {
			return false
		}
	}
	return true
}
