package template

import (
	"fmt"
	"strings"
	"unicode"
)

// methods are what can be called on a value, by name.
var methods = map[string]builtin{
	// dictionaries
	"get":    {[]string{"key", "default?"}, methodGet},
	"keys":   {nil, dictMethod((*dict).keys)},
	"values": {nil, dictMethod((*dict).values)},
	"items":  {nil, dictMethod((*dict).pairs)},

	// texts
	"split":      {[]string{"sep?", "maxsplit?"}, methodSplit},
	"strip":      {[]string{"chars?"}, stripMethod(strings.TrimFunc)},
	"lstrip":     {[]string{"chars?"}, stripMethod(strings.TrimLeftFunc)},
	"rstrip":     {[]string{"chars?"}, stripMethod(strings.TrimRightFunc)},
	"lower":      {nil, textMethod(lowerText)},
	"upper":      {nil, textMethod(upperText)},
	"title":      {nil, textMethod(titleMethod)},
	"capitalize": {nil, textMethod(capitalizeText)},
	"replace":    {[]string{"old", "new", "count?"}, methodReplace},
	"startswith": {[]string{"prefix"}, affixMethod(strings.HasPrefix)},
	"endswith":   {[]string{"suffix"}, affixMethod(strings.HasSuffix)},
	"join":       {[]string{"items"}, methodJoin},

	// times
	"strftime":      {[]string{"format"}, methodStrftime},
	"isoformat":     {[]string{"sep?"}, methodISOFormat},
	"timestamp":     {nil, methodTimestamp},
	"weekday":       {nil, methodWeekday},
	"isoweekday":    {nil, methodISOWeekday},
	"fromtimestamp": {[]string{"timestamp", "tz?"}, methodFromTimestamp},
}

// noMethod is the error of a method that v does not have.
func noMethod(name string, v value) error {
	if v.kind == kindUndefined {
		return errUndefined(v)
	}
	return fmt.Errorf("%s has no method %q", v.kind, name)
}

func methodGet(_ *run, in value, args []value) (value, error) {
	if in.kind != kindDict {
		return value{}, noMethod("get", in)
	}
	if v, ok := in.dict().get(args[0]); ok {
		return v, nil
	}
	if args[1].kind == kindAbsent {
		return noneValue, nil
	}
	return args[1], nil
}

func dictMethod(f func(*dict) []value) func(*run, value, []value) (value, error) {
	return func(r *run, in value, _ []value) (value, error) {
		if in.kind != kindDict {
			return value{}, wrongKind("a method of dictionaries", in)
		}
		if err := r.charge(len(in.dict().entries)); err != nil {
			return value{}, err
		}
		return r.list(f(in.dict()))
	}
}

// methodSplit cuts a text at a separator, or at runs of whitespace without one.
func methodSplit(r *run, in value, args []value) (value, error) {
	if in.kind != kindText {
		return value{}, noMethod("split", in)
	}
	limit, err := whole(args[1], -1)
	if err != nil {
		return value{}, err
	}
	if err := r.charge(len(in.text)); err != nil {
		return value{}, err
	}
	var parts []string
	switch sep := noneAbsent(args[0]); {
	case sep.kind == kindAbsent:
		parts = splitSpace(in.text, limit)
	case sep.kind != kindText || sep.text == "":
		return value{}, wrongKind("split", sep)
	case limit < 0 || limit > int64(len(in.text)):
		parts = strings.Split(in.text, sep.text)
	default:
		parts = strings.SplitN(in.text, sep.text, int(limit)+1)
	}
	out := make([]value, len(parts))
	for i, p := range parts {
		out[i] = textValue(p)
	}
	return r.list(out)
}

// splitSpace cuts at runs of whitespace, at most limit times unless negative.
func splitSpace(s string, limit int64) []string {
	var out []string
	for {
		s = strings.TrimLeftFunc(s, isSpace)
		if s == "" {
			return out
		}
		end := strings.IndexFunc(s, isSpace)
		if end < 0 || limit >= 0 && int64(len(out)) == limit {
			return append(out, s)
		}
		out = append(out, s[:end])
		s = s[end:]
	}
}

func stripMethod(trim func(string, func(rune) bool) string) func(*run, value, []value) (value, error) {
	return func(_ *run, in value, args []value) (value, error) {
		if in.kind != kindText {
			return value{}, noMethod("strip", in)
		}
		return strip(in.text, args[0], trim)
	}
}

func textMethod(f func(string) string) func(*run, value, []value) (value, error) {
	return func(r *run, in value, _ []value) (value, error) {
		if in.kind != kindText {
			return value{}, wrongKind("a method of texts", in)
		}
		return r.text(f(in.text))
	}
}

// titleMethod begins each row of letters with a capital: Python's str.title.
func titleMethod(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		was := inside
		if inside = unicode.IsLetter(r); was {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, s)
}

func methodReplace(r *run, in value, args []value) (value, error) {
	if in.kind != kindText {
		return value{}, noMethod("replace", in)
	}
	return r.replace(in.text, args)
}

// affixMethod takes one text, or several in a tuple.
func affixMethod(has func(s, affix string) bool) func(*run, value, []value) (value, error) {
	return func(r *run, in value, args []value) (value, error) {
		if in.kind != kindText {
			return value{}, wrongKind("a method of texts", in)
		}
		affixes := args[:1]
		if args[0].kind == kindTuple {
			affixes = args[0].items()
		}
		for _, affix := range affixes {
			if affix.kind != kindText {
				return value{}, wrongKind("a comparison of texts", affix)
			}
			if has(in.text, affix.text) {
				return boolValue(true), nil
			}
		}
		return boolValue(false), nil
	}
}

func methodJoin(r *run, in value, args []value) (value, error) {
	if in.kind != kindText {
		return value{}, noMethod("join", in)
	}
	items, err := r.iterate(args[0])
	if err != nil {
		return value{}, err
	}
	for _, item := range items {
		if item.kind != kindText {
			return value{}, wrongKind("join", item)
		}
	}
	return filterJoin(r, listValue(items), []value{in, {}})
}
