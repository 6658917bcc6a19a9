package modbus

import (
	"strconv"
)

// kind is how registers are read.
type kind uint8

const (
	kindUnsigned kind = iota
	kindSigned
	kindFloat
	kindBool
	kindText
)

// layout is how a value lies in registers, or in one bit.
type layout struct {
	kind      kind
	registers int  // or bits, where coil is set
	coil      bool // it is a coil or a discrete input
	bit       int  // of a register; -1: all of it

	littleWords, littleBytes bool
}

// bits is the width of a number.
func (l layout) bits() int { return 16 * l.registers }

// types are the words of the configuration for layouts of registers.
var types = map[string]layout{
	"uint16": {kind: kindUnsigned, registers: 1}, "int16": {kind: kindSigned, registers: 1},
	"uint32": {kind: kindUnsigned, registers: 2}, "int32": {kind: kindSigned, registers: 2},
	"uint64": {kind: kindUnsigned, registers: 4}, "int64": {kind: kindSigned, registers: 4},
	"float32": {kind: kindFloat, registers: 2}, "float64": {kind: kindFloat, registers: 4},
	"bool": {kind: kindBool, registers: 1}, "text": {kind: kindText},
}

// layout reports what is wrong with type, bit and length.
func (p *Property) layout(r reporter, f Function) (l layout, ok bool) {
	word := p.Type
	switch {
	case word == "" && (f.bits() || p.Bit != nil):
		word = "bool"
	case word == "":
		word = "uint16"
	}
	l, ok = types[word]
	if !ok {
		r.addf("type", "%q is no type; use uint16, int16, uint32, int32, uint64, int64, float32, float64, bool or text", shorten(word))
		return l, false
	}
	l.coil, l.bit = f.bits(), -1
	l.littleWords, l.littleBytes = p.WordOrder == "little", p.ByteOrder == "little"
	switch {
	case l.coil && l.kind != kindBool:
		r.addf("type", "%s does not fit into a %s, which is a bool", word, f.things())
		return l, false
	case p.Bit != nil && (l.kind != kindBool || l.coil):
		r("bit", "goes with type bool in a register")
	case p.Bit != nil:
		r.between("bit", *p.Bit, 0, 15)
		l.bit = *p.Bit
	}
	switch {
	case l.kind != kindText && p.Length != 0:
		r("length", "goes with type text")
	case l.kind == kindText:
		r.between("length", p.Length, 1, maxReadRegisters)
		l.registers = p.Length
	}
	return l, true
}

// typeName is the word for l in the configuration.
func (p *Property) typeName(l layout) string {
	for word, other := range types {
		if other.kind == l.kind && (other.registers == l.registers || l.kind == kindText) {
			return word
		}
	}
	return p.Type
}

// parseRaw reads a number as a register of that many bits holds it.
func parseRaw(text string, bits int) (raw uint64, ok bool) {
	if n, err := strconv.ParseInt(text, 0, bits); err == nil {
		return uint64(n) & (1<<bits - 1), true
	}
	n, err := strconv.ParseUint(text, 0, bits)
	return n, err == nil
}
