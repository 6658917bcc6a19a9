package config

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// maxValues bounds what aliases can make of a small file: the values of the tree
// as if each alias were written out.
const maxValues = 200_000

// form is what a value looks like in the file.
type form uint8

const (
	formNull form = iota
	formBad       // reported already; nothing more is said of it
	formText
	formNumber
	formBoolean
	formList
	formMapping
)

// node is one value of the file, free of the YAML library. Aliased values share
// their parts, so nobody changes a node.
type node struct {
	form    form
	text    string // of a text, number or boolean, as it is written
	line    int    // where its key stands, or the value when it has none
	items   []*node
	entries []entry
}

type entry struct {
	key   string
	line  int
	value *node
}

// find returns the value of a key, the last one if there are several, or nil.
func (n *node) find(key string) *node {
	for i := len(n.entries) - 1; i >= 0; i-- {
		if n.entries[i].key == key {
			return n.entries[i].value
		}
	}
	return nil
}

func (n *node) at(line int) *node {
	c := *n
	c.line = line
	return &c
}

// treeBuilder makes nodes of the syntax tree.
type treeBuilder struct {
	rep     *reporter
	anchors map[string]*node
	budget  int
}

// node returns the value of a. It is bad where something is reported.
func (t *treeBuilder) node(a ast.Node) *node {
	if a == nil {
		return &node{line: 1}
	}
	line := lineOf(a)
	t.budget--
	if t.budget < 0 {
		t.rep.add(line, "", "the file holds too many values; use fewer aliases")
		return &node{form: formBad, line: line}
	}
	switch a := a.(type) {
	case *ast.NullNode:
		return &node{line: line}
	case *ast.AnchorNode:
		n := t.node(a.Value)
		t.anchors[name(a.Name)] = n
		return n
	case *ast.AliasNode:
		return t.alias(a, line)
	case *ast.MappingNode:
		return t.mapping(line, a.Values)
	case *ast.MappingValueNode:
		return t.mapping(line, []*ast.MappingValueNode{a})
	case *ast.SequenceNode:
		n := &node{form: formList, line: line, items: make([]*node, 0, len(a.Values))}
		for _, item := range a.Values {
			n.items = append(n.items, t.node(item))
		}
		return n
	}
	return t.scalar(a, line)
}

func (t *treeBuilder) scalar(a ast.Node, line int) *node {
	text := a.GetToken().Value
	switch a := a.(type) {
	case *ast.BoolNode:
		return &node{form: formBoolean, text: text, line: line}
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return &node{form: formNumber, text: text, line: line}
	case *ast.LiteralNode:
		return &node{form: formText, text: a.Value.Value, line: line}
	case *ast.StringNode:
		return &node{form: formText, text: a.Value, line: line}
	}
	t.rep.add(line, "", "this part of YAML is not understood; write it as text in quotes")
	return &node{form: formBad, line: line}
}

func (t *treeBuilder) alias(a *ast.AliasNode, line int) *node {
	anchor, ok := t.anchors[name(a.Value)]
	if !ok {
		t.rep.addf(line, "", "the alias *%s names no anchor before it; put a text that starts with * in quotes", shorten(name(a.Value)))
		return &node{form: formBad, line: line}
	}
	return anchor.at(line)
}

func (t *treeBuilder) mapping(line int, values []*ast.MappingValueNode) *node {
	n := &node{form: formMapping, line: line}
	var merged []entry
	for _, v := range values {
		keyLine := lineOf(v.Key)
		value := t.node(v.Value).at(keyLine)
		if v.Key.IsMergeKey() {
			merged = append(merged, t.merge(value)...)
			continue
		}
		key, ok := keyText(v.Key)
		if !ok {
			t.rep.add(keyLine, "", "a key must be a plain word; write \"key: value\"")
			continue
		}
		n.entries = append(n.entries, entry{key: key, line: keyLine, value: value})
	}
	for _, e := range merged { // the keys of the mapping itself win, then the first merged ones
		t.budget -= 1 + len(n.entries)/16 // finding is linear
		if t.budget < 0 {
			break
		}
		if n.find(e.key) == nil {
			n.entries = append(n.entries, e)
		}
	}
	return n
}

// merge returns the entries that the value of a merge key brings.
func (t *treeBuilder) merge(value *node) []entry {
	switch value.form {
	case formMapping:
		return value.entries
	case formList:
		var entries []entry
		for _, item := range value.items {
			t.budget -= len(item.entries)
			if item.form != formMapping || t.budget < 0 {
				t.rep.add(value.line, "", "<< takes an alias of keys and values, or a list of such")
				return nil
			}
			entries = append(entries, item.entries...)
		}
		return entries
	}
	t.rep.add(value.line, "", "<< takes an alias of keys and values, or a list of such")
	return nil
}

// keyText returns a key as it is written; ok is false when it is no scalar.
func keyText(key ast.MapKeyNode) (text string, ok bool) {
	switch key := key.(type) {
	case *ast.StringNode:
		return key.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return key.GetToken().Value, true
	}
	return "", false
}

func name(a ast.Node) string {
	if t := tokenOf(a); t != nil {
		return t.Value
	}
	return ""
}

// lineOf returns the line of a, from 1.
func lineOf(a ast.Node) int {
	if t := tokenOf(a); t != nil && t.Position != nil {
		return max(t.Position.Line, 1)
	}
	return 1
}

func tokenOf(a ast.Node) *token.Token {
	if a == nil {
		return nil
	}
	return a.GetToken()
}
