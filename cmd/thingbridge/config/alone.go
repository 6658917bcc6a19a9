package config

import "fmt"

// Alone is what a [Section] can have too: a part of the machine that no other adapter
// can use at the same time, such as a serial port.
type Alone interface {
	// Alone returns the key that names it, and what it is, which is the same for all
	// of its names; empty: it is not known.
	Alone() (key, what string)
}

// checkAlone reports adapters that cannot both have what they name.
func (b *binder) checkAlone(root *node, adapters []Adapter) {
	list := root.find("adapters")
	if list == nil {
		return
	}
	type owner struct {
		name string
		line int
	}
	owners := make(map[string]owner)
	for i, a := range adapters {
		section, ok := a.Section.(Alone)
		if !ok {
			continue
		}
		key, what := section.Alone()
		if what == "" {
			continue
		}
		what = a.Kind + " " + what
		line := list.lineOf(fmt.Sprintf("[%d].%s", i, key))
		if first, taken := owners[what]; taken {
			b.rep.addf(line, "adapters."+a.Name+"."+key, "the adapter %s has it too, in line %d; give each its own, or remove one", shorten(first.name), first.line)
			continue
		}
		owners[what] = owner{a.Name, line}
	}
}
