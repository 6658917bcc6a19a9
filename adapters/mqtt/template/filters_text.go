package template

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textFilter is a filter that takes the text of any value.
func textFilter(f func(string) string) func(*run, value, []value) (value, error) {
	return func(r *run, in value, _ []value) (value, error) {
		s, err := r.str(in)
		if err != nil {
			return value{}, err
		}
		return r.text(f(s))
	}
}

func lowerText(s string) string { return strings.ToLower(s) }
func upperText(s string) string { return strings.ToUpper(s) }

func capitalizeText(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToTitle(first)) + strings.ToLower(s[n:])
}

// titleText begins each word with a capital; words end at spaces, hyphens and
// opening brackets.
func titleText(s string) string {
	begin := true
	return strings.Map(func(r rune) rune {
		was := begin
		begin = isSpace(r) || strings.ContainsRune("-({[<", r)
		if was {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func filterTrim(r *run, in value, args []value) (value, error) {
	s, err := r.str(in)
	if err != nil {
		return value{}, err
	}
	return strip(s, args[0], strings.TrimFunc)
}

// strip takes the letters of chars off a text, or whitespace when chars is
// absent or None.
func strip(s string, chars value, trim func(string, func(rune) bool) string) (value, error) {
	switch chars.kind {
	case kindAbsent, kindNone:
		return textValue(trim(s, isSpace)), nil
	case kindText:
		return textValue(trim(s, func(r rune) bool { return strings.ContainsRune(chars.text, r) })), nil
	}
	return value{}, wrongKind("trim", chars)
}

// whole reads an argument that is an integer, other when it is absent.
func whole(v value, other int64) (int64, error) {
	switch v.kind {
	case kindAbsent:
		return other, nil
	case kindInt, kindBool:
		return v.integer(), nil
	}
	return 0, wrongKind("this argument", v)
}

// filterTruncate shortens a text to length letters with end behind them, unless
// it is at most leeway longer.
func filterTruncate(r *run, in value, args []value) (value, error) {
	size, err := in.length()
	if err != nil {
		return value{}, err
	}
	length, err := whole(args[0], 255)
	if err != nil {
		return value{}, err
	}
	leeway, err := whole(args[3], 5)
	if err != nil {
		return value{}, err
	}
	end := "..."
	if args[2].kind != kindAbsent {
		if end, err = r.str(args[2]); err != nil {
			return value{}, err
		}
	}
	room := length - int64(utf8.RuneCountInString(end))
	if room < 0 || leeway < 0 {
		return value{}, errors.New("truncate wants a length that its end fits into, and no negative leeway")
	}
	if n := int64(size); n <= length || n-length <= leeway {
		return in, nil
	}
	if in.kind != kindText {
		return value{}, wrongKind("truncate", in)
	}
	short := in.text[:runeOffset(in.text, int(min(room, maxOutput)))]
	if at := strings.LastIndexByte(short, ' '); at >= 0 && !args[1].truth() {
		short = short[:at]
	}
	return r.text(short + end)
}

func filterReplace(r *run, in value, args []value) (value, error) {
	s, err := r.str(in)
	if err != nil {
		return value{}, err
	}
	return r.replace(s, args)
}

// replace replaces args[0] by args[1], at most args[2] times.
func (r *run) replace(s string, args []value) (value, error) {
	old, err := r.str(args[0])
	if err != nil {
		return value{}, err
	}
	by, err := r.str(args[1])
	if err != nil {
		return value{}, err
	}
	limit := args[2]
	if limit.kind == kindNone {
		limit = value{}
	}
	count, err := whole(limit, -1)
	if err != nil {
		return value{}, err
	}
	times := strings.Count(s, old)
	if count >= 0 && int64(times) > count {
		times = int(count)
	}
	if len(s)+times*len(by) > 2*maxOutput {
		return value{}, errOutput
	}
	return r.text(strings.Replace(s, old, by, times))
}

func filterFormat(r *run, in value, args []value) (value, error) {
	s, err := r.str(in)
	if err != nil {
		return value{}, err
	}
	return r.percent(s, args)
}

func filterOrd(_ *run, in value, _ []value) (value, error) {
	first, n := utf8.DecodeRuneInString(in.text)
	if in.kind != kindText || n == 0 || n != len(in.text) {
		return value{}, wrongKind("ord", in)
	}
	return intValue(int64(first)), nil
}
