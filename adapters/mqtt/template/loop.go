package template

// loop is the variable of that name inside of a for statement.
type loop struct {
	items []value
	at    int
}

func (*loop) object() {}

// member is an attribute of the loop variable.
func (l *loop) member(name string) value {
	n := len(l.items)
	switch name {
	case "index":
		return intValue(int64(l.at + 1))
	case "index0":
		return intValue(int64(l.at))
	case "revindex":
		return intValue(int64(n - l.at))
	case "revindex0":
		return intValue(int64(n - l.at - 1))
	case "first":
		return boolValue(l.at == 0)
	case "last":
		return boolValue(l.at == n-1)
	case "length":
		return intValue(int64(n))
	case "previtem":
		if l.at > 0 {
			return l.items[l.at-1]
		}
	case "nextitem":
		if l.at < n-1 {
			return l.items[l.at+1]
		}
	}
	return undefined("loop." + name)
}

// forLoop is a compiled for statement.
type forLoop struct {
	over   expr
	assign func(*run, value) error
	cond   expr // nil: all items
	body   stmt
	other  stmt
	self   int // the slot of "loop"
	first  int // the slots from first to end belong to one turn
	end    int
	work   int // steps of one turn, besides what its parts charge themselves
}

func (c *compiler) forStatement(st *forStatement) (stmt, error) {
	over, err := c.expr(st.over)
	if err != nil {
		return nil, err
	}
	f := &forLoop{over: over, first: c.slots, work: turnWork - c.parts - c.slots}
	c.scopes = append(c.scopes, map[string]int{})
	err = c.forBody(f, st)
	c.scopes = c.scopes[:len(c.scopes)-1]
	if err != nil {
		return nil, err
	}
	f.end = c.slots
	f.work += c.parts + c.slots
	if f.other, err = c.block(st.other); err != nil {
		return nil, err
	}
	return f.run, nil
}

func (c *compiler) forBody(f *forLoop, st *forStatement) error {
	f.assign = c.assign(st.target)
	var err error
	if st.cond != nil {
		if f.cond, err = c.expr(st.cond); err != nil {
			return err
		}
	}
	f.self = c.slot("loop")
	f.body, err = c.section(st.body)
	return err
}

// turnWork are steps of one turn, besides those for each part of its body.
const turnWork = 8

func (f *forLoop) run(r *run) (flow, error) {
	items, err := f.items(r)
	if err != nil {
		return flowNext, err
	}
	if len(items) == 0 {
		return f.other(r)
	}
	self := &loop{items: items}
	for i, item := range items {
		if err := r.charge(f.work); err != nil {
			return flowNext, err
		}
		clear(r.slots[f.first:f.end])
		if err := f.assign(r, item); err != nil {
			return flowNext, err
		}
		self.at = i
		r.slots[f.self] = value{kind: kindLoop, ref: self}
		next, err := f.body(r)
		if err != nil {
			return flowNext, err
		}
		if next == flowBreak {
			break
		}
	}
	return flowNext, nil
}

// items are those that the condition lets through.
func (f *forLoop) items(r *run) ([]value, error) {
	v, err := f.over(r)
	if err != nil {
		return nil, err
	}
	all, err := r.iterate(v)
	if err != nil || f.cond == nil {
		return all, err
	}
	var out []value
	for _, item := range all {
		if err := r.charge(f.work); err != nil {
			return nil, err
		}
		if err := f.assign(r, item); err != nil {
			return nil, err
		}
		ok, err := f.cond(r)
		if err != nil {
			return nil, err
		}
		if ok.truth() {
			out = append(out, item)
		}
	}
	return out, nil
}
