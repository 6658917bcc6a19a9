package modbus

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"thingbridge/devices"
)

// raw reads the number of l from registers as they came.
func (l layout) raw(data []byte) uint64 {
	var n uint64
	for i := range l.registers {
		at := i
		if l.littleWords {
			at = l.registers - 1 - i
		}
		n = n<<16 | uint64(l.word(data[2*at:]))
	}
	return n
}

func (l layout) word(data []byte) uint16 {
	if l.littleBytes {
		return binary.LittleEndian.Uint16(data)
	}
	return binary.BigEndian.Uint16(data)
}

// appendRaw appends the registers that hold the number n.
func (l layout) appendRaw(dst []byte, n uint64) []byte {
	for i := range l.registers {
		at := l.registers - 1 - i
		if l.littleWords {
			at = i
		}
		word := uint16(n >> (16 * at))
		if l.littleBytes {
			dst = binary.LittleEndian.AppendUint16(dst, word)
		} else {
			dst = binary.BigEndian.AppendUint16(dst, word)
		}
	}
	return dst
}

// number is what raw stands for, before scale and offset.
func (l layout) number(raw uint64) float64 {
	switch {
	case l.kind == kindFloat && l.registers == 2:
		return significant(float64(math.Float32frombits(uint32(raw))), 7)
	case l.kind == kindFloat:
		return math.Float64frombits(raw)
	case l.kind == kindSigned:
		unused := 64 - l.bits()
		return float64(int64(raw<<unused) >> unused)
	}
	return float64(raw)
}

// significant rounds to that many digits: a float32 of 21.4 is to read so.
func significant(n float64, digits int) float64 {
	if n == 0 || math.IsNaN(n) || math.IsInf(n, 0) {
		return n
	}
	shift := digits - 1 - int(math.Floor(math.Log10(math.Abs(n))))
	if shift < -290 || shift > 290 {
		return n
	}
	if shift < 0 {
		unit := math.Pow10(-shift)
		return math.Round(n/unit) * unit
	}
	unit := math.Pow10(shift)
	return math.Round(n*unit) / unit
}

// value reads what f's registers, or its bit, hold. A zero Value without an error says
// that the device has none now.
func (f *field) value(data []byte) (devices.Value, error) {
	l := f.layout
	switch {
	case l.kind == kindText:
		return f.textOf(data), nil
	case l.kind == kindBool && l.bit >= 0:
		return devices.Boolean(l.word(data)>>l.bit&1 != 0), nil
	case l.kind == kindBool:
		return devices.Boolean(l.raw(data) != 0), nil
	}
	raw := l.raw(data)
	if f.hasInvalid && raw == f.invalid {
		return devices.Value{}, nil
	}
	if f.property.Type == devices.TypeEnum {
		for i, known := range f.raws {
			if known == raw {
				return f.options[i], nil
			}
		}
		return devices.Value{}, fmt.Errorf("%s holds %v, for which values has no word", f.place(), l.number(raw))
	}
	v := devices.Number(f.scaled(l.number(raw)))
	if v.IsZero() {
		return v, nil // not a number, which floats use to say so
	}
	if err := f.property.Check(v); err != nil && !f.property.Writable {
		return devices.Value{}, fmt.Errorf("%s: %w", f.place(), err)
	}
	return v, nil
}

// scaled applies scale and offset so that decimals come out short.
func (f *field) scaled(n float64) float64 {
	if f.scale == 1 && f.offset == 0 {
		return n
	}
	if part := math.Round(1 / f.scale); f.scale < 1 && math.Abs(part*f.scale-1) < 1e-12 {
		n /= part // 3/10 is 0.3, 3*0.1 is not
	} else {
		n *= f.scale
	}
	return significant(n+f.offset, 12)
}

// textOf reads a text, which ends at a zero or with spaces.
func (f *field) textOf(data []byte) devices.Value {
	if string(data) == f.lastData {
		return f.lastText
	}
	f.lastData = string(data)
	text := make([]byte, 0, len(data))
	for i := 0; i+1 < len(data); i += 2 {
		high, low := data[i], data[i+1]
		if f.layout.littleBytes {
			high, low = low, high
		}
		text = append(text, high, low)
	}
	whole, _, _ := strings.Cut(string(text), "\x00")
	f.lastText = devices.Text(strings.ToValidUTF8(strings.TrimSpace(whole), "\uFFFD"))
	return f.lastText
}

// registers returns the registers that hold v, which has been checked.
func (f *field) registers(v devices.Value) ([]byte, error) {
	l := f.layout
	switch l.kind {
	case kindText:
		return f.textRegisters(v)
	case kindBool:
		on, _ := v.Boolean()
		if on {
			return l.appendRaw(nil, 1), nil
		}
		return l.appendRaw(nil, 0), nil
	}
	if f.property.Type == devices.TypeEnum {
		for i, option := range f.options {
			if option == v {
				return l.appendRaw(nil, f.raws[i]), nil
			}
		}
	}
	n, _ := v.Number()
	raw, ok := l.rawOf((n - f.offset) / f.scale)
	if !ok {
		return nil, fmt.Errorf("%s: %w: %s does not fit into %s", f.property.Name, devices.ErrRange, f.property.Format(v), f.place())
	}
	return l.appendRaw(nil, raw), nil
}

// rawOf is the opposite of number, and says whether n fits.
func (l layout) rawOf(n float64) (raw uint64, ok bool) {
	switch {
	case l.kind == kindFloat && l.registers == 2:
		return uint64(math.Float32bits(float32(n))), math.Abs(n) <= math.MaxFloat32
	case l.kind == kindFloat:
		return math.Float64bits(n), true
	}
	n = math.Round(n)
	if l.kind == kindSigned {
		half := math.Ldexp(1, l.bits()-1)
		return uint64(int64(n)) & (1<<l.bits() - 1), n >= -half && n < half
	}
	return uint64(n), n >= 0 && n < math.Ldexp(1, l.bits())
}

func (f *field) textRegisters(v devices.Value) ([]byte, error) {
	text, _ := v.Text()
	if len(text) > 2*f.layout.registers {
		return nil, fmt.Errorf("%s: %w: a text of %d bytes, want at most %d", f.property.Name, devices.ErrRange, len(text), 2*f.layout.registers)
	}
	data := make([]byte, 2*f.layout.registers)
	copy(data, text)
	if f.layout.littleBytes {
		for i := 0; i < len(data); i += 2 {
			data[i], data[i+1] = data[i+1], data[i]
		}
	}
	return data, nil
}
