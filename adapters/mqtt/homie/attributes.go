package homie

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"thingbridge/devices"
)

// maxArray bounds the elements of an array of nodes or of a range of properties.
const maxArray = 64

// gather makes the description of a device before version 5 of its attributes and
// the values that were heard.
func (d *device) gather() *description {
	out := &description{Name: d.attributes["$name"], Type: d.attributes["$fw/name"]}
	seen := d.seen()
	for _, id := range d.nodes(seen) {
		if out.size() >= devices.MaxProperties {
			break
		}
		out.Nodes = append(out.Nodes, d.node(id, id, seen))
		n := &out.Nodes[len(out.Nodes)-1]
		if array, ok := d.attributes[id+"/$array"]; ok {
			out.Nodes = append(out.Nodes[:len(out.Nodes)-1], d.elements(n, array, seen)...)
		}
	}
	for _, s := range stats {
		if _, heard := d.raw("$stats/" + s.id); heard || d.called["$stats/"+s.id] != "" {
			out.stats = append(out.stats, s)
		}
	}
	return out
}

// size is the number of properties.
func (described *description) size() (n int) {
	for i := range described.Nodes {
		n += len(described.Nodes[i].Properties)
	}
	return n
}

// elements are the nodes of an array: each has its values, and the attributes of
// the array where it has none of its own.
func (d *device) elements(array *node, span string, seen map[string][]string) (out []node) {
	from, to, ok := bounds(span)
	if !ok {
		return []node{*array}
	}
	for i := from; i <= to; i++ {
		id := fmt.Sprintf("%s_%d", array.ID, i)
		n := d.node(id, array.ID, seen)
		if n.Name = d.attributes[id+"/$name"]; n.Name == "" {
			n.Name = fmt.Sprintf("%s %d", cmp.Or(array.Name, array.ID), i)
		}
		out = append(out, n)
	}
	return out
}

func bounds(span string) (from, to int, ok bool) {
	first, last, _ := strings.Cut(span, "-")
	from, err1 := strconv.Atoi(strings.TrimSpace(first))
	to, err2 := strconv.Atoi(strings.TrimSpace(last))
	return from, to, err1 == nil && err2 == nil && from >= 0 && to >= from && to-from < maxArray
}

// seen are the nodes and their properties that have attributes or values, sorted.
func (d *device) seen() map[string][]string {
	all := make(map[string]map[string]bool)
	note := func(path string) {
		levels := strings.Split(path, "/")
		if len(levels) < 2 || strings.HasPrefix(levels[0], "$") {
			return
		}
		if all[levels[0]] == nil {
			all[levels[0]] = make(map[string]bool)
		}
		if !strings.HasPrefix(levels[1], "$") {
			all[levels[0]][levels[1]] = true
		}
	}
	for path := range d.attributes {
		note(path)
	}
	for path := range d.values {
		note(path)
	}
	for path := range d.guessed {
		note(path)
	}
	out := make(map[string][]string, len(all))
	for id, properties := range all {
		out[id] = slices.Sorted(maps.Keys(properties))
	}
	return out
}

// nodes are those that the device lists, or else those that were seen.
func (d *device) nodes(seen map[string][]string) (ids []string) {
	list, ok := d.attributes["$nodes"]
	if !ok {
		for _, id := range slices.Sorted(maps.Keys(seen)) {
			// An element of an array comes with its array.
			if i := strings.LastIndexByte(id, '_'); i < 0 || d.attributes[id[:i]+"/$array"] == "" {
				ids = append(ids, id)
			}
		}
		return ids
	}
	for _, id := range strings.Split(list, ",") {
		// Version 2 may say the type behind a colon.
		id, _, _ = strings.Cut(strings.TrimSuffix(strings.TrimSpace(id), "[]"), ":")
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// node describes a node whose attributes are those of another one, its array.
func (d *device) node(id, like string, seen map[string][]string) node {
	out := node{ID: id, Name: d.attributes[like+"/$name"], Type: d.attributes[like+"/$type"]}
	list, listed := d.attributes[like+"/$properties"]
	ids := seen[id]
	settable := make(map[string]bool)
	if listed {
		ids = nil
		for _, word := range strings.Split(list, ",") {
			word, flags, _ := strings.Cut(strings.TrimSpace(word), ":")
			for _, one := range expand(word) {
				if _, twice := settable[one]; one == "" || twice || len(ids) == devices.MaxProperties {
					continue
				}
				settable[one] = flags == "settable"
				ids = append(ids, one)
			}
		}
	}
	for _, one := range ids {
		p, ok := d.property(id, like, one)
		if settable[one] {
			p.Settable, p.Datatype = true, cmp.Or(p.Datatype, "string")
		}
		if ok || settable[one] {
			out.Properties = append(out.Properties, p)
		}
	}
	return out
}

// expand reads a range of properties of version 2: led[1-3].
func expand(word string) []string {
	id, span, ok := strings.Cut(strings.TrimSuffix(word, "]"), "[")
	if !ok {
		return []string{word}
	}
	from, to, ok := bounds(span)
	if !ok {
		return []string{id}
	}
	var out []string
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprintf("%s_%d", id, i))
	}
	return out
}

// property describes a property. ok is false where neither its type nor a value is
// known.
func (d *device) property(nodeID, like, id string) (p property, ok bool) {
	get := func(name string) string {
		return cmp.Or(d.attributes[nodeID+"/"+id+"/$"+name], d.attributes[like+"/"+id+"/$"+name])
	}
	p = property{ID: id, Name: get("name"), Datatype: get("datatype"), Format: get("format"), Unit: get("unit"),
		Settable: get("settable") == "true", Fleeting: get("retained") == "false"}
	if p.Datatype != "" {
		return p, true
	}
	path := nodeID + "/" + id
	raw, heard := d.raw(path)
	switch {
	case d.guessed[path] != "":
		p.Datatype = d.guessed[path]
	case heard:
		p.Datatype = typeOf(raw)
		if len(d.guessed) < devices.MaxProperties {
			d.guessed[path] = p.Datatype
		}
	case p.Settable:
		p.Datatype = "string"
	default:
		return p, false
	}
	return p, true
}

// raw is the last value on a path.
func (d *device) raw(path string) (string, bool) {
	if v, ok := d.values[path]; ok {
		return v.payload, true
	}
	for _, b := range d.bindings {
		if b.path == path && len(b.raw) > 0 {
			return string(b.raw), true
		}
	}
	return "", false
}

// typeOf guesses the datatype of a value.
func typeOf(raw string) string {
	if raw == "true" || raw == "false" {
		return "boolean"
	}
	if _, ok := parseDecimal([]byte(raw)); ok {
		return "float"
	}
	return "string"
}
