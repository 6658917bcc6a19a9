package template

import (
	"math"
	"unicode/utf8"
)

// memberExpr compiles of.name; what is the expression for people.
func memberExpr(of expr, name, what string) expr {
	missing := undefined(what)
	return func(r *run) (value, error) {
		v, err := of(r)
		if err != nil {
			return value{}, err
		}
		if v.kind == kindUndefined {
			return value{}, errUndefined(v)
		}
		out := member(v, name)
		if out.kind == kindAbsent {
			return missing, nil
		}
		return out, nil
	}
}

// member is v.name, absent when there is none.
func member(v value, name string) value {
	switch v.kind {
	case kindDict:
		out, _ := v.dict().get(textValue(name))
		return out
	case kindNamespace:
		out, _ := v.ref.(*namespace).fields.get(textValue(name))
		return out
	case kindLoop:
		return v.ref.(*loop).member(name)
	case kindTime:
		return timeMember(v.time(), name)
	}
	return value{}
}

// indexExpr compiles of[at].
func indexExpr(of, at expr, what string) expr {
	missing := undefined(what)
	return func(r *run) (value, error) {
		v, err := of(r)
		if err != nil {
			return value{}, err
		}
		if v.kind == kindUndefined {
			return value{}, errUndefined(v)
		}
		key, err := at(r)
		if err != nil {
			return value{}, err
		}
		out := item(v, key)
		if out.kind == kindAbsent {
			return missing, nil
		}
		return out, nil
	}
}

// item is v[key], absent when there is none.
func item(v, key value) value {
	switch v.kind {
	case kindDict, kindNamespace:
		if v.kind == kindDict {
			out, _ := v.dict().get(key)
			return out
		}
	case kindList, kindTuple:
		if i, ok := position(key, len(v.items())); ok {
			return v.items()[i]
		}
	case kindText:
		return letter(v.text, key)
	}
	if key.kind == kindText && v.kind != kindDict {
		return member(v, key.text)
	}
	return value{}
}

// position turns an index, from the end when negative, into one below n.
func position(key value, n int) (int, bool) {
	if key.kind != kindInt && key.kind != kindBool {
		return 0, false
	}
	i := key.integer()
	if i < 0 {
		i += int64(n)
	}
	return int(i), i >= 0 && i < int64(n)
}

// letter is the text of one letter.
func letter(s string, key value) value {
	i, ok := position(key, utf8.RuneCountInString(s))
	if !ok {
		return value{}
	}
	from := runeOffset(s, i)
	_, n := utf8.DecodeRuneInString(s[from:])
	return textValue(s[from : from+n])
}

// runeOffset is where the letter i of s begins.
func runeOffset(s string, i int) int {
	at := 0
	for ; i > 0 && at < len(s); i-- {
		_, n := utf8.DecodeRuneInString(s[at:])
		at += n
	}
	return at
}

// sliceExpr compiles args[0][args[1]:args[2]:args[3]].
func sliceExpr(args []expr) expr {
	return func(r *run) (value, error) {
		var parts [4]value
		for i, arg := range args {
			if arg == nil {
				continue
			}
			var err error
			if parts[i], err = arg(r); err != nil {
				return value{}, err
			}
		}
		return r.slice(parts[0], parts[1], parts[2], parts[3])
	}
}

func (r *run) slice(v, from, to, step value) (value, error) {
	if v.kind != kindText && !v.isSequence() {
		return value{}, wrongKind("a part from and to", v)
	}
	items, err := r.iterate(v)
	if err != nil {
		return value{}, err
	}
	by, ok := bound(step, 1)
	if !ok || by == 0 {
		return value{}, wrongKind("the step of a part", step)
	}
	low, high := clampSlice(len(items), by)
	start, end := low, high
	if by < 0 {
		start, end = high, low
	}
	if start, ok = sliceBound(from, start, len(items), low, high); !ok {
		return value{}, wrongKind("the beginning of a part", from)
	}
	if end, ok = sliceBound(to, end, len(items), low, high); !ok {
		return value{}, wrongKind("the end of a part", to)
	}
	var out []value
	for i := start; by > 0 && i < end || by < 0 && i > end; i += by {
		out = append(out, items[i])
	}
	if v.kind == kindText {
		return r.concat(out)
	}
	sliced, err := r.list(out)
	sliced.kind = v.kind
	return sliced, err
}

// clampSlice bounds where a slice may begin and end.
func clampSlice(n, by int) (low, high int) {
	if by < 0 {
		return -1, n - 1
	}
	return 0, n
}

// bound reads a part of a slice; steps are kept small enough to be added.
func bound(v value, other int) (int, bool) {
	switch v.kind {
	case kindAbsent, kindNone:
		return other, true
	case kindInt, kindBool:
		return int(max(min(v.integer(), math.MaxInt32), -math.MaxInt32)), true
	}
	return 0, false
}

func sliceBound(v value, other, n, low, high int) (int, bool) {
	if v.kind == kindAbsent || v.kind == kindNone {
		return other, true
	}
	i, ok := bound(v, other)
	if i < 0 {
		i += n
	}
	return max(low, min(high, i)), ok
}
