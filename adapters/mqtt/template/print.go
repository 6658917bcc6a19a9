package template

import (
	"bytes"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// appendText appends v as Python's str() writes it; what is undefined is
// nothing.
func appendText(dst []byte, v value) []byte {
	switch v.kind {
	case kindText:
		return append(dst, v.text...)
	case kindUndefined, kindAbsent:
		return dst
	}
	return appendRepr(dst, v)
}

// appendRepr appends v as Python's repr() writes it, as inside of a list.
func appendRepr(dst []byte, v value) []byte {
	switch v.kind {
	case kindAbsent, kindUndefined:
		return append(dst, "Undefined"...)
	case kindNone:
		return append(dst, "None"...)
	case kindBool:
		return appendBool(dst, v.bits != 0)
	case kindInt:
		return strconv.AppendInt(dst, v.integer(), 10)
	case kindBig:
		return append(dst, v.text...)
	case kindFloat:
		return appendFloat(dst, v.float())
	case kindText:
		return appendQuoted(dst, v.text)
	case kindList:
		return append(appendItems(append(dst, '['), v.items()), ']')
	case kindTuple:
		dst = appendItems(append(dst, '('), v.items())
		if len(v.items()) == 1 {
			dst = append(dst, ',')
		}
		return append(dst, ')')
	case kindDict:
		return appendDict(dst, v.dict())
	case kindTime:
		return appendTime(dst, v.time(), ' ')
	case kindZone:
		return append(dst, v.time().Location().String()...)
	}
	return append(append(append(dst, '<'), v.kind.String()...), '>')
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "True"...)
	}
	return append(dst, "False"...)
}

func appendItems(dst []byte, items []value) []byte {
	for i, item := range items {
		if len(dst) > maxOutput {
			break
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendRepr(dst, item)
	}
	return dst
}

func appendDict(dst []byte, d *dict) []byte {
	dst = append(dst, '{')
	for i := range d.entries {
		if len(dst) > maxOutput {
			break
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendRepr(dst, d.entries[i].key)
		dst = append(dst, ": "...)
		dst = appendRepr(dst, d.entries[i].value)
	}
	return append(dst, '}')
}

// appendFloat writes the shortest text that means f, as Python does: with a
// point or an exponent, which begins at 1e+16 and 1e-05.
func appendFloat(dst []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case abs != 0 && (abs < 1e-4 || abs >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if bytes.IndexByte(dst[start:], '.') < 0 {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendQuoted writes a text in quotes: single ones, unless only the text has
// single ones and no double ones.
func appendQuoted(dst []byte, s string) []byte {
	quote := byte('\'')
	single, double := false, false
	for i := 0; i < len(s); i++ {
		single = single || s[i] == '\''
		double = double || s[i] == '"'
	}
	if single && !double {
		quote = '"'
	}
	dst = append(dst, quote)
	for _, r := range s {
		dst = appendQuotedRune(dst, r, quote)
	}
	return append(dst, quote)
}

func appendQuotedRune(dst []byte, r rune, quote byte) []byte {
	switch {
	case r == rune(quote) || r == '\\':
		return append(dst, '\\', byte(r))
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r == '\t':
		return append(dst, `\t`...)
	case r < 0x20 || r == 0x7f:
		return appendHex(append(dst, `\x`...), uint32(r), 2)
	case r < 0x7f || unicode.IsPrint(r):
		return utf8.AppendRune(dst, r)
	case r <= 0xff:
		return appendHex(append(dst, `\x`...), uint32(r), 2)
	case r <= 0xffff:
		return appendHex(append(dst, `\u`...), uint32(r), 4)
	}
	return appendHex(append(dst, `\U`...), uint32(r), 8)
}

func appendHex(dst []byte, n uint32, digits int) []byte {
	const hex = "0123456789abcdef"
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hex[n>>shift&15])
	}
	return dst
}

// trimFrom takes the whitespace off both ends of what follows start.
func trimFrom(b []byte, start int) []byte {
	out := b[start:]
	right := bytes.TrimRightFunc(out, isSpace)
	left := bytes.TrimLeftFunc(right, isSpace)
	if len(left) != len(right) {
		copy(out, left)
	}
	return b[:start+len(left)]
}
