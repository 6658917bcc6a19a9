package devices

import (
	"math"
	"strconv"
)

// Value is a number, a boolean or a text, or nothing at all: the zero Value.
// Values are comparable with == and safe to share. A Value of an enum property
// is the text of the option.
type Value struct {
	kind   Type
	number float64
	text   string
}

// Number returns a Value that holds n. A NaN or an infinity is no measurement:
// the result is the zero Value.
func Number(n float64) Value {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Value{}
	}
	return Value{kind: TypeNumber, number: n + 0} // + 0 turns -0 into 0, which == and the reader both expect
}

// Boolean returns a Value that holds b.
func Boolean(b bool) Value {
	if b {
		return Value{kind: TypeBoolean, number: 1}
	}
	return Value{kind: TypeBoolean}
}

// Text returns a Value that holds s, which is also how an option of an enum is
// written.
func Text(s string) Value { return Value{kind: TypeText, text: s} }

// IsZero reports whether v holds nothing.
func (v Value) IsZero() bool { return v.kind == 0 }

// Type is TypeNumber, TypeBoolean or TypeText, or 0 when v holds nothing.
func (v Value) Type() Type { return v.kind }

// Number returns the number v holds, and whether it holds one.
func (v Value) Number() (float64, bool) { return v.number, v.kind == TypeNumber }

// Boolean returns the boolean v holds, and whether it holds one.
func (v Value) Boolean() (value, ok bool) { return v.number != 0, v.kind == TypeBoolean }

// Text returns the text v holds, and whether it holds one.
func (v Value) Text() (string, bool) { return v.text, v.kind == TypeText }

// String writes v without its unit: "21.5", "true", "heat", or "" for nothing.
func (v Value) String() string { return string(v.AppendText(nil)) }

// AppendText appends what String returns to dst.
func (v Value) AppendText(dst []byte) []byte {
	switch v.kind {
	case TypeNumber:
		return strconv.AppendFloat(dst, v.number, 'f', -1, 64)
	case TypeBoolean:
		return strconv.AppendBool(dst, v.number != 0)
	default:
		return append(dst, v.text...)
	}
}
