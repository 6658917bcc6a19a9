package xmpp

import "unicode/utf8"

// text is what can be escaped: the same code serves both without a copy.
type text interface{ ~string | ~[]byte }

// replacement stands for every byte and character that XML cannot carry.
const replacement = "\uFFFD"

// AppendText appends s as character data: whatever s holds, what is appended is
// well formed wherever text may stand, and reads back as s except that control
// characters, bytes that are no UTF-8 and U+FFFE and U+FFFF become U+FFFD.
func AppendText[T text](dst []byte, s T) []byte { return appendEscaped(dst, s, &textEscapes) }

// AppendAttr appends s as the value of an attribute, without its quotes: either
// kind can be around it. What AppendText says holds; tabs and line ends come
// back as they were.
func AppendAttr[T text](dst []byte, s T) []byte { return appendEscaped(dst, s, &attrEscapes) }

// escapes says for each ASCII byte what is written for it; "" is the byte itself.
type escapes [utf8.RuneSelf]string

// Numbers are used where they are shorter than names: a reply must not become
// much longer than the stanza it quotes.
var (
	textEscapes = newEscapes(map[byte]string{
		'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#13;", '\t': "\t", '\n': "\n",
	})
	attrEscapes = newEscapes(map[byte]string{
		'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#13;", '\t': "&#9;", '\n': "&#10;", '"': "&#34;", '\'': "&#39;",
	})
)

func newEscapes(special map[byte]string) escapes {
	var table escapes
	for c := range byte(' ') {
		table[c] = replacement
	}
	for c, s := range special {
		table[c] = s
	}
	return table
}

func appendEscaped[T text](dst []byte, s T, table *escapes) []byte {
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if e := table[c]; e != "" {
				dst = append(dst, s[done:i]...)
				dst = append(dst, e...)
				done = i + 1
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF {
			dst = append(dst, s[done:i]...)
			dst = append(dst, replacement...)
			done = i + size
		}
		i += size
	}
	return append(dst, s[done:]...)
}
