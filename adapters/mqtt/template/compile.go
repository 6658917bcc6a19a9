package template

import (
	"fmt"
)

// compiler turns the parts of a template into closures.
type compiler struct {
	text     string
	slots    int
	parts    int              // expressions and statements so far
	scopes   []map[string]int // the variables set so far, from the outside inwards
	patterns *patterns
}

func (c *compiler) unsupported(n *node, what string) error {
	return unsupported(c.text, n.at, what)
}

// slot is where the variable name of the innermost scope is kept.
func (c *compiler) slot(name string) int {
	scope := c.scopes[len(c.scopes)-1]
	if i, ok := scope[name]; ok {
		return i
	}
	scope[name] = c.slots
	c.slots++
	return c.slots - 1
}

// resolve lists the slots that name may be in, from the inside outwards.
func (c *compiler) resolve(name string) []int {
	var out []int
	for i := len(c.scopes) - 1; i >= 0; i-- {
		if slot, ok := c.scopes[i][name]; ok {
			out = append(out, slot)
		}
	}
	return out
}

// constant returns the value of an expression that is the same in every
// rendering.
func (c *compiler) constant(n *node) (value, bool) {
	switch n.kind {
	case nodeLiteral:
		if n.lit.kind == kindText {
			c.patterns.add(n.lit.text)
		}
		return n.lit, true
	case nodeList, nodeTuple, nodeDict:
		items := make([]value, len(n.args))
		for i, arg := range n.args {
			var ok bool
			if items[i], ok = c.constant(arg); !ok {
				return value{}, false
			}
		}
		v, err := collection(n.kind, items)
		return v, err == nil
	case nodeUnary:
		if v, ok := c.constant(n.args[0]); ok && n.name != "not" {
			out, err := signed(n.name, v)
			return out, err == nil
		}
	}
	return value{}, false
}

// collection makes a list, tuple or dictionary of items.
func collection(k nodeKind, items []value) (value, error) {
	switch k {
	case nodeTuple:
		return tupleValue(items...), nil
	case nodeDict:
		d := &dict{entries: make([]entry, 0, len(items)/2)}
		for i := 0; i < len(items); i += 2 {
			if err := d.set(items[i], items[i+1]); err != nil {
				return value{}, err
			}
		}
		return dictValue(d), nil
	}
	return listValue(items), nil
}

func (c *compiler) exprs(nodes []*node) ([]expr, error) {
	out := make([]expr, len(nodes))
	for i, n := range nodes {
		if n == nil {
			continue
		}
		e, err := c.expr(n)
		if err != nil {
			return nil, err
		}
		out[i] = e
	}
	return out, nil
}

// expr compiles one expression.
func (c *compiler) expr(n *node) (expr, error) {
	c.parts++
	if v, ok := c.constant(n); ok {
		return func(*run) (value, error) { return v, nil }, nil
	}
	if steps := c.path(n); steps != nil {
		return c.jsonPath(n, steps)
	}
	switch n.kind {
	case nodeName:
		return c.variable(n.name), nil
	case nodeCall:
		return c.function(n)
	case nodeMethod:
		return c.method(n)
	case nodeFilter:
		return c.filter(n)
	case nodeTest:
		return c.test(n)
	}
	return c.operator(n)
}

// operator compiles what is made of its parts alone.
func (c *compiler) operator(n *node) (expr, error) {
	args, err := c.exprs(n.args)
	if err != nil {
		return nil, err
	}
	switch n.kind {
	case nodeMember:
		return memberExpr(args[0], n.name, n.describe()), nil
	case nodeIndex:
		return indexExpr(args[0], args[1], n.describe()), nil
	case nodeSlice:
		return sliceExpr(args), nil
	case nodeUnary:
		return unaryExpr(n.name, args[0]), nil
	case nodeBinary:
		return binaryExpr(n.name, args[0], args[1]), nil
	case nodeAnd, nodeOr:
		return logicExpr(n.kind, args[0], args[1]), nil
	case nodeIf:
		return choiceExpr(args[0], args[1], args[2]), nil
	case nodeConcat:
		return concatExpr(args), nil
	case nodeCompare:
		return compareExpr(n, args), nil
	case nodeLink:
		return args[0], nil
	case nodeList, nodeTuple, nodeDict:
		return collectionExpr(n.kind, args), nil
	}
	return nil, c.unsupported(n, fmt.Sprintf("an expression of kind %d", n.kind))
}

// variable compiles a name: what the template set, else what the message has.
func (c *compiler) variable(name string) expr {
	slots := c.resolve(name)
	return func(r *run) (value, error) {
		for _, slot := range slots {
			if v := r.slots[slot]; v.kind != kindAbsent {
				return v, nil
			}
		}
		return r.m.lookup(name), nil
	}
}

// path returns the constant steps of an expression that leads into value_json,
// nil for other expressions.
func (c *compiler) path(n *node) []step {
	switch n.kind {
	case nodeName:
		if n.name == "value_json" && len(c.resolve(n.name)) == 0 {
			return []step{}
		}
	case nodeMember:
		if steps := c.path(n.args[0]); steps != nil {
			return append(steps, step{key: n.name, missing: errUndefined(undefined(n.describe()))})
		}
	case nodeIndex:
		at := n.args[1]
		if at.kind != nodeLiteral || at.lit.kind != kindText && at.lit.kind != kindInt {
			return nil
		}
		steps := c.path(n.args[0])
		if steps == nil {
			return nil
		}
		s := step{key: at.lit.text, missing: errUndefined(undefined(n.describe()))}
		if at.lit.kind == kindInt {
			s.byIndex, s.index = true, int(at.lit.integer())
		}
		return append(steps, s)
	}
	return nil
}

// jsonPath compiles a path so that only what it leads to becomes a value.
func (c *compiler) jsonPath(n *node, steps []step) (expr, error) {
	missing := undefined(n.describe())
	if len(steps) == 0 {
		return func(r *run) (value, error) { return r.jsonRoot() }, nil
	}
	slow, err := c.operator(n)
	if err != nil {
		return nil, err
	}
	return func(r *run) (value, error) {
		at, what, err := r.m.walk(r, steps)
		switch {
		case err != nil || what == foundNothing:
			return missing, err
		case what == foundOther:
			return slow(r)
		}
		return r.node(at)
	}, nil
}

// node makes a value of a part of the payload, charged.
func (r *run) node(at uint32) (value, error) {
	if err := r.charge(int(r.m.json.nodes[at].next - at)); err != nil {
		return value{}, err
	}
	return r.m.jsonValue(at), nil
}

// jsonRoot is value_json, charged when it becomes a value.
func (r *run) jsonRoot() (value, error) {
	if r.m.json.read(r.m.payload) != nil {
		return undefined("value_json"), nil
	}
	if r.m.json.root.kind != kindAbsent {
		return r.m.json.root, nil
	}
	return r.node(0)
}
