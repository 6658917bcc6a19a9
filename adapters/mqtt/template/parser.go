package template

import (
	"fmt"
	"slices"
)

// parser reads the tokens of a template into statements.
type parser struct {
	text   string
	tokens []token
	pos    int
	depth  int
	nodes  int
	loops  int // for statements around the current one
}

func parse(text string) (section, error) {
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	root, _, err := p.section()
	return root, err
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

// take steps over the token with this kind and text if it comes next.
func (p *parser) take(k tokenKind, text string) bool {
	t := p.peek()
	if t.kind != k || t.text != text {
		return false
	}
	p.pos++
	return true
}

func (p *parser) takeOp(text string) bool   { return p.take(tokenOp, text) }
func (p *parser) takeName(text string) bool { return p.take(tokenName, text) }

func (p *parser) isOp(text string) bool {
	t := p.peek()
	return t.kind == tokenOp && t.text == text
}

func (p *parser) isName(text string) bool {
	t := p.peek()
	return t.kind == tokenName && t.text == text
}

func (p *parser) expect(k tokenKind, text string) error {
	if t := p.peek(); !p.take(k, text) {
		return p.wrong(t, "want "+quoted(text))
	}
	return nil
}

// name takes any name.
func (p *parser) name() (token, error) {
	t := p.next()
	if t.kind != tokenName {
		return t, p.wrong(t, "want a name")
	}
	return t, nil
}

func (p *parser) wrong(t token, want string) error {
	got := "the end"
	if t.kind != tokenEnd {
		got = quoted(t.text)
	}
	return syntaxError(p.text, t.pos, fmt.Sprintf("got %s, %s", got, want))
}

// enter bounds how deep and how large a template gets; leave ends what enter
// began.
func (p *parser) enter() error {
	if p.depth++; p.depth > maxNesting {
		return unsupported(p.text, p.peek().pos, fmt.Sprintf("nested more than %d deep", maxNesting))
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// section reads statements up to one of the ends, whose tag it has entered and
// whose name it returns; with no ends, up to the end of the text.
func (p *parser) section(ends ...string) (section, string, error) {
	if err := p.enter(); err != nil {
		return nil, "", err
	}
	defer p.leave()
	var out section
	for {
		t := p.next()
		switch t.kind {
		case tokenEnd:
			if len(ends) > 0 {
				return nil, "", p.wrong(t, fmt.Sprintf("want {%% %s %%}", ends[len(ends)-1]))
			}
			return out, "", nil
		case tokenData:
			out = append(out, dataStatement{t.text})
		case tokenOpen:
			expr, err := p.tuple()
			if err == nil {
				err = p.expect(tokenClose, "}}")
			}
			if err != nil {
				return nil, "", err
			}
			out = append(out, printStatement{expr})
		case tokenTag:
			tag, err := p.name()
			if err != nil {
				return nil, "", err
			}
			if slices.Contains(ends, tag.text) {
				return out, tag.text, nil
			}
			st, err := p.statement(tag)
			if err != nil {
				return nil, "", err
			}
			out = append(out, st)
		}
	}
}

// statement reads the rest of the statement that the name tag begins.
func (p *parser) statement(tag token) (statement, error) {
	if p.nodes++; p.nodes > maxNodes {
		return nil, unsupported(p.text, tag.pos, "too many parts")
	}
	switch tag.text {
	case "if":
		return p.ifStatement()
	case "for":
		return p.forStatement(tag)
	case "set":
		return p.setStatement(tag)
	case "continue", "break":
		return p.jump(tag)
	}
	if slices.Contains([]string{"elif", "else", "endif", "endfor", "endset", "endraw"}, tag.text) {
		return nil, syntaxError(p.text, tag.pos, fmt.Sprintf("%q ends nothing", tag.text))
	}
	return nil, unsupported(p.text, tag.pos, "the statement "+quoted(tag.text))
}

func (p *parser) ifStatement() (statement, error) {
	st := &ifStatement{}
	for {
		cond, err := p.tupleWithoutIf()
		if err != nil {
			return nil, err
		}
		if err := p.closeTag(); err != nil {
			return nil, err
		}
		body, end, err := p.section("elif", "else", "endif")
		if err != nil {
			return nil, err
		}
		st.branches = append(st.branches, branch{cond, body})
		if end == "elif" {
			continue
		}
		if end == "else" {
			st.other, err = p.last("endif")
			return st, err
		}
		return st, p.closeTag()
	}
}

func (p *parser) closeTag() error { return p.expect(tokenTagClose, "%}") }

// last reads the section after "else", up to end.
func (p *parser) last(end string) (section, error) {
	if err := p.closeTag(); err != nil {
		return nil, err
	}
	body, _, err := p.section(end)
	if err != nil {
		return nil, err
	}
	return body, p.closeTag()
}

func (p *parser) forStatement(tag token) (statement, error) {
	st := &forStatement{at: tag.pos}
	var err error
	if st.target, err = p.target(); err != nil {
		return nil, err
	}
	if err := p.expect(tokenName, "in"); err != nil {
		return nil, err
	}
	if st.over, err = p.tupleWithoutIf(); err != nil {
		return nil, err
	}
	if p.takeName("if") {
		if st.cond, err = p.expression(); err != nil {
			return nil, err
		}
	}
	if p.isName("recursive") {
		return nil, unsupported(p.text, p.peek().pos, `a "recursive" loop`)
	}
	if err := p.closeTag(); err != nil {
		return nil, err
	}
	p.loops++
	body, end, err := p.section("else", "endfor")
	p.loops--
	if err != nil {
		return nil, err
	}
	st.body = body
	if end == "else" {
		st.other, err = p.last("endfor")
		return st, err
	}
	return st, p.closeTag()
}

func (p *parser) setStatement(tag token) (statement, error) {
	st := &setStatement{}
	var err error
	if st.target, err = p.target(); err != nil {
		return nil, err
	}
	if p.takeOp("=") {
		if st.expr, err = p.tuple(); err != nil {
			return nil, err
		}
		return st, p.closeTag()
	}
	if len(st.target.names) != 1 || p.isOp("|") {
		return nil, unsupported(p.text, tag.pos, "this form of set")
	}
	st.body, err = p.last("endset")
	return st, err
}

// target reads "name", "name, name" or "name.field".
func (p *parser) target() (target, error) {
	out := target{at: p.peek().pos}
	bracket := p.takeOp("(")
	for {
		t, err := p.name()
		if err != nil {
			return out, err
		}
		if isConstant(t.text) || isOperatorName(t.text) {
			return out, syntaxError(p.text, t.pos, fmt.Sprintf("%q cannot be set", t.text))
		}
		out.names = append(out.names, t.text)
		if !p.takeOp(",") || p.isOp(")") {
			break
		}
	}
	if bracket {
		return out, p.expect(tokenOp, ")")
	}
	if len(out.names) == 1 && p.takeOp(".") {
		t, err := p.name()
		out.field = t.text
		return out, err
	}
	return out, nil
}

func (p *parser) jump(tag token) (statement, error) {
	if p.loops == 0 {
		return nil, syntaxError(p.text, tag.pos, fmt.Sprintf("%q outside of a loop", tag.text))
	}
	if tag.text == "break" {
		return &jumpStatement{flowBreak}, p.closeTag()
	}
	return &jumpStatement{flowContinue}, p.closeTag()
}
