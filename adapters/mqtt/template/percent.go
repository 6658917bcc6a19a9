package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxWidth bounds the width and precision of a formatted number.
const maxWidth = 500

// conversion is one % of a format.
type conversion struct {
	minus, plus, space, zero, sharp bool
	width                           int
	precision                       int // -1: not given
	verb                            byte
}

var errArguments = errors.New("the format has more places than there are arguments")

// percent is Python's format % args.
func (r *run) percent(format string, args []value) (value, error) {
	out, rest, err := fill(format, args)
	if err != nil {
		return value{}, err
	}
	if len(rest) > 0 {
		return value{}, errors.New("the format has fewer places than there are arguments")
	}
	return r.text(string(out))
}

// percentOne is format % v. A list or a dictionary need not be used, because
// for Python names could be looked up in it.
func (r *run) percentOne(format string, v value) (value, error) {
	if v.kind == kindTuple {
		return r.percent(format, v.items())
	}
	out, rest, err := fill(format, []value{v})
	if err != nil {
		return value{}, err
	}
	if len(rest) > 0 && v.kind != kindList && v.kind != kindDict && v.kind != kindUndefined {
		return value{}, errors.New("the format has no place for its argument")
	}
	return r.text(string(out))
}

// fill puts args into the places of format and returns those left over.
func fill(format string, args []value) (out []byte, left []value, err error) {
	for {
		at := strings.IndexByte(format, '%')
		if at < 0 {
			break
		}
		out = append(out, format[:at]...)
		c, rest, n, err := parseConversion(format[at+1:], args)
		if err != nil {
			return nil, nil, err
		}
		format, args = rest, args[n:]
		if c.verb == '%' {
			out = append(out, '%')
			continue
		}
		if len(args) == 0 {
			return nil, nil, errArguments
		}
		if out, err = c.append(out, args[0]); err != nil {
			return nil, nil, err
		}
		if len(out) > maxOutput {
			return nil, nil, errOutput
		}
		args = args[1:]
	}
	return append(out, format...), args, nil
}

// parseConversion reads what follows a %; widths given as * use up n arguments.
func parseConversion(s string, args []value) (c conversion, rest string, n int, err error) {
	if strings.HasPrefix(s, "(") {
		return c, s, 0, errors.New("names in a format are not supported")
	}
	c.precision = -1
	for s != "" && strings.IndexByte("-+ 0#", s[0]) >= 0 {
		c.minus = c.minus || s[0] == '-'
		c.plus = c.plus || s[0] == '+'
		c.space = c.space || s[0] == ' '
		c.zero = c.zero || s[0] == '0'
		c.sharp = c.sharp || s[0] == '#'
		s = s[1:]
	}
	if c.width, s, n, err = formatSize(s, args); err != nil {
		return c, s, n, err
	}
	if strings.HasPrefix(s, ".") {
		var used int
		if c.precision, s, used, err = formatSize(s[1:], args[n:]); err != nil {
			return c, s, n, err
		}
		n += used
	}
	s = strings.TrimLeft(s, "hlL")
	if s == "" {
		return c, s, n, errors.New("the format ends in the middle of a place")
	}
	c.verb = s[0]
	if c.width < 0 {
		c.minus, c.width = true, -c.width
	}
	return c, s[1:], n, nil
}

// formatSize reads a width or precision.
func formatSize(s string, args []value) (size int, rest string, used int, err error) {
	if strings.HasPrefix(s, "*") {
		if len(args) == 0 || args[0].kind != kindInt {
			return 0, s, 0, errors.New("the format wants an integer for *")
		}
		n := args[0].integer()
		if n > maxWidth || n < -maxWidth {
			return 0, s, 0, errOutput
		}
		return int(n), s[1:], 1, nil
	}
	end := 0
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == 0 {
		return 0, s, 0, nil
	}
	size, err = strconv.Atoi(s[:end])
	if err != nil || size > maxWidth {
		return 0, s, 0, errOutput
	}
	return size, s[end:], 0, nil
}

// append appends v as the place asks for.
func (c *conversion) append(dst []byte, v value) ([]byte, error) {
	switch c.verb {
	case 's', 'r', 'a':
		return c.appendString(dst, v), nil
	case 'c':
		return c.appendRune(dst, v)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		return c.appendInteger(dst, v)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		return c.appendFloat(dst, v)
	}
	return dst, fmt.Errorf("the format has an unknown place %q", "%"+string(rune(c.verb)))
}

func (c *conversion) appendString(dst []byte, v value) []byte {
	var s string
	if c.verb == 's' {
		s = string(appendText(nil, v))
	} else {
		s = string(appendRepr(nil, v))
	}
	if c.precision >= 0 {
		s = s[:runeOffset(s, c.precision)]
	}
	c.zero = false
	return c.pad(dst, "", s)
}

func (c *conversion) appendRune(dst []byte, v value) ([]byte, error) {
	c.zero = false
	switch {
	case v.kind == kindInt && v.integer() >= 0 && v.integer() <= utf8.MaxRune:
		return c.pad(dst, "", string(rune(v.integer()))), nil
	case v.kind == kindText && utf8.RuneCountInString(v.text) == 1:
		return c.pad(dst, "", v.text), nil
	}
	return dst, wrongKind("%c", v)
}

func (c *conversion) appendInteger(dst []byte, v value) ([]byte, error) {
	if v.kind == kindFloat && strings.IndexByte("diu", c.verb) >= 0 {
		var err error
		if v, err = truncated(v.float()); err != nil {
			return dst, err
		}
	}
	if !v.isWhole() {
		return dst, wrongKind("%"+string(rune(c.verb)), v)
	}
	n := toBig(v)
	base, prefix := 10, ""
	switch c.verb {
	case 'o':
		base, prefix = 8, "0o"
	case 'x', 'X':
		base, prefix = 16, "0"+string(rune(c.verb))
	}
	digits := new(big.Int).Abs(n).Text(base)
	if c.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	if len(digits) < c.precision {
		digits = strings.Repeat("0", c.precision-len(digits)) + digits
	}
	if !c.sharp {
		prefix = ""
	}
	return c.pad(dst, c.sign(n.Sign() < 0)+prefix, digits), nil
}

func (c *conversion) appendFloat(dst []byte, v value) ([]byte, error) {
	if !v.isNumber() {
		return dst, wrongKind("%"+string(rune(c.verb)), v)
	}
	f := toFloat(v)
	precision := c.precision
	if precision < 0 {
		precision = 6
	}
	sign := c.sign(math.Signbit(f) && !math.IsNaN(f))
	f = math.Abs(f)
	var digits string
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		c.zero = false
		digits = string(appendFloat(nil, f))
	case c.verb|0x20 == 'g':
		digits = generalFloat(f, max(precision, 1), c.sharp)
	default:
		digits = strconv.FormatFloat(f, c.verb|0x20, precision, 64)
	}
	if c.verb < 'a' {
		digits = strings.ToUpper(digits)
	}
	return c.pad(dst, sign, digits), nil
}

// generalFloat is C's %g, which strconv has without its limits of exponents.
func generalFloat(f float64, precision int, keepZeros bool) string {
	s := strconv.FormatFloat(f, 'e', precision-1, 64)
	mark := strings.IndexByte(s, 'e')
	exponent, _ := strconv.Atoi(s[mark+1:])
	digits, tail := s[:mark], s[mark:]
	if exponent >= -4 && exponent < precision {
		digits, tail = strconv.FormatFloat(f, 'f', precision-1-exponent, 64), ""
	}
	if !keepZeros && strings.IndexByte(digits, '.') >= 0 {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return digits + tail
}

func (c *conversion) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case c.plus:
		return "+"
	case c.space:
		return " "
	}
	return ""
}

// pad appends what was formatted, filled up to the width.
func (c *conversion) pad(dst []byte, sign, body string) []byte {
	fill := c.width - utf8.RuneCountInString(sign) - utf8.RuneCountInString(body)
	for ; fill > 0 && !c.minus && !c.zero; fill-- {
		dst = append(dst, ' ')
	}
	dst = append(dst, sign...)
	for ; fill > 0 && !c.minus; fill-- {
		dst = append(dst, '0')
	}
	dst = append(dst, body...)
	for ; fill > 0; fill-- {
		dst = append(dst, ' ')
	}
	return dst
}
