package template

import (
	"fmt"
	"slices"
	"strings"
)

// A builtin is a filter, test, function or method. Its parameters are named as
// in Python; "?" marks those that may be left out, "..." the last one that
// takes any number of arguments.
type builtin struct {
	params []string
	apply  func(r *run, in value, args []value) (value, error)
}

// bind puts arguments into the order of the parameters of b. Those left out are
// nil.
func (c *compiler) bind(n *node, b builtin, given []*node) ([]expr, error) {
	bound := make([]*node, 0, len(b.params))
	for i, arg := range given {
		if i >= len(b.params) && !b.variadic() {
			return nil, c.unsupported(n, fmt.Sprintf("%s with %d arguments", quoted(n.name), len(given)))
		}
		bound = append(bound, arg)
	}
	for len(bound) < len(b.params) {
		bound = append(bound, nil)
	}
	for _, k := range n.keyed {
		i := slices.IndexFunc(b.params, func(p string) bool { return strings.TrimSuffix(p, "?") == k.name })
		if i < 0 || bound[i] != nil {
			return nil, c.unsupported(n, fmt.Sprintf("%s with the argument %s", quoted(n.name), quoted(k.name)))
		}
		bound[i] = k.arg
	}
	for i, p := range b.params {
		if bound[i] == nil && !strings.HasSuffix(p, "?") && p != "..." {
			return nil, c.unsupported(n, fmt.Sprintf("%s without its argument %s", quoted(n.name), quoted(p)))
		}
	}
	if b.variadic() && len(given) < len(b.params) {
		bound = bound[:len(b.params)-1]
	}
	return c.exprs(bound)
}

func (b builtin) variadic() bool {
	return len(b.params) > 0 && b.params[len(b.params)-1] == "..."
}

// invoke compiles the call of a builtin; in may be nil.
func invoke(in expr, args []expr, b builtin) expr {
	return func(r *run) (value, error) {
		var v value
		if in != nil {
			var err error
			if v, err = in(r); err != nil {
				return value{}, err
			}
		}
		return r.call(v, args, b)
	}
}

// call evaluates the arguments and applies b. Arguments left out are absent.
func (r *run) call(in value, args []expr, b builtin) (value, error) {
	base := len(r.stack)
	for _, arg := range args {
		var v value
		if arg != nil {
			var err error
			if v, err = arg(r); err != nil {
				return value{}, err
			}
		}
		r.stack = append(r.stack, v)
	}
	out, err := b.apply(r, in, r.stack[base:])
	r.stack = r.stack[:base]
	return out, err
}

// filter compiles in|name(args).
func (c *compiler) filter(n *node) (expr, error) {
	in, err := c.expr(n.args[0])
	if err != nil {
		return nil, err
	}
	switch n.name {
	case "map":
		return c.mapFilter(n, in)
	case "select", "reject", "selectattr", "rejectattr":
		return c.selectFilter(n, in)
	}
	b, ok := c.filterNamed(n.name)
	if !ok {
		return nil, c.unsupported(n, "the filter "+quoted(n.name))
	}
	args, err := c.bind(n, b, n.args[1:])
	if err != nil {
		return nil, err
	}
	return invoke(in, args, b), nil
}

// test compiles in is name(args).
func (c *compiler) test(n *node) (expr, error) {
	in, err := c.expr(n.args[0])
	if err != nil {
		return nil, err
	}
	b, ok := c.testNamed(n.name)
	if !ok {
		return nil, c.unsupported(n, "the test "+quoted(n.name))
	}
	args, err := c.bind(n, b, n.args[1:])
	if err != nil {
		return nil, err
	}
	holds := invoke(in, args, b)
	if !n.not {
		return holds, nil
	}
	return unaryExpr("not", holds), nil
}

// function compiles name(args).
func (c *compiler) function(n *node) (expr, error) {
	if len(c.resolve(n.name)) > 0 {
		return nil, c.unsupported(n, "a call of the variable "+quoted(n.name))
	}
	if n.name == "dict" || n.name == "namespace" {
		return c.fields(n)
	}
	b, ok := functions[n.name]
	if !ok {
		return nil, c.unsupported(n, "the function "+quoted(n.name))
	}
	args, err := c.bind(n, b, n.args)
	if err != nil {
		return nil, err
	}
	return invoke(nil, args, b), nil
}

// method compiles in.name(args).
func (c *compiler) method(n *node) (expr, error) {
	table := methods
	in := n.args[0]
	if in.kind == nodeName && in.name == "dict" && n.name == "from_keys" {
		table = map[string]builtin{"from_keys": {[]string{"pairs"}, dictFromPairs}}
	}
	b, ok := table[n.name]
	if !ok {
		return nil, c.unsupported(n, "the method "+quoted(n.name))
	}
	of, err := c.expr(in)
	if err != nil {
		return nil, err
	}
	if n.name == "from_keys" {
		of = nil
	}
	args, err := c.bind(n, b, n.args[1:])
	if err != nil {
		return nil, err
	}
	return invoke(of, args, b), nil
}

// fields compiles dict(a=1) and namespace(a=1), also with a dictionary to begin
// with.
func (c *compiler) fields(n *node) (expr, error) {
	if len(n.args) > 1 {
		return nil, c.unsupported(n, fmt.Sprintf("%s with %d arguments", quoted(n.name), len(n.args)))
	}
	nodes := slices.Clone(n.args)
	for _, k := range n.keyed {
		nodes = append(nodes, k.arg)
	}
	args, err := c.exprs(nodes)
	if err != nil {
		return nil, err
	}
	named := args[len(n.args):]
	return func(r *run) (value, error) {
		d := &dict{}
		if len(n.args) == 1 {
			v, err := args[0](r)
			if err != nil {
				return value{}, err
			}
			if err := r.update(d, v); err != nil {
				return value{}, err
			}
		}
		for i, arg := range named {
			v, err := arg(r)
			if err != nil {
				return value{}, err
			}
			_ = d.set(textValue(n.keyed[i].name), v) // a text can always be a key
		}
		if n.name == "namespace" {
			return value{kind: kindNamespace, ref: &namespace{*d}}, nil
		}
		return dictValue(d), nil
	}, nil
}

// update adds the entries of a dictionary or of a list of pairs.
func (r *run) update(d *dict, v value) error {
	pairs := v.items()
	if v.kind == kindDict {
		pairs = v.dict().pairs()
	} else if !v.isSequence() {
		return wrongKind("a dictionary", v)
	}
	if err := r.charge(2 * len(pairs)); err != nil {
		return err
	}
	for _, p := range pairs {
		pair := p.items()
		if len(pair) != 2 {
			return fmt.Errorf("a dictionary is made of pairs, not of %s", p.kind)
		}
		if err := d.set(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

func dictFromPairs(r *run, _ value, args []value) (value, error) {
	d := &dict{}
	err := r.update(d, args[0])
	return dictValue(d), err
}
