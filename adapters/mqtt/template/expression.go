package template

import (
	"fmt"
	"slices"
)

// Operators bind as in Jinja2, from loose to tight: if-else, or, and, not,
// comparisons, + and -, ~, * / // %, **, signs, then members, filters and tests.

// node makes a node and counts it.
func (p *parser) node(k nodeKind, at int, name string, args ...*node) (*node, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, unsupported(p.text, at, "too many parts")
	}
	return &node{kind: k, at: at, name: name, args: args}, nil
}

// tuple reads an expression, or several with commas between them.
func (p *parser) tuple() (*node, error) { return p.commas((*parser).expression) }

// tupleWithoutIf is tuple where "if" begins something else.
func (p *parser) tupleWithoutIf() (*node, error) { return p.commas((*parser).or) }

func (p *parser) commas(item func(*parser) (*node, error)) (*node, error) {
	first, err := item(p)
	if err != nil || !p.isOp(",") {
		return first, err
	}
	args := []*node{first}
	for p.takeOp(",") {
		if t := p.peek(); t.kind == tokenClose || t.kind == tokenTagClose || p.isOp(")") {
			break
		}
		arg, err := item(p)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return p.node(nodeTuple, first.at, "", args...)
}

// expression reads one expression with its if-else.
func (p *parser) expression() (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	expr, err := p.or()
	for err == nil && p.takeName("if") {
		var cond, other *node
		if cond, err = p.or(); err != nil {
			return nil, err
		}
		if p.takeName("else") {
			if other, err = p.expression(); err != nil {
				return nil, err
			}
		}
		expr, err = p.node(nodeIf, expr.at, "if", expr, cond, other)
	}
	return expr, err
}

func (p *parser) or() (*node, error) {
	left, err := p.and()
	for err == nil && p.takeName("or") {
		left, err = p.binary(nodeOr, "or", left, (*parser).and)
	}
	return left, err
}

func (p *parser) and() (*node, error) {
	left, err := p.negation()
	for err == nil && p.takeName("and") {
		left, err = p.binary(nodeAnd, "and", left, (*parser).negation)
	}
	return left, err
}

// binary reads the right side of an operator.
func (p *parser) binary(k nodeKind, name string, left *node, side func(*parser) (*node, error)) (*node, error) {
	right, err := side(p)
	if err != nil {
		return nil, err
	}
	return p.node(k, left.at, name, left, right)
}

func (p *parser) negation() (*node, error) {
	at := p.peek().pos
	if !p.takeName("not") {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	arg, err := p.negation()
	if err != nil {
		return nil, err
	}
	return p.node(nodeUnary, at, "not", arg)
}

// comparison reads a chain such as 1 < x <= 3.
func (p *parser) comparison() (*node, error) {
	left, err := p.sum()
	if err != nil {
		return nil, err
	}
	chain := []*node{left}
	for {
		t := p.peek()
		name, not := p.comparator()
		if name == "" {
			break
		}
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		link, err := p.node(nodeLink, t.pos, name, right)
		if err != nil {
			return nil, err
		}
		link.not = not
		chain = append(chain, link)
	}
	if len(chain) == 1 {
		return left, nil
	}
	return p.node(nodeCompare, left.at, "", chain...)
}

// comparator takes a comparing operator, if one comes next.
func (p *parser) comparator() (name string, not bool) {
	t := p.peek()
	if t.kind == tokenOp && slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, t.text) {
		p.pos++
		return t.text, false
	}
	if p.takeName("in") {
		return "in", false
	}
	if p.isName("not") && p.tokens[p.pos+1].kind == tokenName && p.tokens[p.pos+1].text == "in" {
		p.pos += 2
		return "in", true
	}
	return "", false
}

// operation reads operators of one strength from left to right.
func (p *parser) operation(side func(*parser) (*node, error), names ...string) (*node, error) {
	left, err := side(p)
	for err == nil {
		t := p.peek()
		if t.kind != tokenOp || !slices.Contains(names, t.text) {
			break
		}
		p.pos++
		left, err = p.binary(nodeBinary, t.text, left, side)
	}
	return left, err
}

func (p *parser) sum() (*node, error) { return p.operation((*parser).concat, "+", "-") }

func (p *parser) concat() (*node, error) {
	first, err := p.product()
	if err != nil || !p.isOp("~") {
		return first, err
	}
	args := []*node{first}
	for p.takeOp("~") {
		arg, err := p.product()
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
	}
	return p.node(nodeConcat, first.at, "~", args...)
}

func (p *parser) product() (*node, error) {
	return p.operation((*parser).power, "*", "/", "//", "%")
}

func (p *parser) power() (*node, error) { return p.operation((*parser).filtered, "**") }

// filtered reads a signed value with its filters and tests, which take the
// value with its sign.
func (p *parser) filtered() (*node, error) {
	expr, err := p.signed()
	for err == nil {
		switch {
		case p.takeOp("|"):
			expr, err = p.filter(expr)
		case p.takeName("is"):
			expr, err = p.test(expr)
		default:
			return expr, nil
		}
	}
	return nil, err
}

func (p *parser) signed() (*node, error) {
	t := p.peek()
	if !p.takeOp("-") && !p.takeOp("+") {
		return p.postfix()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	arg, err := p.signed()
	if err != nil {
		return nil, err
	}
	return p.node(nodeUnary, t.pos, t.text, arg)
}

// filter reads the name and arguments of a filter.
func (p *parser) filter(in *node) (*node, error) {
	t, err := p.name()
	if err != nil {
		return nil, err
	}
	n, err := p.node(nodeFilter, t.pos, t.text, in)
	if err == nil && p.takeOp("(") {
		err = p.arguments(n)
	}
	return n, err
}

// test reads the name and arguments of a test; one argument needs no brackets.
func (p *parser) test(in *node) (*node, error) {
	not := p.takeName("not")
	t, err := p.name()
	if err != nil {
		return nil, err
	}
	n, err := p.node(nodeTest, t.pos, t.text, in)
	if err != nil {
		return nil, err
	}
	n.not = not
	if p.takeOp("(") {
		return n, p.arguments(n)
	}
	if !p.beginsArgument() {
		return n, nil
	}
	if p.isName("is") {
		return nil, syntaxError(p.text, p.peek().pos, `tests cannot be chained with "is"`)
	}
	arg, err := p.postfix()
	n.args = append(n.args, arg)
	return n, err
}

// beginsArgument reports whether an argument of a test follows without
// brackets.
func (p *parser) beginsArgument() bool {
	t := p.peek()
	switch t.kind {
	case tokenText, tokenInt, tokenFloat:
		return true
	case tokenName:
		return !slices.Contains([]string{"else", "or", "and", "if", "in", "not"}, t.text)
	case tokenOp:
		return t.text == "[" || t.text == "{"
	}
	return false
}

// arguments reads the arguments of n up to the closing bracket.
func (p *parser) arguments(n *node) error {
	for !p.takeOp(")") {
		t := p.peek()
		if t.kind == tokenOp && (t.text == "*" || t.text == "**") {
			return unsupported(p.text, t.pos, "arguments from a list or dictionary")
		}
		after := p.tokens[min(p.pos+1, len(p.tokens)-1)]
		byName := t.kind == tokenName && after.kind == tokenOp && after.text == "="
		if byName {
			p.pos += 2
		}
		arg, err := p.expression()
		if err != nil {
			return err
		}
		if byName {
			n.keyed = append(n.keyed, keyed{t.text, arg})
		} else if len(n.keyed) > 0 {
			return syntaxError(p.text, t.pos, "an argument without a name follows one with a name")
		} else {
			n.args = append(n.args, arg)
		}
		if !p.isOp(")") && !p.takeOp(",") {
			return p.wrong(p.peek(), `want "," or ")"`)
		}
	}
	return nil
}

func isConstant(name string) bool {
	return slices.Contains([]string{"true", "True", "false", "False", "none", "None"}, name)
}

func isOperatorName(name string) bool {
	return slices.Contains([]string{"and", "or", "not", "in", "is", "if", "else", "elif", "for"}, name)
}

// describe names an expression in the error that it is undefined.
func (n *node) describe() string {
	switch n.kind {
	case nodeName:
		return n.name
	case nodeMember:
		return n.args[0].describe() + "." + n.name
	case nodeIndex:
		if at := n.args[1]; at.kind == nodeLiteral {
			return fmt.Sprintf("%s[%s]", n.args[0].describe(), at.lit.describe())
		}
		return n.args[0].describe() + "[...]"
	}
	return "the value"
}

func (v value) describe() string {
	switch v.kind {
	case kindText:
		return "'" + v.text + "'"
	case kindInt:
		return fmt.Sprint(v.integer())
	}
	return v.kind.String()
}
