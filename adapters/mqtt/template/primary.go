package template

import (
	"fmt"
	"strings"
)

// postfix reads a primary with the members, indexes and calls behind it.
func (p *parser) postfix() (*node, error) {
	expr, err := p.primary()
	for length := 0; err == nil; length++ {
		t := p.peek()
		if length > maxNesting {
			return nil, unsupported(p.text, t.pos, fmt.Sprintf("a path of more than %d parts", maxNesting))
		}
		switch {
		case p.takeOp("."):
			expr, err = p.member(expr)
		case p.takeOp("["):
			expr, err = p.index(expr)
		case p.takeOp("("):
			expr, err = p.call(expr, t)
		default:
			return expr, nil
		}
	}
	return nil, err
}

// member reads what follows a point: a name, or an index in digits.
func (p *parser) member(of *node) (*node, error) {
	t := p.next()
	switch t.kind {
	case tokenName:
		return p.node(nodeMember, of.at, t.text, of)
	case tokenInt:
		lit, err := p.number(t)
		if err != nil {
			return nil, err
		}
		return p.node(nodeIndex, of.at, "", of, lit)
	}
	return nil, p.wrong(t, "want a name")
}

// index reads [i] or [from:to:step] after its opening bracket.
func (p *parser) index(of *node) (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	var parts [3]*node
	at, slice := 0, false
	for !p.takeOp("]") {
		switch {
		case p.takeOp(":"):
			slice = true
			if at++; at == len(parts) {
				return nil, syntaxError(p.text, p.peek().pos, "a slice has at most three parts")
			}
		case parts[at] != nil:
			return nil, p.wrong(p.peek(), `want "]"`)
		default:
			part, err := p.expression()
			if err != nil {
				return nil, err
			}
			parts[at] = part
		}
	}
	if slice {
		return p.node(nodeSlice, of.at, "", of, parts[0], parts[1], parts[2])
	}
	if parts[0] == nil {
		return nil, syntaxError(p.text, p.peek().pos, "the brackets hold no index")
	}
	return p.node(nodeIndex, of.at, "", of, parts[0])
}

// call turns a name into a function and a member into a method.
func (p *parser) call(of *node, bracket token) (*node, error) {
	var n *node
	var err error
	switch of.kind {
	case nodeName:
		n, err = p.node(nodeCall, of.at, of.name)
	case nodeMember:
		n, err = p.node(nodeMethod, of.at, of.name, of.args[0])
	default:
		return nil, unsupported(p.text, bracket.pos, "a call of something that is no name")
	}
	if err != nil {
		return nil, err
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	return n, p.arguments(n)
}

func (p *parser) primary() (*node, error) {
	t := p.next()
	switch t.kind {
	case tokenName:
		return p.named(t)
	case tokenText:
		return p.adjacent(t)
	case tokenInt, tokenFloat:
		return p.number(t)
	case tokenOp:
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave()
		switch t.text {
		case "(":
			return p.brackets(t)
		case "[":
			return p.list(t)
		case "{":
			return p.dict(t)
		}
	}
	return nil, p.wrong(t, "want a value")
}

// named reads a constant or the name of a variable.
func (p *parser) named(t token) (*node, error) {
	switch t.text {
	case "true", "True":
		return p.literal(t, boolValue(true))
	case "false", "False":
		return p.literal(t, boolValue(false))
	case "none", "None":
		return p.literal(t, noneValue)
	}
	if isOperatorName(t.text) {
		return nil, p.wrong(t, "want a value")
	}
	return p.node(nodeName, t.pos, t.text)
}

func (p *parser) literal(t token, v value) (*node, error) {
	n, err := p.node(nodeLiteral, t.pos, "")
	if err == nil {
		n.lit = v
	}
	return n, err
}

// adjacent joins texts that stand side by side.
func (p *parser) adjacent(t token) (*node, error) {
	if p.peek().kind != tokenText {
		return p.literal(t, textValue(t.text))
	}
	var b strings.Builder
	b.WriteString(t.text)
	for p.peek().kind == tokenText {
		b.WriteString(p.next().text)
	}
	return p.literal(t, textValue(b.String()))
}

func (p *parser) number(t token) (*node, error) {
	v, ok := numberValue(t)
	if !ok {
		return nil, syntaxError(p.text, t.pos, quoted(t.text)+" is no number")
	}
	return p.literal(t, v)
}

// brackets reads (x), or a tuple.
func (p *parser) brackets(t token) (*node, error) {
	if p.takeOp(")") {
		return p.node(nodeTuple, t.pos, "")
	}
	expr, err := p.tuple()
	if err != nil {
		return nil, err
	}
	return expr, p.expect(tokenOp, ")")
}

func (p *parser) list(t token) (*node, error) {
	var items []*node
	for !p.takeOp("]") {
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if !p.isOp("]") && !p.takeOp(",") {
			return nil, p.wrong(p.peek(), `want "," or "]"`)
		}
	}
	return p.node(nodeList, t.pos, "", items...)
}

func (p *parser) dict(t token) (*node, error) {
	var pairs []*node
	for !p.takeOp("}") {
		key, err := p.expression()
		if err != nil {
			return nil, err
		}
		if err := p.expect(tokenOp, ":"); err != nil {
			return nil, err
		}
		item, err := p.expression()
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, key, item)
		if !p.isOp("}") && !p.takeOp(",") {
			return nil, p.wrong(p.peek(), `want "," or "}"`)
		}
	}
	return p.node(nodeDict, t.pos, "", pairs...)
}
