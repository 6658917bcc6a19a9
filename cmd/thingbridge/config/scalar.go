package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// got says what n is, without repeating what may be a secret.
func (n *node) got() string {
	switch n.form {
	case formList:
		return "a list"
	case formMapping:
		return "keys and values"
	case formNull:
		return "nothing"
	}
	return "a single value"
}

// quote writes a single value for a message.
func (n *node) quote() string {
	switch n.form {
	case formText:
		return fmt.Sprintf("the text %q", shorten(n.text))
	case formNumber, formBoolean:
		return shorten(n.text)
	}
	return n.got()
}

func (n *node) single() bool {
	return n.form == formText || n.form == formNumber || n.form == formBoolean
}

// wrong reports a value of the wrong form. It does not repeat the value.
func (b *binder) wrong(n *node, path, want string) {
	switch {
	case n.form == formBad:
		b.rep.settle(path)
	case n.form == formNull:
		b.rep.addf(n.line, path, "has no value, want %s; write it behind the colon, or remove the line", want)
	case n.form == formText && strings.Contains(n.text, ":"):
		b.rep.addf(n.line, path, "got %s, want %s; write a blank after each colon", n.got(), want)
	default:
		b.rep.addf(n.line, path, "got %s, want %s", n.got(), want)
	}
}

// text reads a value through its type's own idea of text.
func (b *binder) text(n *node, path string, u encoding.TextUnmarshaler) {
	if !n.single() {
		b.wrong(n, path, "a single value")
		return
	}
	err := u.UnmarshalText([]byte(n.text))
	if _, isTime := u.(*time.Time); isTime && err != nil { // its error names a layout of Go
		err = fmt.Errorf("got %q, want a date and time such as 2026-01-15T06:00:00Z", shorten(n.text))
	}
	if err != nil {
		b.rep.add(n.line, path, err.Error())
	}
}

func (b *binder) duration(n *node, path string, v reflect.Value) {
	if !n.single() {
		b.wrong(n, path, "a duration such as 30s")
		return
	}
	d, problem := parseDuration(n.text)
	if problem != "" {
		b.rep.add(n.line, path, problem)
		return
	}
	v.SetInt(int64(d))
}

// parseDuration reads a duration, or says what is wrong with it.
func parseDuration(text string) (d time.Duration, problem string) {
	d, err := time.ParseDuration(text)
	switch {
	case err == nil && d < 0:
		return 0, fmt.Sprintf("got %s; a duration cannot be less than 0", shorten(text))
	case err == nil:
		return d, ""
	}
	if number, err := strconv.ParseFloat(text, 64); err == nil && number > 0 && number < math.MaxInt32 {
		return 0, fmt.Sprintf("got %s, want a duration with its unit; write %[1]ss for seconds, %[1]sm for minutes or %[1]sh for hours", shorten(text))
	}
	return 0, fmt.Sprintf("got %q, want a duration such as 500ms, 30s, 5m or 1h30m (a day is 24h)", shorten(text))
}

func (b *binder) scalar(n *node, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		b.str(n, path, v)
	case reflect.Bool:
		b.boolean(n, path, v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.integer(n, path, v)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		b.unsigned(n, path, v)
	case reflect.Float32, reflect.Float64:
		b.float(n, path, v)
	default:
		b.rep.add(n.line, path, "cannot be configured; remove it")
	}
}

// str takes a number or a boolean as the text that it is written with: a
// password of digits, or a payload "true", needs no quotes.
func (b *binder) str(n *node, path string, v reflect.Value) {
	if !n.single() {
		b.wrong(n, path, "a text")
		return
	}
	v.SetString(n.text)
}

func (b *binder) boolean(n *node, path string, v reflect.Value) {
	if n.form == formBoolean {
		v.SetBool(strings.EqualFold(n.text, "true"))
		return
	}
	remedy := ""
	switch strings.ToLower(n.text) {
	case "yes", "on", "y", "1":
		remedy = "; write true"
	case "no", "off", "n", "0":
		remedy = "; write false"
	}
	b.rep.addf(n.line, path, "got %s, want true or false%s", n.quote(), remedy)
}

func (b *binder) integer(n *node, path string, v reflect.Value) {
	i, err := strconv.ParseInt(n.text, 10, 64)
	if n.form != formNumber || err != nil {
		b.notNumber(n, path, "a whole number")
		return
	}
	if v.OverflowInt(i) {
		b.rep.addf(n.line, path, "got %d, which is out of range; write a smaller one", i)
		return
	}
	v.SetInt(i)
}

func (b *binder) unsigned(n *node, path string, v reflect.Value) {
	i, err := strconv.ParseUint(n.text, 10, 64)
	if n.form != formNumber || err != nil {
		b.notNumber(n, path, "a whole number, 0 or more")
		return
	}
	if v.OverflowUint(i) {
		b.rep.addf(n.line, path, "got %d, want at most %d", i, uint64(1)<<v.Type().Bits()-1)
		return
	}
	v.SetUint(i)
}

func (b *binder) float(n *node, path string, v reflect.Value) {
	f, err := strconv.ParseFloat(n.text, v.Type().Bits())
	if n.form != formNumber || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		b.notNumber(n, path, "a number")
		return
	}
	v.SetFloat(f)
}

func (b *binder) notNumber(n *node, path, want string) {
	b.rep.addf(n.line, path, "got %s, want %s%s", n.quote(), want, n.numberRemedy())
}

// numberRemedy says what makes a number of a text that looks like one.
func (n *node) numberRemedy() string {
	text := strings.TrimSpace(n.text)
	if n.form != formText || text == "" {
		return ""
	}
	if isNumber(text) {
		return "; remove the quotes"
	}
	if isNumber(strings.Replace(text, ",", ".", 1)) {
		return "; write a point for the comma"
	}
	digits := len(text) - len(strings.TrimLeft(text, "+-0123456789."))
	if isNumber(text[:digits]) {
		return "; write " + text[:digits] + ", without the unit"
	}
	return ""
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil && len(text) <= 40
}
