package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// errNumber is the error of a conversion without a default.
func errNumber(what string, v value) error {
	return fmt.Errorf("%s has no default and cannot use %s", what, quoted(string(appendText(nil, v))))
}

// fallback is other when it was given, else an error.
func fallback(what string, in, other value) (value, error) {
	if other.kind == kindAbsent {
		return value{}, errNumber(what, in)
	}
	return other, nil
}

// asFloat is Python's float(v). What is undefined is an error even where there
// is a default.
func asFloat(v value) (f float64, ok bool, err error) {
	switch {
	case v.kind == kindUndefined:
		return 0, false, errUndefined(v)
	case v.isNumber():
		return toFloat(v), true, nil
	case v.kind == kindText:
		f, ok = textFloat(v.text)
		return f, ok, nil
	}
	return 0, false, nil
}

// textFloat reads a number as Python's float() does: with whitespace around it
// and underscores between digits, but not in hexadecimal.
func textFloat(s string) (float64, bool) {
	s = strings.TrimFunc(s, isSpace)
	if strings.ContainsAny(s, "xXpP") || !goodUnderscores(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

// goodUnderscores reports whether every underscore has digits on both sides.
func goodUnderscores(s string) bool {
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i+1 == len(s) || !isHexDigit(s[i-1]) || !isHexDigit(s[i+1])) {
			return false
		}
	}
	return true
}

// truncated is Python's int(f).
func truncated(f float64) (value, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value{}, errors.New("an infinite number is no integer")
	}
	if math.Abs(f) < 1<<62 {
		return intValue(int64(f)), nil
	}
	n, _ := big.NewFloat(f).Int(nil)
	return bigValue(n), nil
}

// textInteger is Python's int(s, base).
func textInteger(s string, base int) (value, bool) {
	s = strings.TrimFunc(s, isSpace)
	if len(s) > maxDigits || !goodUnderscores(s) {
		return value{}, false
	}
	s = strings.ReplaceAll(s, "_", "")
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = s[:1], s[1:]
	}
	if prefix := map[int]string{2: "0b", 8: "0o", 16: "0x"}[base]; prefix != "" && len(s) > 2 && strings.EqualFold(s[:2], prefix) {
		s = s[2:]
	}
	if s == "" || s[0] == '-' || s[0] == '+' {
		return value{}, false
	}
	n, ok := new(big.Int).SetString(sign+s, base)
	if !ok {
		return value{}, false
	}
	return bigValue(n), true
}

func filterFloat(_ *run, in value, args []value) (value, error) {
	f, ok, err := asFloat(in)
	if err != nil {
		return value{}, err
	}
	if !ok {
		return fallback("float", in, args[0])
	}
	return floatValue(f), nil
}

func filterInt(_ *run, in value, args []value) (value, error) {
	base, err := whole(args[1], 10)
	if err != nil {
		return value{}, err
	}
	if base != 0 && (base < 2 || base > 36) {
		return value{}, fmt.Errorf("%d is no base of numbers", base)
	}
	if in.kind == kindText {
		if v, ok := textInteger(in.text, int(base)); ok {
			return v, nil
		}
	} else if in.isWhole() {
		return signed("+", in)
	}
	f, ok, err := asFloat(in)
	if err != nil {
		return value{}, err
	}
	if ok {
		if v, err := truncated(f); err == nil {
			return v, nil
		}
	}
	return fallback("int", in, args[0])
}

// filterBool takes the words of Home Assistant's configuration.
func filterBool(_ *run, in value, args []value) (value, error) {
	switch in.kind {
	case kindUndefined:
		if args[0].kind == kindAbsent {
			return value{}, errUndefined(in)
		}
	case kindBool:
		return in, nil
	case kindInt, kindBig, kindFloat:
		return boolValue(in.truth()), nil
	case kindText:
		switch strings.ToLower(strings.TrimFunc(in.text, isSpace)) {
		case "1", "true", "yes", "on", "enable":
			return boolValue(true), nil
		case "0", "false", "no", "off", "disable":
			return boolValue(false), nil
		}
	}
	return fallback("bool", in, args[0])
}

// filterRound is Home Assistant's: without decimals the result is an integer.
func filterRound(_ *run, in value, args []value) (value, error) {
	f, ok, err := asFloat(in)
	if err != nil {
		return value{}, err
	}
	precision, err := whole(args[0], 0)
	if err != nil {
		return value{}, err
	}
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return fallback("round", in, args[2])
	}
	precision = max(-400, min(400, precision))
	scale := math.Pow(10, float64(precision))
	switch args[1].text {
	case "ceil":
		f = math.Ceil(f*scale) / scale
	case "floor":
		f = math.Floor(f*scale) / scale
	case "half":
		f = math.RoundToEven(f*2) / 2
	default:
		f = roundDecimal(f, int(precision))
	}
	if precision == 0 {
		return truncated(f)
	}
	return floatValue(f), nil
}

// roundDecimal is Python's round(f, precision): by the exact value, and to even
// where that lies in the middle.
func roundDecimal(f float64, precision int) float64 {
	if precision >= 0 {
		out, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
		return out
	}
	scale := math.Pow(10, float64(-precision))
	return math.RoundToEven(f/scale) * scale
}

func filterAbs(_ *run, in value, _ []value) (value, error) {
	if !in.isNumber() {
		return value{}, wrongKind("abs", in)
	}
	if in.kind == kindFloat {
		return floatValue(math.Abs(in.float())), nil
	}
	return bigValue(new(big.Int).Abs(toBig(in))), nil
}

// withFloat applies f to the number that in means.
func withFloat(what string, in, other value, f func(float64) (value, error)) (value, error) {
	x, ok, err := asFloat(in)
	if err != nil {
		return value{}, err
	}
	if !ok {
		return fallback(what, in, other)
	}
	return f(x)
}

func filterMultiply(_ *run, in value, args []value) (value, error) {
	return withFloat("multiply", in, args[1], func(f float64) (value, error) {
		if !args[0].isNumber() {
			return value{}, wrongKind("multiply", args[0])
		}
		return numbers("*", floatValue(f), args[0])
	})
}

func filterAdd(_ *run, in value, args []value) (value, error) {
	return withFloat("add", in, args[1], func(f float64) (value, error) {
		if !args[0].isNumber() {
			return value{}, wrongKind("add", args[0])
		}
		return numbers("+", floatValue(f), args[0])
	})
}

func filterSqrt(_ *run, in value, args []value) (value, error) {
	return withFloat("sqrt", in, args[0], func(f float64) (value, error) {
		if f < 0 {
			return fallback("sqrt", in, args[0])
		}
		return floatValue(math.Sqrt(f)), nil
	})
}

func filterLog(_ *run, in value, args []value) (value, error) {
	return withFloat("log", in, args[1], func(f float64) (value, error) {
		if f <= 0 {
			return fallback("log", in, args[1])
		}
		if args[0].kind == kindAbsent {
			return floatValue(math.Log(f)), nil
		}
		base, ok, err := asFloat(args[0])
		if err != nil || !ok || base <= 0 || base == 1 {
			return fallback("log", args[0], args[1])
		}
		return floatValue(math.Log(f) / math.Log(base)), nil
	})
}

func filterIsNumber(_ *run, in value, _ []value) (value, error) {
	f, ok, _ := asFloat(in)
	return boolValue(ok && !math.IsNaN(f) && !math.IsInf(f, 0)), nil
}

func bitwise(f func(a, b int64) int64) func(*run, value, []value) (value, error) {
	return func(_ *run, in value, args []value) (value, error) {
		for _, v := range []value{in, args[0]} {
			if v.kind != kindInt && v.kind != kindBool {
				return value{}, wrongKind("a bitwise filter", v)
			}
		}
		return intValue(f(in.integer(), args[0].integer())), nil
	}
}
