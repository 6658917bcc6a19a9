package template

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// kind tells what a value is. The zero kind is no value at all: an argument
// that was not given, a variable that was not set.
type kind uint8

const (
	kindAbsent kind = iota
	kindUndefined
	kindNone
	kindBool
	kindInt
	kindBig // an integer beyond int64, as decimal digits in text
	kindFloat
	kindText
	kindList
	kindTuple
	kindDict
	kindTime
	kindZone
	kindNamespace
	kindLoop
)

var kindNames = [...]string{
	"nothing", "undefined", "None", "a boolean", "an integer", "an integer", "a number with a point",
	"a text", "a list", "a tuple", "a dictionary", "a time", "a time zone", "a namespace", "a loop",
}

func (k kind) String() string { return kindNames[k] }

// value is what expressions compute. All but namespaces are immutable, so
// values are shared freely.
type value struct {
	kind kind
	bits uint64 // of a bool, an int or a float
	text string // a text, the digits of a big integer, or the name of what is undefined
	ref  object // what the kinds from kindList on hold
}

// object is implemented by what a value can refer to.
type object interface{ object() }

// list is a list or a tuple.
type list struct{ items []value }

// namespace is the one thing that templates can change.
type namespace struct{ fields dict }

func (*list) object()      {}
func (*dict) object()      {}
func (*namespace) object() {}

var noneValue = value{kind: kindNone}

func undefined(name string) value { return value{kind: kindUndefined, text: name} }

func boolValue(b bool) value {
	if b {
		return value{kind: kindBool, bits: 1}
	}
	return value{kind: kindBool}
}

func intValue(i int64) value     { return value{kind: kindInt, bits: uint64(i)} }
func floatValue(f float64) value { return value{kind: kindFloat, bits: math.Float64bits(f)} }
func textValue(s string) value   { return value{kind: kindText, text: s} }
func listValue(items []value) value {
	return value{kind: kindList, ref: &list{items}}
}

func tupleValue(items ...value) value {
	return value{kind: kindTuple, ref: &list{items}}
}
func dictValue(d *dict) value { return value{kind: kindDict, ref: d} }

// integer is the number of an int or a bool.
func (v value) integer() int64 { return int64(v.bits) }
func (v value) float() float64 { return math.Float64frombits(v.bits) }

// items are the members of a list or a tuple, nil for others.
func (v value) items() []value {
	if l, ok := v.ref.(*list); ok {
		return l.items
	}
	return nil
}

// dict is the dictionary of a kindDict, nil for others.
func (v value) dict() *dict {
	d, _ := v.ref.(*dict)
	return d
}

func (v value) isNumber() bool { return v.kind >= kindBool && v.kind <= kindFloat }

// isWhole reports whether v is an integer, of which Python's booleans are two.
func (v value) isWhole() bool { return v.kind >= kindBool && v.kind <= kindBig }

func (v value) isSequence() bool { return v.kind == kindList || v.kind == kindTuple }

// truth is Python's bool(v).
func (v value) truth() bool {
	switch v.kind {
	case kindAbsent, kindUndefined, kindNone:
		return false
	case kindBool, kindInt:
		return v.bits != 0
	case kindFloat:
		return v.float() != 0
	case kindText:
		return v.text != ""
	case kindList, kindTuple:
		return len(v.items()) > 0
	case kindDict:
		return len(v.dict().entries) > 0
	}
	return true
}

// length is Python's len(v).
func (v value) length() (int, error) {
	switch v.kind {
	case kindUndefined:
		return 0, nil
	case kindText:
		return utf8.RuneCountInString(v.text), nil
	case kindList, kindTuple:
		return len(v.items()), nil
	case kindDict:
		return len(v.dict().entries), nil
	}
	return 0, fmt.Errorf("%s has no length", v.kind)
}

// errUndefined tells which name or member is missing.
func errUndefined(v value) error { return fmt.Errorf("%s is undefined", quoted(v.text)) }

// wrongKind is the error of an operation that v is no input for.
func wrongKind(what string, v value) error {
	if v.kind == kindUndefined {
		return errUndefined(v)
	}
	return fmt.Errorf("%s does not take %s", what, v.kind)
}

// maxQuoted bounds the outside text that an error repeats.
const maxQuoted = 60

// quoted shows outside text in an error, shortened.
func quoted(s string) string {
	if len(s) <= maxQuoted {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q...", s[:maxQuoted])
}
