package template

import (
	"fmt"
	"unicode/utf8"
)

// block compiles a section with a scope of its own.
func (c *compiler) block(s section) (stmt, error) {
	c.scopes = append(c.scopes, map[string]int{})
	body, err := c.section(s)
	c.scopes = c.scopes[:len(c.scopes)-1]
	return body, err
}

func (c *compiler) section(s section) (stmt, error) {
	steps := make([]stmt, len(s))
	for i, st := range s {
		var err error
		if steps[i], err = c.statement(st); err != nil {
			return nil, err
		}
	}
	if len(steps) == 1 {
		return steps[0], nil
	}
	return func(r *run) (flow, error) {
		for _, step := range steps {
			if f, err := step(r); f != flowNext || err != nil {
				return f, err
			}
		}
		return flowNext, nil
	}, nil
}

func (c *compiler) statement(st statement) (stmt, error) {
	c.parts++
	switch st := st.(type) {
	case dataStatement:
		return func(r *run) (flow, error) {
			before := len(r.out)
			r.out = append(r.out, st.text...)
			return flowNext, r.wrote(before)
		}, nil
	case printStatement:
		return c.print(st.expr)
	case *ifStatement:
		return c.ifStatement(st)
	case *forStatement:
		return c.forStatement(st)
	case *setStatement:
		return c.setStatement(st)
	case *jumpStatement:
		return func(*run) (flow, error) { return st.flow, nil }, nil
	}
	return nil, fmt.Errorf("%w: a statement of type %T", ErrUnsupported, st)
}

// print compiles {{ n }}. A payload and scalars inside of it are written
// straight from its bytes.
func (c *compiler) print(n *node) (stmt, error) {
	eval, err := c.expr(n)
	if err != nil {
		return nil, err
	}
	write := func(r *run) (flow, error) {
		v, err := eval(r)
		if err != nil {
			return flowNext, err
		}
		before := len(r.out)
		r.out = appendText(r.out, v)
		return flowNext, r.wrote(before)
	}
	if n.kind == nodeName && n.name == "value" && len(c.resolve(n.name)) == 0 {
		return printPayload(write), nil
	}
	if steps := c.path(n); steps != nil {
		return printPath(steps, write), nil
	}
	return write, nil
}

// printPayload writes the payload; write is for a value that is none.
func printPayload(write stmt) stmt {
	return func(r *run) (flow, error) {
		if r.m.value.kind != kindAbsent {
			return write(r)
		}
		before := len(r.out)
		r.out = append(r.out, r.m.payload...)
		return flowNext, r.wrote(before)
	}
}

// printPath writes the scalar that a path leads to; write is for all else.
func printPath(steps []step, write stmt) stmt {
	return func(r *run) (flow, error) {
		at, what, err := r.m.walk(r, steps)
		switch {
		case len(steps) == 0 && err != nil:
			return flowNext, nil // value_json itself is undefined then
		case err != nil || what == foundNothing:
			return flowNext, err
		case what == foundOther:
			return write(r)
		}
		before := len(r.out)
		out, ok := r.m.appendNode(r.out, at)
		if !ok {
			return write(r)
		}
		r.out = out
		return flowNext, r.wrote(before)
	}
}

func (c *compiler) ifStatement(st *ifStatement) (stmt, error) {
	conds := make([]expr, len(st.branches))
	bodies := make([]stmt, len(st.branches))
	for i, b := range st.branches {
		var err error
		if conds[i], err = c.expr(b.cond); err != nil {
			return nil, err
		}
		if bodies[i], err = c.section(b.body); err != nil {
			return nil, err
		}
	}
	other, err := c.section(st.other)
	if err != nil {
		return nil, err
	}
	return func(r *run) (flow, error) {
		for i, cond := range conds {
			v, err := cond(r)
			if err != nil {
				return flowNext, err
			}
			if v.truth() {
				return bodies[i](r)
			}
		}
		return other(r)
	}, nil
}

func (c *compiler) setStatement(st *setStatement) (stmt, error) {
	eval, err := c.setSource(st)
	if err != nil {
		return nil, err
	}
	if st.target.field != "" {
		owner := c.variable(st.target.names[0])
		return setField(owner, st.target, eval), nil
	}
	assign := c.assign(st.target)
	return func(r *run) (flow, error) {
		v, err := eval(r)
		if err != nil {
			return flowNext, err
		}
		return flowNext, assign(r, v)
	}, nil
}

// setSource compiles what is set: an expression, or the text of a section.
func (c *compiler) setSource(st *setStatement) (expr, error) {
	if st.expr != nil {
		return c.expr(st.expr)
	}
	body, err := c.block(st.body)
	if err != nil {
		return nil, err
	}
	return func(r *run) (value, error) {
		start := len(r.out)
		if _, err := body(r); err != nil {
			return value{}, err
		}
		text := string(r.out[start:])
		r.out = r.out[:start]
		return r.text(text)
	}, nil
}

func setField(owner expr, t target, eval expr) stmt {
	key := textValue(t.field)
	return func(r *run) (flow, error) {
		v, err := eval(r)
		if err != nil {
			return flowNext, err
		}
		at, err := owner(r)
		if err != nil {
			return flowNext, err
		}
		ns, ok := at.ref.(*namespace)
		if !ok {
			return flowNext, fmt.Errorf("%s.%s cannot be set: %s is no namespace", t.names[0], t.field, t.names[0])
		}
		return flowNext, ns.fields.set(key, v)
	}
}

// assign compiles the setting of one name, or of several from the items of a
// sequence.
func (c *compiler) assign(t target) func(*run, value) error {
	slots := make([]int, len(t.names))
	for i, name := range t.names {
		slots[i] = c.slot(name)
	}
	if len(slots) == 1 {
		return func(r *run, v value) error {
			r.slots[slots[0]] = v
			return nil
		}
	}
	return func(r *run, v value) error {
		items, err := r.iterate(v)
		if err != nil {
			return err
		}
		if len(items) != len(slots) {
			return fmt.Errorf("%d items for %d names", len(items), len(slots))
		}
		for i, slot := range slots {
			r.slots[slot] = items[i]
		}
		return nil
	}
}

// iterate lists what Python's iteration over v gives.
func (r *run) iterate(v value) ([]value, error) {
	switch v.kind {
	case kindUndefined:
		return nil, nil
	case kindList, kindTuple:
		return v.items(), r.charge(len(v.items()))
	case kindDict:
		return v.dict().keys(), r.charge(len(v.dict().entries))
	case kindText:
		if err := r.charge(len(v.text)); err != nil {
			return nil, err
		}
		items := make([]value, 0, len(v.text))
		for i := 0; i < len(v.text); {
			_, n := utf8.DecodeRuneInString(v.text[i:])
			items = append(items, textValue(v.text[i:i+n]))
			i += n
		}
		return items, nil
	}
	return nil, fmt.Errorf("%s has no items", v.kind)
}
