package config

import (
	"fmt"
	"strings"
)

// outline is where the keys of a file are, without their values: some are
// secrets.
type outline struct {
	line    int
	entries []outlineEntry
	items   []*outline
}

type outlineEntry struct {
	key   string
	line  int
	inner *outline // nil: there is nothing below the key
}

// Line returns the line, from 1, of what path names in the file from which c was
// loaded: xmpp.component.server, or adapters.house.devices[0].unit with the name
// of the adapter. For a secret, the key that names its file will do. What is not
// in the file has the line of the nearest thing around it that is. Line returns 0
// when c was not loaded from a file.
func (c *Config) Line(path string) int {
	if c.outline == nil {
		return 0
	}
	return c.outline.lineOf(c.numbered(path))
}

// Place returns where in the file a path is, for people: "thingbridge.yml:12". It is
// empty when c was not loaded from a file.
func (c *Config) Place(path string) string {
	line := c.Line(path)
	if line == 0 || c.file == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", c.file, line)
}

// DropLines gives back the memory that [Config.Line] needs, which returns 0 from now
// on: for who runs for years, and has asked for what there was to ask.
func (c *Config) DropLines() { c.outline = nil }

// numbered writes the adapter of a path as it stands in the list.
func (c *Config) numbered(path string) string {
	rest, ok := strings.CutPrefix(path, "adapters.")
	if !ok {
		return path
	}
	name, rest, _ := strings.Cut(rest, ".")
	for i, a := range c.Adapters {
		if a.Name == name {
			return join(fmt.Sprintf("adapters[%d]", i), rest)
		}
	}
	return "adapters"
}

func (o *outline) lineOf(path string) int {
	line := o.line
	for path != "" && o != nil {
		var s step
		s, path = firstStep(path)
		at, inner, ok := o.step(s)
		if !ok {
			break
		}
		line, o = at, inner
	}
	return line
}

// step goes one key or one index down; a key may have "_file" behind it.
func (o *outline) step(s step) (line int, inner *outline, ok bool) {
	if s.key == "" {
		if s.index < 0 || s.index >= len(o.items) {
			return 0, nil, false
		}
		inner = o.items[s.index]
		return inner.line, inner, true
	}
	for _, key := range []string{s.key, s.key + "_file"} {
		for _, e := range o.entries {
			if e.key == key {
				return e.line, e.inner, true
			}
		}
	}
	return 0, nil, false
}

// outliner makes an outline of a tree whose nodes may share their parts.
type outliner struct {
	made map[*node]*outline
	keys map[string]string // copies, so that the text of the file is not kept alive
}

func outlineOf(root *node) *outline {
	o := outliner{made: make(map[*node]*outline), keys: make(map[string]string)}
	return o.outline(root)
}

func (o *outliner) outline(n *node) *outline {
	if done, ok := o.made[n]; ok {
		return done
	}
	out := &outline{line: n.line}
	if len(n.items) > 0 {
		out.items = make([]*outline, 0, len(n.items))
	}
	for _, item := range n.items {
		out.items = append(out.items, o.outline(item))
	}
	if len(n.entries) > 0 {
		out.entries = make([]outlineEntry, 0, len(n.entries))
	}
	for _, e := range n.entries {
		entry := outlineEntry{key: o.key(e.key), line: e.line}
		if len(e.value.items)+len(e.value.entries) > 0 {
			entry.inner = o.outline(e.value)
		}
		out.entries = append(out.entries, entry)
	}
	o.made[n] = out
	return out
}

func (o *outliner) key(text string) string {
	if _, ok := o.keys[text]; !ok {
		kept := strings.Clone(text)
		o.keys[kept] = kept
	}
	return o.keys[text]
}
