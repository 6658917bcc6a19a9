package meter

import "strconv"

// Code names a register: A-B:C.D.E*F of OBIS (IEC 62056-61). A is the medium, B the
// channel, C the quantity, D how it was measured, E the tariff, F the billing period;
// 255 stands for what is not said.
type Code struct{ A, B, C, D, E, F byte }

// None is the F of a code without one.
const None = 255

// Electricity returns the code C.D.E of the electricity meter itself.
func Electricity(c, d, e byte) Code { return Code{1, 0, c, d, e, None} }

// AppendText appends the code as people write it, 1-0:1.8.0, to dst.
func (c Code) AppendText(dst []byte) []byte {
	for i, part := range [...]byte{c.A, c.B, c.C, c.D, c.E} {
		if i > 0 {
			dst = append(dst, "0-:.."[i])
		}
		dst = strconv.AppendUint(dst, uint64(part), 10)
	}
	if c.F != None {
		dst = strconv.AppendUint(append(dst, '*'), uint64(c.F), 10)
	}
	return dst
}

// String returns what AppendText appends.
func (c Code) String() string { return string(c.AppendText(nil)) }
