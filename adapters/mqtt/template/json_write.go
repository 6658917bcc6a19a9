package template

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// jsonStyle is how JSON is written.
type jsonStyle struct {
	comma, colon string
	indent       int  // spaces for each level, 0: all on one line
	ascii        bool // other letters as \u escapes
	html         bool // nothing that HTML gives a meaning
	sorted       bool // keys in order
	shortFloats  bool // 1e-5 rather than 1e-05
}

// filterToJSON is Jinja2's tojson.
func filterToJSON(r *run, in value, args []value) (value, error) {
	indent, err := whole(noneAbsent(args[0]), 0)
	if err != nil {
		return value{}, err
	}
	style := jsonStyle{comma: ", ", colon: ": ", ascii: true, html: true, sorted: true}
	if indent > 0 {
		style.comma, style.indent = ",", int(min(indent, 16))
	}
	return r.toJSON(in, style)
}

// filterToJSONCompact is Home Assistant's to_json.
func filterToJSONCompact(r *run, in value, args []value) (value, error) {
	style := jsonStyle{
		comma: ",", colon: ":", ascii: args[0].truth(), sorted: args[2].truth(), shortFloats: true,
	}
	if args[1].truth() {
		style.colon, style.indent = ": ", 2
	}
	return r.toJSON(in, style)
}

func noneAbsent(v value) value {
	if v.kind == kindNone {
		return value{}
	}
	return v
}

func (r *run) toJSON(v value, style jsonStyle) (value, error) {
	out, err := style.append(nil, v, 1)
	if err != nil {
		return value{}, err
	}
	return r.text(string(out))
}

// append writes v; depth is the level of what is inside of it.
func (s *jsonStyle) append(dst []byte, v value, depth int) ([]byte, error) {
	switch v.kind {
	case kindNone:
		return append(dst, "null"...), nil
	case kindBool:
		if v.bits != 0 {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case kindInt, kindBig:
		return appendRepr(dst, v), nil
	case kindFloat:
		return s.appendFloat(dst, v.float()), nil
	case kindText:
		return s.appendText(dst, v.text), nil
	case kindTime:
		if s.shortFloats {
			return s.appendText(dst, string(appendTime(nil, v.time(), 'T'))), nil
		}
	case kindList, kindTuple:
		return s.appendList(dst, v.items(), depth)
	case kindDict:
		return s.appendDict(dst, v.dict(), depth)
	case kindUndefined:
		return dst, errUndefined(v)
	}
	return dst, fmt.Errorf("%s cannot be written as JSON", v.kind)
}

func (s *jsonStyle) appendFloat(dst []byte, f float64) []byte {
	switch {
	case !math.IsNaN(f) && !math.IsInf(f, 0):
		start := len(dst)
		dst = appendFloat(dst, f)
		if s.shortFloats {
			short := bytes.Replace(dst[start:], []byte("e-0"), []byte("e-"), 1)
			dst = append(dst[:start], bytes.Replace(short, []byte("e+"), []byte("e"), 1)...)
		}
		return dst
	case s.shortFloats:
		return append(dst, "null"...)
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case f < 0:
		return append(dst, "-Infinity"...)
	}
	return append(dst, "Infinity"...)
}

func (s *jsonStyle) newline(dst []byte, depth int) []byte {
	if s.indent == 0 {
		return dst
	}
	dst = append(dst, '\n')
	for range s.indent * depth {
		dst = append(dst, ' ')
	}
	return dst
}

func (s *jsonStyle) appendList(dst []byte, items []value, depth int) ([]byte, error) {
	if len(items) == 0 {
		return append(dst, "[]"...), nil
	}
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, s.comma...)
		}
		var err error
		if dst, err = s.append(s.newline(dst, depth), item, depth+1); err != nil {
			return dst, err
		}
		if len(dst) > maxOutput {
			return dst, errOutput
		}
	}
	return append(s.newline(dst, depth-1), ']'), nil
}

func (s *jsonStyle) appendDict(dst []byte, d *dict, depth int) ([]byte, error) {
	if len(d.entries) == 0 {
		return append(dst, "{}"...), nil
	}
	entries := d.entries
	if s.sorted {
		entries = slices.Clone(entries)
		slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.key.text, b.key.text) })
	}
	dst = append(dst, '{')
	for i, e := range entries {
		if i > 0 {
			dst = append(dst, s.comma...)
		}
		var err error
		if dst, err = s.appendKey(s.newline(dst, depth), e.key); err != nil {
			return dst, err
		}
		dst = append(dst, s.colon...)
		if dst, err = s.append(dst, e.value, depth+1); err != nil {
			return dst, err
		}
		if len(dst) > maxOutput {
			return dst, errOutput
		}
	}
	return append(s.newline(dst, depth-1), '}'), nil
}

// appendKey writes a key: what is no text becomes one.
func (s *jsonStyle) appendKey(dst []byte, key value) ([]byte, error) {
	if key.kind == kindText {
		return s.appendText(dst, key.text), nil
	}
	dst, err := s.append(append(dst, '"'), key, 1)
	return append(dst, '"'), err
}

func (s *jsonStyle) appendText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for _, r := range text {
		dst = s.appendRune(dst, r)
	}
	return append(dst, '"')
}

func (s *jsonStyle) appendRune(dst []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(dst, '\\', byte(r))
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	}
	special := s.html && (r == '<' || r == '>' || r == '&' || r == '\'')
	switch {
	case r < 0x20 || special || s.ascii && r > 0x7f && r <= 0xffff:
		return appendHex(append(dst, `\u`...), uint32(r), 4)
	case s.ascii && r > 0xffff:
		r -= 0x10000
		dst = appendHex(append(dst, `\u`...), 0xd800+uint32(r)>>10, 4)
		return appendHex(append(dst, `\u`...), 0xdc00+uint32(r)&0x3ff, 4)
	}
	return utf8.AppendRune(dst, r)
}

// filterFromJSON reads a text as the payload is read.
func filterFromJSON(r *run, in value, args []value) (value, error) {
	if in.kind != kindText {
		return value{}, wrongKind("from_json", in)
	}
	if err := r.charge(len(in.text)); err != nil {
		return value{}, err
	}
	var m Message
	m.Reset([]byte(in.text), time.Time{})
	if m.json.read(m.payload) != nil {
		if args[0].kind != kindAbsent {
			return args[0], nil
		}
		return value{}, errors.New("from_json was given a text that is not JSON")
	}
	return m.jsonValue(0), nil
}
