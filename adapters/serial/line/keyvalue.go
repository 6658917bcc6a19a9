package line

import "bytes"

// Limits of names with values. What is longer is no name, but a sentence or noise.
const (
	maxKey   = 64  // bytes of a key
	maxWords = 4   // of a key
	maxValue = 256 // bytes between two signs, where both value and key are looked for
)

// exactReader reads names with values by the separators of the configuration.
type exactReader struct {
	separator, assign []byte
}

func (e *exactReader) read(dst []field, line []byte) ([]field, error) {
	begin := 0
	for begin <= len(line) && len(dst) < maxFields {
		pair, end := line[begin:], len(line)
		if at := bytes.Index(pair, e.separator); at >= 0 {
			pair, end = pair[:at], begin+at
		}
		if at := bytes.Index(pair, e.assign); at >= 0 {
			if key := cleanKey(pair[:at]); key != nil {
				dst = append(dst, field{key: key, value: cleanValue(pair[at+len(e.assign):]), at: begin})
			}
		}
		begin = end + len(e.separator)
	}
	return dst, nil
}

// freeReader reads names with values however they are separated, as people write them:
// "T=21.5 H=40", "temp:21.5,hum:40", "Humidity: 49.00%  Heat index: 23.84°C 74.92°F".
type freeReader struct {
	assign byte // 0: = or :
}

func (r *freeReader) read(dst []field, line []byte) ([]field, error) {
	at, key := 0, []byte(nil)
	value := -1 // where the value of key begins
	for i := 0; i < len(line) && len(dst) < maxFields; i++ {
		if value >= 0 && line[i] == '"' && len(bytes.TrimSpace(line[value:i])) == 0 {
			if end := bytes.IndexByte(line[i+1:], '"'); end >= 0 {
				i += end + 1
				continue
			}
		}
		if !r.assigns(line, i) {
			continue
		}
		if value < 0 {
			key, at = lastPart(line[:i])
			value = i + 1
			continue
		}
		if i-value > maxValue {
			break
		}
		v, next, nextAt := divide(line[value:i])
		if next == nil {
			continue // the sign belongs to the value: 12:30, aa:bb:cc
		}
		dst = appendPair(dst, key, v, at)
		key, at, value = next, value+nextAt, i+1
	}
	if value >= 0 {
		dst = appendPair(dst, key, line[value:], at)
	}
	return dst, nil
}

func appendPair(dst []field, key, value []byte, at int) []field {
	key, value = cleanKey(key), cleanValue(value)
	if key == nil || len(value) == 0 {
		return dst
	}
	return append(dst, field{key: key, value: value, at: at})
}

// assigns reports whether the byte at i stands between a key and its value.
func (r *freeReader) assigns(line []byte, i int) bool {
	c := line[i]
	if r.assign != 0 && c != r.assign || c != '=' && c != ':' && r.assign == 0 || i == 0 {
		return false
	}
	before, next := line[i-1], byte(0)
	if i+1 < len(line) {
		next = line[i+1]
	}
	if isSign(before) || isSign(next) || c == ':' && next == '/' {
		return false
	}
	if c != ':' || !isDigit(next) {
		return true
	}
	for j := i - 1; j >= 0 && isDigit(before); j-- { // 12:30 is a time, t1:30 is not
		if !isDigit(line[j]) {
			return isLetter(line[j])
		}
	}
	return !isDigit(before)
}

func isSign(c byte) bool  { return c == '=' || c == ':' || c == '<' || c == '>' || c == '!' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 || c == '_'
}

// isSeparator reports whether the byte at i ends a value.
func isSeparator(text []byte, i int) bool {
	switch text[i] {
	case ';', '|', '\t', '&':
		return true
	case ',':
		return i == 0 || i+1 == len(text) || !isDigit(text[i-1]) || !isDigit(text[i+1]) // or it is a decimal comma
	}
	return false
}

// lastPart returns what stands behind the last separator, and where.
func lastPart(text []byte) (part []byte, at int) {
	for i := len(text) - 1; i >= 0; i-- {
		if isSeparator(text, i) {
			return text[i+1:], i + 1
		}
	}
	return text, 0
}

// divide cuts what stands between two signs into a value and the key after it. There
// is no key where nothing separates them.
func divide(text []byte) (value, key []byte, at int) {
	text = bytes.TrimRight(text, " ")
	begin := len(text) - len(bytes.TrimLeft(text, " "))
	if begin < len(text) && text[begin] == '"' {
		if end := bytes.IndexByte(text[begin+1:], '"'); end >= 0 {
			begin += end + 2
			return text[:begin], text[begin:], begin
		}
	}
	for i := len(text) - 1; i >= begin; i-- {
		if isSeparator(text, i) {
			return text[:i], text[i+1:], i + 1
		}
	}
	if i := bytes.LastIndex(text, []byte("  ")); i >= begin {
		return text[:i], text[i+2:], i + 2
	}
	if _, n, ok := quantities(text[begin:]); ok && begin+n < len(text) && text[begin+n] == ' ' {
		return text[:begin+n], text[begin+n:], begin + n
	}
	if i := bytes.LastIndexByte(text, ' '); i >= begin && i >= 0 {
		return text[:i], text[i+1:], i + 1
	}
	return nil, nil, 0
}

// cleanKey returns a key without what stands around it; nil for what is none.
func cleanKey(key []byte) []byte {
	key = bytes.TrimRight(bytes.TrimLeft(key, " \t\"'{([*->#?!."), " \t\"'.")
	if len(key) == 0 || len(key) > maxKey || bytes.Count(key, []byte(" ")) >= maxWords || bytes.IndexFunc(key, isLetterRune) < 0 {
		return nil
	}
	return key
}

func isLetterRune(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f }

// cleanValue returns a value without what stands around it.
func cleanValue(value []byte) []byte {
	value = bytes.Trim(value, " \t,;|&")
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		return value[1 : n-1]
	}
	return bytes.TrimRight(value, "}")
}
