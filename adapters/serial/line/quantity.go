package line

import (
	"bytes"
	"strconv"
)

// quantity is a number and the unit behind it, as people write it: "" for none.
type quantity struct {
	number float64
	unit   string
}

// maxQuantities is how many times a device says the same in other units.
const maxQuantities = 4

// found are the quantities of a text.
type found struct {
	all [maxQuantities]quantity
	n   int
}

// quantities reads "21.5", "21,5 °C", "24.10°C 75.38°F", "24.00°C / 75.20°F" and
// "23.5°C (74.3°F)". length is how much of text they are; what follows is something
// else. It is not ok where text does not begin with a number: dates, addresses and
// versions do not.
func quantities(text []byte) (f found, length int, ok bool) {
	for at := 0; f.n < maxQuantities; {
		rest := text[at:]
		skip := len(rest) - len(bytes.TrimLeft(rest, " /("))
		if f.n > 0 && skip == 0 {
			break
		}
		if f.n == 0 {
			skip = len(rest) - len(bytes.TrimLeft(rest, " "))
		}
		q, n := readQuantity(rest[skip:])
		if n == 0 || f.n > 0 && q.unit == "" {
			break
		}
		f.all[f.n] = q
		f.n++
		at += skip + n
		length = at
		if at < len(text) && text[at] == ')' {
			at++
			length = at
		}
	}
	return f, length, f.n > 0
}

// readQuantity reads one quantity at the beginning of text, and returns its length; 0
// where there is none.
func readQuantity(text []byte) (q quantity, length int) {
	number, n := scanNumber(text)
	if n == 0 {
		return quantity{}, 0
	}
	unit, u := readUnit(text[n:])
	if u == 0 && n < len(text) && (isLetter(text[n]) || text[n] == '-' || text[n] == ':' || text[n] == '.' && n+1 < len(text) && isDigit(text[n+1])) {
		return quantity{}, 0
	}
	return quantity{number, unit}, n + u
}

// maxNumber is the longest number, in bytes.
const maxNumber = 32

// scanNumber reads a number at the beginning of text: sign, digits, a decimal point or
// comma, an exponent.
func scanNumber(text []byte) (number float64, length int) {
	var plain [maxNumber]byte
	i, n, digits := 0, 0, 0
	keep := func() {
		plain[n] = text[i]
		i++
		n++
	}
	if bytes.HasPrefix(text, []byte("\u2212")) { // the sign of typographers
		plain[n] = '-'
		i, n = len("\u2212"), 1
	} else if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		keep()
	}
	for i < len(text) && n < maxNumber-8 && isDigit(text[i]) {
		keep()
		digits++
	}
	if i+1 < len(text) && (text[i] == '.' || text[i] == ',') && isDigit(text[i+1]) && n < maxNumber-8 {
		plain[n] = '.'
		i++
		n++
		for i < len(text) && n < maxNumber-6 && isDigit(text[i]) {
			keep()
			digits++
		}
	} else if digits > 0 && i < len(text) && text[i] == '.' && (i+1 == len(text) || text[i+1] == ' ') {
		i++ // "21." is how some print 21.0
	}
	if digits == 0 || i < len(text) && isDigit(text[i]) {
		return 0, 0
	}
	if e := i; e < len(text) && (text[e] == 'e' || text[e] == 'E') {
		d := e + 1
		if d < len(text) && (text[d] == '-' || text[d] == '+') {
			d++
		}
		if d < len(text) && isDigit(text[d]) {
			for i < d || i < len(text) && isDigit(text[i]) && n < maxNumber-1 {
				keep()
			}
		}
	}
	number, err := strconv.ParseFloat(string(plain[:n]), 64)
	if err != nil {
		return 0, 0
	}
	return number, i
}

// nothings are the words of devices that have no value.
var nothings = [...]string{"nan", "null", "none", "inf", "ovf", "n/a", "na", "--", "---", "-", "?", "unknown", "unavailable"}

// isNothing reports whether text says that there is no value.
func isNothing(text []byte) bool {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return true
	}
	if len(text) > 1 && (text[0] == '-' || text[0] == '+') && isLetter(text[1]) {
		text = text[1:]
	}
	word := text
	for i, c := range text {
		if i >= 3 && (c >= 0x80 || !isLetter(c)) && c != '/' || c == ' ' { // "nan °C", "nan%"
			word = text[:i]
			break
		}
	}
	for _, nothing := range nothings {
		if bytes.EqualFold(word, []byte(nothing)) {
			return true
		}
	}
	return false
}

// parseWord reads the words of a boolean.
func parseWord(text []byte) (is, ok bool) {
	if len(text) > 6 {
		return false, false
	}
	for _, word := range [...]string{"on", "true", "yes", "open"} {
		if bytes.EqualFold(text, []byte(word)) {
			return true, true
		}
	}
	for _, word := range [...]string{"off", "false", "no", "closed"} {
		if bytes.EqualFold(text, []byte(word)) {
			return false, true
		}
	}
	return false, false
}
