package template

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// filterUnpack reads one number out of a binary payload, as the first that
// Python's struct.unpack_from gives. The payload is taken as bytes.
func filterUnpack(_ *run, in value, args []value) (value, error) {
	if in.kind != kindText || args[0].kind != kindText {
		return value{}, wrongKind("unpack", in)
	}
	offset, err := whole(args[1], 0)
	if err != nil {
		return value{}, err
	}
	if offset < 0 || offset > int64(len(in.text)) {
		return value{}, fmt.Errorf("the offset %d is outside of %d bytes", offset, len(in.text))
	}
	var order binary.ByteOrder = binary.LittleEndian
	format := args[0].text
	if format != "" {
		switch format[0] {
		case '>', '!':
			order, format = binary.BigEndian, format[1:]
		case '<', '=', '@':
			format = format[1:]
		}
	}
	if len(format) != 1 {
		return value{}, fmt.Errorf("the format %s is not one number", quoted(args[0].text))
	}
	return unpackNumber(in.text[offset:], format[0], order)
}

// unpackSizes are the bytes of each letter of a format.
var unpackSizes = map[byte]int{
	'b': 1, 'B': 1, '?': 1, 'h': 2, 'H': 2, 'e': 2, 'i': 4, 'I': 4, 'l': 4, 'L': 4, 'f': 4, 'q': 8, 'Q': 8, 'd': 8,
}

func unpackNumber(s string, letter byte, order binary.ByteOrder) (value, error) {
	size, ok := unpackSizes[letter]
	if !ok {
		return value{}, fmt.Errorf("the format letter %q is not supported", letter)
	}
	if len(s) < size {
		return value{}, errors.New("the payload is shorter than the format")
	}
	raw := []byte(s[:size])
	switch letter {
	case 'b':
		return intValue(int64(int8(raw[0]))), nil
	case 'B':
		return intValue(int64(raw[0])), nil
	case '?':
		return boolValue(raw[0] != 0), nil
	case 'h':
		return intValue(int64(int16(order.Uint16(raw)))), nil
	case 'H':
		return intValue(int64(order.Uint16(raw))), nil
	case 'e':
		return floatValue(halfFloat(order.Uint16(raw))), nil
	case 'i', 'l':
		return intValue(int64(int32(order.Uint32(raw)))), nil
	case 'I', 'L':
		return intValue(int64(order.Uint32(raw))), nil
	case 'f':
		return floatValue(float64(math.Float32frombits(order.Uint32(raw)))), nil
	case 'q':
		return intValue(int64(order.Uint64(raw))), nil
	case 'd':
		return floatValue(math.Float64frombits(order.Uint64(raw))), nil
	}
	return unsigned(order.Uint64(raw)), nil
}

// halfFloat reads IEEE 754 binary16.
func halfFloat(bits uint16) float64 {
	fraction := float64(bits & 0x3ff)
	exponent := int(bits >> 10 & 0x1f)
	f := 0.0
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 0x1f:
		f = math.Inf(1)
		if fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits&0x8000 != 0 {
		return -f
	}
	return f
}
