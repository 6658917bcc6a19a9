package homeassistant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	maxAnnouncement = 512 << 10 // bytes; a bundle of 234 entities, the largest known, has some 250 KiB
	maxDepth        = 12        // objects and lists in one another; real ones have 5
	maxNodes        = 40_000    // values in one announcement; the largest known has some 8,000
)

// nodeKind is what a node is.
type nodeKind uint8

const (
	nullNode nodeKind = iota
	textNode
	numberNode
	booleanNode
	listNode
	objectNode
)

// node is a value of an announcement. Its zero value is null.
type node struct {
	kind    nodeKind
	text    string // of a text; of a number as it was written
	truth   bool
	list    []node
	members map[string]node
}

// parseObject reads an announcement, which must be one JSON object.
func parseObject(payload []byte) (map[string]node, error) {
	if len(payload) > maxAnnouncement {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", len(payload), maxAnnouncement)
	}
	p := nodeParser{decoder: json.NewDecoder(bytes.NewReader(payload))}
	p.decoder.UseNumber()
	root, err := p.node(0)
	if err != nil {
		return nil, err
	}
	if _, err := p.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the JSON object")
	}
	if root.kind != objectNode {
		return nil, errors.New("it is JSON, but not an object")
	}
	return root.members, nil
}

type nodeParser struct {
	decoder *json.Decoder
	count   int
}

func (p *nodeParser) node(depth int) (node, error) {
	token, err := p.decoder.Token()
	if err != nil {
		return node{}, fmt.Errorf("it is not JSON: %w", noEOF(err))
	}
	return p.from(token, depth)
}

func (p *nodeParser) from(token json.Token, depth int) (node, error) {
	if p.count++; p.count > maxNodes {
		return node{}, fmt.Errorf("it has more than %d values", maxNodes)
	}
	switch t := token.(type) {
	case string:
		return node{kind: textNode, text: t}, nil
	case json.Number:
		return node{kind: numberNode, text: t.String()}, nil
	case bool:
		return node{kind: booleanNode, truth: t}, nil
	case json.Delim:
		if depth >= maxDepth {
			return node{}, fmt.Errorf("objects stand more than %d deep in one another", maxDepth)
		}
		if t == '[' {
			return p.listNode(depth)
		}
		return p.objectNode(depth)
	}
	return node{}, nil
}

func (p *nodeParser) listNode(depth int) (node, error) {
	out := node{kind: listNode}
	for p.decoder.More() {
		n, err := p.node(depth + 1)
		if err != nil {
			return node{}, err
		}
		out.list = append(out.list, n)
	}
	return out, p.end()
}

func (p *nodeParser) objectNode(depth int) (node, error) {
	out := node{kind: objectNode, members: make(map[string]node)}
	for p.decoder.More() {
		token, err := p.decoder.Token()
		if err != nil {
			return node{}, fmt.Errorf("it is not JSON: %w", noEOF(err))
		}
		key, ok := token.(string)
		if !ok {
			return node{}, errors.New("it is not JSON: a key is no text")
		}
		n, err := p.node(depth + 1)
		if err != nil {
			return node{}, err
		}
		out.members[key] = n
	}
	return out, p.end()
}

func (p *nodeParser) end() error {
	if _, err := p.decoder.Token(); err != nil {
		return fmt.Errorf("it is not JSON: %w", noEOF(err))
	}
	return nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	return err
}

// plain is n as a text, the way Home Assistant makes one: true is "True". ok is
// false for a list, an object and null.
func (n node) plain() (text string, ok bool) {
	switch n.kind {
	case textNode, numberNode:
		return n.text, true
	case booleanNode:
		if n.truth {
			return "True", true
		}
		return "False", true
	}
	return "", false
}

// expand replaces short keys by long ones. Where both are there, the long one holds.
func expand(members map[string]node, short map[string]string) {
	for key, n := range members {
		long, ok := short[key]
		if !ok {
			continue
		}
		delete(members, key)
		if _, both := members[long]; !both {
			members[long] = n
		}
	}
}

// expandBase puts the base topic in the place of a ~ at the start or the end of
// each topic.
func expandBase(members map[string]node) {
	base, ok := members["~"].plain()
	delete(members, "~")
	if !ok {
		return
	}
	for key, n := range members {
		switch {
		case key == "availability":
			for i := range n.list {
				if n.list[i].kind == objectNode {
					expandTopic(n.list[i].members, "topic", base)
				}
			}
			if n.kind == objectNode {
				expandTopic(n.members, "topic", base)
			}
		case key == "topic" || strings.HasSuffix(key, "_topic"):
			expandTopic(members, key, base)
		}
	}
}

func expandTopic(members map[string]node, key, base string) {
	n := members[key]
	if n.kind != textNode || n.text == "" {
		return
	}
	if n.text[0] == '~' {
		n.text = base + n.text[1:]
	} else if strings.HasSuffix(n.text, "~") {
		n.text = n.text[:len(n.text)-1] + base
	}
	members[key] = n
}
