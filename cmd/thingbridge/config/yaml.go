package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// Limits of what is handed to the YAML parser, which needs time in the square of
// some of them and a stack frame for each level.
const (
	maxDepth   = 64      // levels; the deepest of ours is 8
	maxAnchors = 1000    // anchors and aliases in a file
	maxTokens  = 500_000 // keys, values, signs and comments; some 20000 devices
)

// syntaxRemedies says in plain words what the messages of the parser mean.
var syntaxRemedies = map[string]string{
	"non-map value is specified":                                         `the line is not "key: value"; is the blank after the colon missing?`,
	"unexpected key name":                                                `the line is not "key: value"; is the blank after the colon missing?`,
	"mapping value is not allowed in this context":                       `no key can stand here; indent it like its neighbours, or put a text with ": " in it in quotes`,
	"value is not allowed in this context":                               "no value can stand here; indent it like its neighbours",
	"value is not allowed in this context. map key-value is pre-defined": "no value can stand here; put the whole text in quotes",
	"block sequence entries are not allowed in this context":             `no list can start here; put "- " on a line of its own`,
	"',' or ']' must be specified":                                       "the list before this is not closed; write ] at its end, a comma between its values, or quotes around a text that has [ or ]",
	"sequence end token ']' not found":                                   "the list is not closed; write ] at its end",
	"',' or '}' must be specified":                                       "the { before this is not closed; write } at its end, a comma between its keys, or quotes around a text that has { or }",
	"could not find flow mapping end token '}'":                          "the { is not closed; write } at its end",
	"could not find end character of single-quoted text":                 "the quote is not closed; write ' at its end",
	"could not find end character of double-quoted text":                 `the quote is not closed; write " at its end`,
	"could not find '[' character corresponding to ']'":                  "a ] closes nothing; remove it, or put the text in quotes",
	"could not find '{' character corresponding to '}'":                  "a } closes nothing; remove it, or put the text in quotes",
	"unexpected directive value. document not started":                   "no value starts with %; put the text in quotes",
	"tab character cannot use as a map key directly":                     "a tab stands before a key; YAML wants blanks",
	"could not find multi-line content":                                  "a text that starts with | or > goes on in the next lines, indented; put it in quotes if it shall not",
	"map key definition includes an implicit line break":                 `the line is not "key: value"; is the blank after the colon missing?`,
	"could not find flow map content":                                    "a key between { and } lacks its value; write {key: value}",
	"unexpected map key":                                                 `a key is missing before the colon; write "key: value"`,
	"'@' is a reserved character":                                        "no text starts with @; put it in quotes",
	"'`' is a reserved character":                                        "no text starts with `; put it in quotes",
	"undefined alias name":                                               "an alias * has no name; put the text in quotes",
	"undefined anchor name":                                              "an anchor & has no name; put the text in quotes",
}

// parse turns text into a tree. When it cannot, it reports why and returns nil.
func parse(text string, rep *reporter) *node {
	text, ok := checkText(text, rep)
	if !ok {
		return nil
	}
	file := parseYAML(text, rep)
	if file == nil {
		return nil
	}
	body := document(file, rep)
	if body == nil {
		return nil
	}
	t := treeBuilder{rep: rep, anchors: make(map[string]*node), budget: maxValues}
	return t.node(body)
}

// parseYAML runs the parser. A panic of it is a defect that must cost an
// installer a message, not the program.
func parseYAML(text string, rep *reporter) (file *ast.File) {
	defer func() {
		if r := recover(); r != nil {
			rep.add(1, "", "the file is not valid YAML in a way that cannot be told; compare it with thingbridge.example.yml")
			file = nil
		}
	}()
	tokens, ok := scan(text, rep)
	if !ok {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		rep.add(explainSyntax(err))
		return nil
	}
	return file
}

func explainSyntax(err error) (line int, path, problem string) {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		return 1, "", "the file is not valid YAML; compare it with thingbridge.example.yml"
	}
	line = 1
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		line = max(t.Position.Line, 1)
	}
	if remedy, ok := syntaxRemedies[syntax.Message]; ok {
		return line, "", remedy
	}
	return line, "", fmt.Sprintf("not valid YAML: %s; put texts with special characters in quotes", syntax.Message)
}

// document returns the body of the only document of a file.
func document(file *ast.File, rep *reporter) ast.Node {
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			line := doc.Body.GetToken().Position.Line
			if doc.Start != nil {
				line = doc.Start.Position.Line
			}
			rep.add(line, "", "a second document starts here; a configuration is one: remove the ---")
			return nil
		}
		body = doc.Body
	}
	if body == nil {
		rep.add(1, "", "the file is empty; start from thingbridge.example.yml")
	}
	return body
}

// scan cuts text into tokens. It refuses what the parser would take, but slowly
// or with a stack that grows without bound, and what a configuration has no use
// for.
func scan(text string, rep *reporter) (tokens token.Tokens, ok bool) {
	var s scanner.Scanner
	s.Init(text)
	var c census
	for {
		some, err := s.Scan()
		if err != nil { // io.EOF; what cannot be scanned is a token that says so
			return tokens, true
		}
		tokens.Add(some...)
		for _, t := range some {
			if problem := c.refuse(t); problem != "" {
				rep.add(max(t.Position.Line, 1), "", problem)
				return nil, false
			}
		}
	}
}

// census counts the tokens of a file.
type census struct {
	tokens, anchors int
	nesting         nesting
}

// refuse counts t and says why the file cannot be taken, or returns "".
func (c *census) refuse(t *token.Token) (problem string) {
	c.tokens++
	switch t.Type {
	case token.TagType:
		return fmt.Sprintf("tags such as %q are not understood; remove it (a secret of its own file is x_file)", shorten(t.Value))
	case token.DirectiveType:
		return "directives that start with % are not understood; remove the line, or put the text in quotes"
	case token.MappingKeyType:
		return `keys that start with "? " are not understood; write "key: value"`
	case token.AnchorType, token.AliasType:
		c.anchors++
	}
	switch {
	case c.nesting.step(t) > maxDepth:
		return fmt.Sprintf("the file is nested deeper than %d levels; indent less", maxDepth)
	case c.anchors > maxAnchors:
		return fmt.Sprintf("the file has more than %d anchors and aliases; write the values out", maxAnchors)
	case c.tokens > maxTokens:
		return "the file is too long for a configuration; start from thingbridge.example.yml"
	}
	return ""
}

// nesting follows how deep a token stands, as near as can be told without
// parsing, and never too shallow.
type nesting struct {
	flow    int   // open brackets and braces
	inline  int   // keys inside them since the last comma
	columns []int // of the keys and dashes that are open around this
}

func (n *nesting) step(t *token.Token) int {
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		n.flow++
	case token.SequenceEndType, token.MappingEndType:
		n.flow, n.inline = max(n.flow-1, 0), 0
	case token.CollectEntryType:
		n.inline = 0
	case token.SequenceEntryType:
		n.open(t.Position.Column)
	case token.MappingValueType:
		if t.Prev != nil {
			n.open(t.Prev.Position.Column)
		}
	}
	return n.flow + n.inline + len(n.columns)
}

func (n *nesting) open(column int) {
	if n.flow > 0 {
		n.inline++
		return
	}
	for len(n.columns) > 0 && n.columns[len(n.columns)-1] >= column {
		n.columns = n.columns[:len(n.columns)-1]
	}
	n.columns = append(n.columns, column)
}
