package rflink

import (
	"fmt"
	"strings"
)

// key is a protocol and an address on the air, as they are written.
type key struct {
	protocol, address string
}

// readKey reads a key as people write it: the address is the last word.
func readKey(text string) (key, error) {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		return key{}, fmt.Errorf("%q is no key; write the protocol and the address, as in newkaku 008440e6", shorten(text))
	}
	k := key{strings.TrimSpace(text[:at]), text[at+1:]}
	if !isWord([]byte(k.protocol)) || !isCode([]byte(k.address)) {
		return key{}, fmt.Errorf("%q is no key; write the protocol and the address of at most %d letters and digits, as in newkaku 008440e6", shorten(text), maxCode)
	}
	return k, nil
}

// whole is the same for all spellings of a key.
func (k key) whole() string { return string(appendKey(nil, []byte(k.protocol), []byte(k.address))) }

// appendKey appends what is the same for all spellings of a protocol and an address:
// lower case, and no zeros in front of the address.
func appendKey(dst, protocol, address []byte) []byte {
	dst = appendLower(dst, protocol)
	dst = append(dst, ' ')
	return appendLower(dst, trimZeros(address))
}

func appendLower(dst, text []byte) []byte {
	for _, c := range text {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

func trimZeros(text []byte) []byte {
	for len(text) > 1 && text[0] == '0' {
		text = text[1:]
	}
	return text
}

// sameSwitch reports whether two spellings mean the same switch: 0a and A do.
func sameSwitch(a string, b []byte) bool {
	for len(a) > 1 && a[0] == '0' {
		a = a[1:]
	}
	b = trimZeros(b)
	if len(a) != len(b) {
		return false
	}
	for i := range b {
		x, y := a[i], b[i]
		if x >= 'A' && x <= 'Z' {
			x += 'a' - 'A'
		}
		if y >= 'A' && y <= 'Z' {
			y += 'a' - 'A'
		}
		if x != y {
			return false
		}
	}
	return true
}
