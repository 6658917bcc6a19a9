package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// binder sets the values of Go structs from the tree, and reports what does not
// fit. It goes on after each mistake.
type binder struct {
	source source
	kinds  []Kind
	rep    *reporter
	budget int // values still to be read; aliases can make many of a few
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	adapterType  = reflect.TypeFor[Adapter]()
)

// root reads the whole file into c.
func (b *binder) root(n *node, c *Config) {
	b.bind(n, "", reflect.ValueOf(c).Elem())
	b.checkNames(n, c.Adapters)
	b.checkPublish(n, c.Adapters)
	b.checkAlone(n, c.Adapters)
}

// bind reads n into v, which can be set.
func (b *binder) bind(n *node, path string, v reflect.Value) {
	b.budget--
	if b.budget == -1 {
		b.rep.add(n.line, "", "the aliases stand for too many values; use fewer of them")
	}
	if b.budget < 0 {
		return
	}
	if n.form == formBad {
		b.rep.settle(path)
		return
	}
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		b.text(n, path, u)
		return
	}
	switch {
	case v.Type() == durationType:
		b.duration(n, path, v)
	case v.Type() == adapterType:
		b.adapter(n, path, v)
	case v.Kind() == reflect.Struct:
		b.section(n, path, v)
	case v.Kind() == reflect.Pointer:
		b.optional(n, path, v)
	case v.Kind() == reflect.Slice:
		b.list(n, path, v)
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		b.table(n, path, v)
	default:
		b.scalar(n, path, v)
	}
}

// section reads a struct. own are keys of the mapping that somebody else reads.
func (b *binder) section(n *node, path string, v reflect.Value, own ...string) {
	if n.form != formMapping && n.form != formNull {
		b.wrong(n, path, "keys and values")
		return
	}
	fields := fieldsOf(v)
	given := b.keys(n, path, append(own, keysOf(fields)...))
	for _, f := range fields {
		b.field(n, path, f, given)
	}
	b.files(n, path, fields)
	b.validate(n, path, v)
}

// keys returns what the mapping n gives for each of the known keys, and reports
// the others and those that are there twice.
func (b *binder) keys(n *node, path string, known []string) map[string]*node {
	given := make(map[string]*node, len(n.entries))
	lines := make(map[string]int, len(n.entries))
	isKnown := make(map[string]bool, len(known))
	for _, key := range known {
		isKnown[key] = true
	}
	for _, e := range n.entries {
		first, twice := lines[e.key]
		lines[e.key] = e.line
		switch {
		case !isKnown[e.key]:
			b.unknown(e, path, known)
		case twice:
			b.rep.addf(e.line, join(path, e.key), "is there twice, first in line %d; remove one", first)
		default:
			given[e.key] = e.value
		}
	}
	return given
}

func (b *binder) unknown(e entry, path string, known []string) {
	if !isWord(e.key) {
		// It may be a secret in the wrong place, so it is not repeated.
		b.rep.add(e.line, path, `a line here is no key; write "key: value", with a blank after the colon`)
		return
	}
	if near, ok := nearest(e.key, known); ok {
		b.rep.settle(join(path, near))
		b.rep.addf(e.line, join(path, e.key), "unknown key; did you mean %q?", near)
		return
	}
	if home, ok := homeOf(e.key, "", reflect.ValueOf(&Config{}).Elem()); ok {
		b.rep.settle(join(home, e.key))
		b.rep.addf(e.line, join(path, e.key), "this key belongs under %s; move it there, and indent it like its neighbours", home)
		return
	}
	b.rep.addf(e.line, join(path, e.key), "unknown key; %s", offer(known))
}

// offer names the keys that a person can choose from.
func offer(known []string) string {
	if len(known) == 0 {
		return "no key can stand here"
	}
	return "the keys here are " + strings.Join(known, ", ")
}

// field reads one field of the section n.
func (b *binder) field(n *node, path string, f field, given map[string]*node) {
	here := join(path, f.key)
	value := given[f.key]
	switch {
	case f.secret:
		b.secret(n, here, f, value, given[f.fileKey()])
	case value != nil:
		b.bind(value, here, f.value)
	case isSection(f.value):
		b.bind(&node{line: n.line}, here, f.value)
	case f.required && !b.rep.isSettled(here):
		b.rep.add(n.line, here, "is missing; "+f.remedy())
	}
}

// isSection reports whether v is read from a mapping that may be absent, with its
// defaults then and its own idea of what is required.
func isSection(v reflect.Value) bool {
	if v.Kind() != reflect.Struct {
		return false
	}
	_, scalar := v.Addr().Interface().(encoding.TextUnmarshaler)
	return !scalar
}

func (b *binder) optional(n *node, path string, v reflect.Value) {
	if n.form == formNull {
		return
	}
	target := fresh(v.Type().Elem())
	b.bind(n, path, target)
	v.Set(target.Addr())
}

func (b *binder) list(n *node, path string, v reflect.Value) {
	switch n.form {
	case formNull:
		return
	case formList:
	case formMapping:
		b.rep.add(n.line, path, `got keys and values, want a list; start each element with "- "`)
		return
	default:
		b.rep.add(n.line, path, "got a single value, want a list; put it in brackets: [value]")
		return
	}
	list := reflect.MakeSlice(v.Type(), 0, len(n.items))
	for i, item := range n.items {
		if b.budget < 0 {
			break
		}
		element := fresh(v.Type().Elem())
		b.bind(item, fmt.Sprintf("%s[%d]", path, i), element)
		list = reflect.Append(list, element)
	}
	v.Set(list)
}

func (b *binder) table(n *node, path string, v reflect.Value) {
	if n.form == formNull {
		return
	}
	if n.form != formMapping {
		b.wrong(n, path, "keys and values")
		return
	}
	table := reflect.MakeMapWithSize(v.Type(), len(n.entries))
	for _, e := range n.entries {
		here := join(path, shorten(e.key))
		key := reflect.ValueOf(e.key).Convert(v.Type().Key())
		if table.MapIndex(key).IsValid() {
			b.rep.add(e.line, here, "is there twice; remove one")
			continue
		}
		element := fresh(v.Type().Elem())
		b.bind(e.value, here, element)
		table.SetMapIndex(key, element)
	}
	v.Set(table)
}

// fresh returns a value that can be set, with the defaults of its type.
func fresh(t reflect.Type) reflect.Value {
	p := reflect.New(t)
	if d, ok := p.Interface().(interface{ SetDefaults() }); ok {
		d.SetDefaults()
	}
	return p.Elem()
}

// validate lets a section look at itself, and finds the lines of what it reports.
func (b *binder) validate(n *node, path string, v reflect.Value) {
	section, ok := v.Addr().Interface().(Section)
	if !ok {
		return
	}
	section.Validate(func(inner, problem string) {
		here := join(path, inner)
		if !b.rep.isSettled(here) {
			b.rep.add(n.lineOf(inner), here, problem)
		}
	})
}
