package meter

import (
	"fmt"
	"math"

	"thingbridge/devices"
)

// Decimal is a number as meters write it, exactly: Mantissa × 10^Exponent. A sum of
// registers has no more digits than they have.
type Decimal struct {
	Mantissa int64
	Exponent int
}

// maxExponent is the greatest power of ten that a float64 holds exactly.
const maxExponent = 22

// ParseDecimal reads digits with at most one point and a sign before them.
func ParseDecimal(text []byte) (Decimal, error) {
	var d Decimal
	digits, point, negative := 0, false, false
	for i, c := range text {
		switch {
		case c == '-' && i == 0:
			negative = true
		case c == '.' && !point:
			point = true
		case c < '0' || c > '9':
			return Decimal{}, fmt.Errorf("%q is no number", shorten(text))
		case d.Mantissa > (math.MaxInt64-9)/10 || digits >= 40:
			return Decimal{}, fmt.Errorf("%q has more digits than a register", shorten(text))
		default:
			d.Mantissa = d.Mantissa*10 + int64(c-'0')
			digits++
			if point {
				d.Exponent--
			}
		}
	}
	if digits == 0 {
		return Decimal{}, fmt.Errorf("%q is no number", shorten(text))
	}
	if negative {
		d.Mantissa = -d.Mantissa
	}
	return d, nil
}

// Shift returns d × 10^n.
func (d Decimal) Shift(n int) Decimal { return Decimal{d.Mantissa, d.Exponent + n} }

// Add returns d + e, and whether that can be held exactly.
func (d Decimal) Add(e Decimal) (Decimal, bool) {
	if d.Exponent > e.Exponent {
		d, e = e, d
	}
	for e.Exponent > d.Exponent {
		if e.Mantissa > math.MaxInt64/10 || e.Mantissa < math.MinInt64/10 {
			return Decimal{}, false
		}
		e.Mantissa, e.Exponent = e.Mantissa*10, e.Exponent-1
	}
	sum := d.Mantissa + e.Mantissa
	if (sum > d.Mantissa) != (e.Mantissa > 0) && e.Mantissa != 0 {
		return Decimal{}, false
	}
	return Decimal{sum, d.Exponent}, true
}

// Value returns the float64 that is nearest to d, or nothing for a number that no
// register can hold.
func (d Decimal) Value() devices.Value {
	switch {
	case d.Exponent < -maxExponent || d.Exponent > maxExponent:
		return devices.Value{}
	case d.Exponent < 0:
		return devices.Number(float64(d.Mantissa) / math.Pow10(-d.Exponent))
	}
	return devices.Number(float64(d.Mantissa) * math.Pow10(d.Exponent))
}

// shorten keeps what came from a wire from filling a log line.
func shorten(text []byte) []byte { return text[:min(len(text), 40)] }
