package config

import (
	"fmt"
	"reflect"
	"strings"

	"thingbridge/devices"
)

// adapter reads a section of "adapters": the name and the kind first, then the
// other keys into what the kind makes of them.
func (b *binder) adapter(n *node, path string, v reflect.Value) {
	if n.form != formMapping {
		b.wrong(n, path, "keys and values")
		return
	}
	a := v.Addr().Interface().(*Adapter)
	a.Name, a.Kind = b.word(n, path, "name"), b.word(n, path, "kind")
	switch _, err := devices.ParseID(a.Name); {
	case err == nil:
		path = "adapters." + a.Name
	case a.Name != "":
		b.rep.addf(n.lineOf("name"), join(path, "name"), "%q is no name for an adapter; use a-z, 0-9 and -, such as %q", shorten(a.Name), slugOf(a.Name))
	case !b.rep.isSettled(join(path, "name")):
		b.rep.add(n.line, join(path, "name"), `is missing; add for example "name: house"`)
	}
	kind, ok := b.kind(a.Kind)
	if !ok {
		b.unknownKind(n, path, a.Kind)
		return
	}
	a.Section = kind.Default(a.Name)
	for key, value := range map[string]reflect.Value{"approve": v.FieldByName("Approve"), "publish": v.FieldByName("Publish")} {
		if given := n.find(key); given != nil {
			b.bind(given, join(path, key), value)
		}
	}
	b.section(n, path, reflect.ValueOf(a.Section).Elem(), "name", "kind", "approve", "publish")
}

func slugOf(name string) string {
	if slug := devices.Slug(name); slug != "" {
		return string(slug)
	}
	return "house"
}

// word reads a required text of an adapter.
func (b *binder) word(n *node, path, key string) string {
	value, here := n.find(key), join(path, key)
	if value == nil {
		return ""
	}
	if !value.single() {
		b.wrong(value, here, "a text")
		return ""
	}
	return value.text
}

func (b *binder) kind(name string) (Kind, bool) {
	for _, k := range b.kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

func (b *binder) unknownKind(n *node, path, got string) {
	names := make([]string, len(b.kinds))
	for i, k := range b.kinds {
		names[i] = k.Name
	}
	here := join(path, "kind")
	if got == "" {
		if !b.rep.isSettled(here) {
			b.rep.addf(n.line, here, "is missing; the kinds are %s", strings.Join(names, ", "))
		}
		return
	}
	if near, ok := nearest(got, names); ok {
		b.rep.addf(n.lineOf("kind"), here, "%q is no kind of adapter; did you mean %q?", shorten(got), near)
		return
	}
	b.rep.addf(n.lineOf("kind"), here, "%q is no kind of adapter; use %s", shorten(got), strings.Join(names, ", "))
}

// checkNames reports adapters of the same name: logs and credentials could not
// tell them apart.
func (b *binder) checkNames(root *node, adapters []Adapter) {
	list := root.find("adapters")
	if list == nil {
		return
	}
	first := make(map[string]int, len(adapters))
	for i, a := range adapters {
		place := fmt.Sprintf("[%d].name", i)
		line := list.lineOf(place)
		before, twice := first[a.Name]
		if twice && a.Name != "" {
			b.rep.addf(line, "adapters"+place, "%q is the name of the adapter in line %d too; give each its own", shorten(a.Name), before)
			continue
		}
		first[a.Name] = line
	}
}
