package template

import (
	"strconv"
	"strings"
)

// mapFilter compiles in|map("filter", ...) and in|map(attribute=...).
func (c *compiler) mapFilter(n *node, in expr) (expr, error) {
	each, err := c.mapEach(n)
	if err != nil {
		return nil, err
	}
	return func(r *run) (value, error) {
		items, err := r.iterateOver(in)
		if err != nil {
			return value{}, err
		}
		out := make([]value, len(items))
		for i, item := range items {
			if out[i], err = each(r, item); err != nil {
				return value{}, err
			}
		}
		return r.list(out)
	}, nil
}

// iterateOver lists the items of what in computes; Jinja2 takes anything that
// is false for nothing here.
func (r *run) iterateOver(in expr) ([]value, error) {
	v, err := in(r)
	if err != nil || !v.truth() {
		return nil, err
	}
	return r.iterate(v)
}

// mapEach compiles what map does with one item.
func (c *compiler) mapEach(n *node) (func(*run, value) (value, error), error) {
	if len(n.args) == 1 {
		attribute := builtin{params: []string{"attribute", "default?"}}
		args, err := c.bind(n, attribute, nil)
		if err != nil {
			return nil, err
		}
		attribute.apply = func(_ *run, in value, args []value) (value, error) {
			out, err := attributeOf(in, args[0])
			if out.kind == kindUndefined && args[1].kind != kindAbsent {
				return args[1], err
			}
			return out, err
		}
		return func(r *run, item value) (value, error) { return r.call(item, args, attribute) }, nil
	}
	name, err := c.constantName(n, n.args[1])
	if err != nil {
		return nil, err
	}
	b, ok := c.filterNamed(name)
	if !ok {
		return nil, c.unsupported(n, "the filter "+quoted(name))
	}
	args, err := c.bind(n, b, n.args[2:])
	if err != nil {
		return nil, err
	}
	return func(r *run, item value) (value, error) { return r.call(item, args, b) }, nil
}

// constantName is an argument that names a filter or test.
func (c *compiler) constantName(n, arg *node) (string, error) {
	if arg.kind != nodeLiteral || arg.lit.kind != kindText {
		return "", c.unsupported(n, quoted(n.name)+" without a name in quotes")
	}
	return arg.lit.text, nil
}

// selectFilter compiles select, reject, selectattr and rejectattr.
func (c *compiler) selectFilter(n *node, in expr) (expr, error) {
	rest := n.args[1:]
	var attribute expr
	if strings.HasSuffix(n.name, "attr") {
		if len(rest) == 0 {
			return nil, c.unsupported(n, quoted(n.name)+" without an attribute")
		}
		var err error
		if attribute, err = c.expr(rest[0]); err != nil {
			return nil, err
		}
		rest = rest[1:]
	}
	test, args, err := c.selectTest(n, rest)
	if err != nil {
		return nil, err
	}
	want := strings.HasPrefix(n.name, "select")
	return func(r *run) (value, error) {
		items, err := r.iterateOver(in)
		if err != nil {
			return value{}, err
		}
		var out []value
		for _, item := range items {
			ok, err := r.passes(item, attribute, args, test)
			if err != nil {
				return value{}, err
			}
			if ok == want {
				out = append(out, item)
			}
		}
		return r.list(out)
	}, nil
}

// selectTest is the test that given names, with its arguments; without a name
// it asks for truth.
func (c *compiler) selectTest(n *node, given []*node) (builtin, []expr, error) {
	if len(given) == 0 {
		return builtin{apply: kindTest(value.truth)}, nil, nil
	}
	name, err := c.constantName(n, given[0])
	if err != nil {
		return builtin{}, nil, err
	}
	test, ok := c.testNamed(name)
	if !ok {
		return builtin{}, nil, c.unsupported(n, "the test "+quoted(name))
	}
	args, err := c.bind(n, test, given[1:])
	return test, args, err
}

// passes applies a test to an item or to an attribute of it.
func (r *run) passes(item value, attribute expr, args []expr, test builtin) (bool, error) {
	if attribute != nil {
		name, err := attribute(r)
		if err != nil {
			return false, err
		}
		if item, err = attributeOf(item, name); err != nil {
			return false, err
		}
	}
	out, err := r.call(item, args, test)
	return out.truth(), err
}

// attributeOf is an item of v by its key or index; points in a text part it
// into steps.
func attributeOf(v, name value) (value, error) {
	if name.kind != kindText {
		return attributeStep(v, name)
	}
	for part := range strings.SplitSeq(name.text, ".") {
		key := textValue(part)
		if i, err := strconv.ParseInt(part, 10, 64); err == nil {
			key = intValue(i)
		}
		var err error
		if v, err = attributeStep(v, key); err != nil {
			return value{}, err
		}
	}
	return v, nil
}

func attributeStep(v, key value) (value, error) {
	if v.kind == kindUndefined {
		return value{}, errUndefined(v)
	}
	out := item(v, key)
	if out.kind == kindAbsent {
		return undefined("the attribute"), nil
	}
	return out, nil
}
