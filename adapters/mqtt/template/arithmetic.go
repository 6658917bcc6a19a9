package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"
)

var (
	errZero   = errors.New("division by zero")
	errDigits = fmt.Errorf("a number has more than %d digits", maxDigits)
)

// bigValue is the integer n, of the kind that its size asks for.
func bigValue(n *big.Int) value {
	if n.IsInt64() {
		return intValue(n.Int64())
	}
	return value{kind: kindBig, text: n.String()}
}

// toBig is the number of an integer.
func toBig(v value) *big.Int {
	if v.kind == kindBig {
		n, _ := new(big.Int).SetString(v.text, 10)
		return n
	}
	return big.NewInt(v.integer())
}

// toFloat is the number of any number.
func toFloat(v value) float64 {
	switch v.kind {
	case kindFloat:
		return v.float()
	case kindBig:
		return parseFloat([]byte(v.text))
	}
	return float64(v.integer())
}

// signed is +v or -v.
func signed(sign string, v value) (value, error) {
	if !v.isNumber() {
		return value{}, wrongKind("a sign", v)
	}
	switch {
	case v.kind == kindFloat && sign == "-":
		return floatValue(-v.float()), nil
	case v.kind == kindFloat:
		return v, nil
	case sign == "-":
		return bigValue(new(big.Int).Neg(toBig(v))), nil
	case v.kind == kindBool:
		return intValue(v.integer()), nil
	}
	return v, nil
}

// binaryExpr compiles an arithmetic operator.
func binaryExpr(name string, left, right expr) expr {
	return func(r *run) (value, error) {
		a, err := left(r)
		if err != nil {
			return value{}, err
		}
		b, err := right(r)
		if err != nil {
			return value{}, err
		}
		return r.arithmetic(name, a, b)
	}
}

func (r *run) arithmetic(name string, a, b value) (value, error) {
	switch {
	case a.kind == kindUndefined:
		return value{}, errUndefined(a)
	case name == "%" && a.kind == kindText:
		return r.percentOne(a.text, b)
	case b.kind == kindUndefined:
		return value{}, errUndefined(b)
	case a.isNumber() && b.isNumber():
		return r.chargedNumbers(name, a, b)
	case name == "+":
		return r.join(a, b)
	case name == "*":
		return r.repeat(a, b)
	case name == "-" && a.kind == kindTime && b.kind == kindTime:
		return value{}, errors.New("the difference of two times is not supported, subtract their timestamps")
	}
	return value{}, wrongKind(fmt.Sprintf("%q with %s", name, a.kind), b)
}

// join is the + of texts and sequences.
func (r *run) join(a, b value) (value, error) {
	if a.kind != b.kind || a.kind != kindText && !a.isSequence() {
		return value{}, wrongKind("\"+\" with "+a.kind.String(), b)
	}
	if a.kind == kindText {
		if len(a.text)+len(b.text) > maxOutput {
			return value{}, errOutput
		}
		return r.text(a.text + b.text)
	}
	items := make([]value, 0, len(a.items())+len(b.items()))
	items = append(append(items, a.items()...), b.items()...)
	out, err := r.list(items)
	out.kind = a.kind
	return out, err
}

// repeat is the * of a text or a sequence with an integer.
func (r *run) repeat(a, b value) (value, error) {
	if a.isWhole() {
		a, b = b, a
	}
	if a.kind != kindText && !a.isSequence() || !b.isWhole() || b.kind == kindBig {
		return value{}, wrongKind("\"*\" with "+a.kind.String(), b)
	}
	times := max(b.integer(), 0)
	size := int64(len(a.text) + len(a.items()))
	if size > 0 && times > maxOutput/size {
		return value{}, errOutput
	}
	if a.kind == kindText {
		return r.text(strings.Repeat(a.text, int(times)))
	}
	if err := r.charge(int(times * size)); err != nil {
		return value{}, err
	}
	var items []value
	for range times * min(size, 1) {
		items = append(items, a.items()...)
	}
	return value{kind: a.kind, ref: &list{items}}, nil
}

// chargedNumbers charges for the digits of long integers.
func (r *run) chargedNumbers(name string, a, b value) (value, error) {
	out, err := numbers(name, a, b)
	if err != nil {
		return value{}, err
	}
	return out, r.charge(len(a.text) + len(b.text) + len(out.text))
}

// numbers is the arithmetic of two numbers: of integers exactly, unless they
// are divided, of others in float64.
func numbers(name string, a, b value) (value, error) {
	if a.kind == kindFloat || b.kind == kindFloat {
		return floats(name, toFloat(a), toFloat(b))
	}
	if name == "/" {
		return divided(a, b)
	}
	if a.kind != kindBig && b.kind != kindBig {
		if out, ok := smallIntegers(name, a.integer(), b.integer()); ok {
			return out, nil
		}
	}
	return integers(name, toBig(a), toBig(b))
}

// divided is the quotient of two integers, rounded once.
func divided(a, b value) (value, error) {
	if a.kind != kindBig && b.kind != kindBig && magnitude(a.integer()) <= maxWhole && magnitude(b.integer()) <= maxWhole {
		return floats("/", toFloat(a), toFloat(b))
	}
	if !b.truth() {
		return value{}, errZero
	}
	f, _ := new(big.Rat).SetFrac(toBig(a), toBig(b)).Float64()
	if math.IsInf(f, 0) {
		return value{}, errors.New("the quotient is too large")
	}
	return floatValue(f), nil
}

func floats(name string, a, b float64) (value, error) {
	switch name {
	case "+":
		return floatValue(a + b), nil
	case "-":
		return floatValue(a - b), nil
	case "*":
		return floatValue(a * b), nil
	case "**":
		return floatPower(a, b)
	}
	if b == 0 {
		return value{}, errZero
	}
	if name == "/" {
		return floatValue(a / b), nil
	}
	mod := math.Mod(a, b)
	if mod != 0 && (mod < 0) != (b < 0) {
		mod += b
	}
	if mod == 0 {
		mod = math.Copysign(0, b)
	}
	if name == "%" {
		return floatValue(mod), nil
	}
	div := (a - mod) / b
	floor := math.Floor(div)
	if div-floor > 0.5 {
		floor++
	}
	return floatValue(floor), nil
}

func floatPower(a, b float64) (value, error) {
	if a == 0 && b < 0 {
		return value{}, errZero
	}
	out := math.Pow(a, b)
	if math.IsNaN(out) && !math.IsNaN(a) && !math.IsNaN(b) {
		return value{}, errors.New("the power of a negative number is no real number")
	}
	if math.IsInf(out, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return value{}, errors.New("the power is too large")
	}
	return floatValue(out), nil
}

// smallIntegers computes what stays within int64.
func smallIntegers(name string, a, b int64) (value, bool) {
	switch name {
	case "+":
		sum := a + b
		return intValue(sum), (sum > a) == (b > 0)
	case "-":
		diff := a - b
		return intValue(diff), (diff < a) == (b > 0)
	case "*":
		high, low := bits.Mul64(magnitude(a), magnitude(b))
		return intValue(a * b), high == 0 && low < 1<<63
	case "//", "%":
		if b == 0 || b == -1 {
			return value{}, false
		}
		quotient, rest := a/b, a%b
		if rest != 0 && (rest < 0) != (b < 0) {
			quotient, rest = quotient-1, rest+b
		}
		if name == "%" {
			return intValue(rest), true
		}
		return intValue(quotient), true
	}
	return value{}, false
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// maxBits bounds integers to what has maxDigits digits.
const maxBits = maxDigits * 3322 / 1000

func integers(name string, a, b *big.Int) (value, error) {
	out := new(big.Int)
	switch name {
	case "+":
		out.Add(a, b)
	case "-":
		out.Sub(a, b)
	case "*":
		out.Mul(a, b)
	case "**":
		return integerPower(a, b)
	default:
		if b.Sign() == 0 {
			return value{}, errZero
		}
		rest := new(big.Int)
		out.QuoRem(a, b, rest)
		if rest.Sign() != 0 && rest.Sign() != b.Sign() {
			out.Sub(out, big.NewInt(1))
			rest.Add(rest, b)
		}
		if name == "%" {
			out = rest
		}
	}
	if out.BitLen() > maxBits {
		return value{}, errDigits
	}
	return bigValue(out), nil
}

func integerPower(a, b *big.Int) (value, error) {
	if b.Sign() < 0 {
		return floats("**", toFloat(bigValue(a)), toFloat(bigValue(b)))
	}
	if a.BitLen() <= 1 { // -1, 0 or 1: only whether b is 0, odd or even counts
		small := int64(b.Bit(0))
		if small == 0 && b.Sign() > 0 {
			small = 2
		}
		b = big.NewInt(small)
	} else if !b.IsInt64() || b.Int64() > maxBits || int64(a.BitLen())*b.Int64() > 2*maxBits {
		return value{}, errDigits
	}
	out := new(big.Int).Exp(a, b, nil)
	if out.BitLen() > maxBits {
		return value{}, errDigits
	}
	return bigValue(out), nil
}

func unsigned(n uint64) value { return bigValue(new(big.Int).SetUint64(n)) }
