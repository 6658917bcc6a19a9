package devices

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Limits of what a device may say. They bound memory; real devices stay far
// below them.
const (
	MaxProperties = 512  // properties of one device
	MaxOptions    = 256  // options of one enum
	MaxText       = 4096 // bytes of one text value or name
)

// Errors that callers branch on. What a Registry or a Property returns wraps one
// of them and names the thing, what was got and what was wanted.
var (
	ErrType        = errors.New("wrong type")
	ErrRange       = errors.New("out of range")
	ErrOption      = errors.New("no such option")
	ErrNotWritable = errors.New("not writable")
)

// Type is what the values of a property are.
type Type uint8

// The types of properties.
const (
	TypeNumber Type = iota + 1
	TypeBoolean
	TypeEnum
	TypeText
)

// String returns the word that the configuration uses.
func (t Type) String() string {
	switch t {
	case TypeNumber:
		return "number"
	case TypeBoolean:
		return "boolean"
	case TypeEnum:
		return "enum"
	case TypeText:
		return "text"
	}
	return "none"
}

// Property describes one thing that a device measures or can be told.
type Property struct {
	Name     string   // slug of a-z, 0-9, '_' and '-'; unique in its device
	Type     Type     // of its values
	Unit     string   // as people write it: "°C", "%", "W"; empty for none
	Min, Max float64  // bounds of a number, both included; both 0: unbounded; one end open: ±Inf
	Step     float64  // between two values that can be set; 0: any
	Deadband float64  // the smallest change of a number worth telling; 0: each
	Options  []string // of an enum, in the order in which they are offered
	Writable bool     // whether it takes commands
	Class    string   // what is measured: "temperature", "window", "battery"; empty: unknown
	Label    string   // what its maker calls it, for people; empty: Name says it
	Category Category // whether it is what the device is there for
	Secret   bool     // its values are handed over and shown to nobody; they are text
}

// Category says whether a property is what its device is there for.
type Category uint8

// The categories.
const (
	Primary    Category = iota // what people look at and change
	Diagnostic                 // how the device is doing: signal, firmware, battery voltage
	Setting                    // how it is set up: calibration, sensitivity, indicator light
)

// Bounded reports whether p has a range.
func (p *Property) Bounded() bool { return p.Min != 0 || p.Max != 0 }

// Check returns nil when v can be asked of p: it has the right type, lies in the
// range and is one of the options. The step does not refuse; see [Property.Round].
func (p *Property) Check(v Value) error {
	if err := p.checkType(v); err != nil {
		return err
	}
	return p.checkRange(v)
}

func (p *Property) checkType(v Value) error {
	switch {
	case v.kind == p.Type && v.kind != 0:
		return nil
	case p.Type == TypeEnum && v.kind == TypeText:
		if slices.Contains(p.Options, v.text) {
			return nil
		}
		return fmt.Errorf("%s: %w %q; it can be %s", p.Name, ErrOption, shorten(v.text), strings.Join(p.Options, ", "))
	case v.kind == 0:
		return fmt.Errorf("%s: %w: got nothing, want a %s", p.Name, ErrType, p.Type)
	}
	return fmt.Errorf("%s: %w: got %s, want a %s", p.Name, ErrType, p.quote(v.String()), p.Type)
}

func (p *Property) checkRange(v Value) error {
	if v.kind != TypeNumber || !p.Bounded() || (v.number >= p.Min && v.number <= p.Max) {
		return nil
	}
	return fmt.Errorf("%s: %w: got %s, want %s", p.Name, ErrRange, p.Format(v), p.Range())
}

// Range writes the bounds for people: "5 to 30 °C", "at least 0 W". It is empty
// for a property without bounds.
func (p *Property) Range() string {
	switch {
	case !p.Bounded():
		return ""
	case math.IsInf(p.Min, -1) && math.IsInf(p.Max, 1):
		return ""
	case math.IsInf(p.Min, -1):
		return "at most " + p.Format(Number(p.Max))
	case math.IsInf(p.Max, 1):
		return "at least " + p.Format(Number(p.Min))
	}
	return Number(p.Min).String() + " to " + p.Format(Number(p.Max))
}

// Round moves a number to the nearest step, counted from Min or from 0. Other
// values come back as they are.
func (p *Property) Round(v Value) Value {
	if v.kind != TypeNumber || p.Step <= 0 {
		return v
	}
	base := 0.0
	if p.Bounded() && !math.IsInf(p.Min, 0) {
		base = p.Min
	}
	n := base + math.Round((v.number-base)/p.Step)*p.Step
	if p.Bounded() {
		n = min(max(n, p.Min), p.Max)
	}
	// The nearest short decimal: 0.1 steps must not print as 21.400000000000002.
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 12, 64), 64)
	if err != nil {
		return Number(n)
	}
	return Number(short)
}

// Parse reads a value of p as people and wires write it: a decimal comma, the
// unit behind the number, "on" and "off", options in any case. It checks the
// type and the options, not the range.
func (p *Property) Parse(text string) (Value, error) {
	text = strings.TrimSpace(text)
	var v Value
	switch p.Type {
	case TypeNumber:
		v = parseNumber(text, p.Unit)
	case TypeBoolean:
		v = parseBoolean(text)
	case TypeEnum:
		v = Text(text)
		for _, option := range p.Options {
			if strings.EqualFold(option, text) {
				v = Text(option)
			}
		}
	case TypeText:
		if len(text) > MaxText {
			return Value{}, fmt.Errorf("%s: %w: text of %d bytes, want at most %d", p.Name, ErrRange, len(text), MaxText)
		}
		v = Text(text)
	}
	if v.IsZero() {
		return Value{}, fmt.Errorf("%s: %w: got %s, want a %s", p.Name, ErrType, p.quote(text), p.Type)
	}
	return v, p.checkType(v)
}

func parseNumber(text, unit string) Value {
	text = strings.TrimSpace(strings.TrimSuffix(text, unit))
	if unit == "°C" || unit == "°F" {
		text = strings.TrimSpace(strings.TrimRight(text, "°CFcf "))
	}
	if len(text) > 40 {
		return Value{}
	}
	if strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	if strings.ContainsAny(text, "xXpP_") { // hexadecimal and grouping are for programmers
		return Value{}
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Value{}
	}
	return Number(n)
}

func parseBoolean(text string) Value {
	switch strings.ToLower(text) {
	case "true", "on", "yes", "1", "open", "an", "ein", "ja", "offen", "auf":
		return Boolean(true)
	case "false", "off", "no", "0", "closed", "close", "aus", "nein", "zu", "geschlossen":
		return Boolean(false)
	}
	return Value{}
}

// Format writes v with the unit of p: "21.5 °C", "45 %", "on". Numbers are
// rounded to the precision that the step or the unit makes sensible, and of what is
// secret nothing is written.
func (p *Property) Format(v Value) string { return string(p.AppendFormat(nil, v)) }

// AppendFormat appends what Format returns to dst.
func (p *Property) AppendFormat(dst []byte, v Value) []byte {
	if p.Secret {
		return append(dst, hidden...)
	}
	if v.kind != TypeNumber {
		return v.AppendText(dst)
	}
	dst = appendRounded(dst, v.number)
	if p.Unit == "" {
		return dst
	}
	if p.Unit != "°" {
		dst = append(dst, ' ')
	}
	return append(dst, p.Unit...)
}

// appendRounded writes n with two decimals at most, or with three significant
// digits where it is smaller than 1: what a person reads, never 21.400000000000002.
func appendRounded(dst []byte, n float64) []byte {
	if n != 0 && math.Abs(n) < 1 || math.Abs(n) >= 1e15 {
		return strconv.AppendFloat(dst, round3(n), 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, math.Round(n*100)/100, 'f', -1, 64)
}

func round3(n float64) float64 {
	if math.Abs(n) >= 1 || math.Abs(n) < 1e-12 {
		return n
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(n))))
	return math.Round(n*scale) / scale
}

// shorten keeps outside text from filling a log line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
