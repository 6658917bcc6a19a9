package template

// choiceExpr compiles "yes if cond else no"; no may be nil.
func choiceExpr(yes, cond, no expr) expr {
	return func(r *run) (value, error) {
		v, err := cond(r)
		switch {
		case err != nil:
			return value{}, err
		case v.truth():
			return yes(r)
		case no == nil:
			return undefined("the inline if without else"), nil
		}
		return no(r)
	}
}

// logicExpr compiles "and" and "or", which give one of their sides.
func logicExpr(k nodeKind, left, right expr) expr {
	return func(r *run) (value, error) {
		v, err := left(r)
		if err != nil || v.truth() == (k == nodeOr) {
			return v, err
		}
		return right(r)
	}
}

// unaryExpr compiles "not" and signs.
func unaryExpr(name string, arg expr) expr {
	return func(r *run) (value, error) {
		v, err := arg(r)
		if err != nil {
			return value{}, err
		}
		if name == "not" {
			return boolValue(!v.truth()), nil
		}
		return signed(name, v)
	}
}

// concatExpr compiles "~".
func concatExpr(args []expr) expr {
	return func(r *run) (value, error) {
		var out []byte
		for _, arg := range args {
			v, err := arg(r)
			if err != nil {
				return value{}, err
			}
			if out = appendText(out, v); len(out) > maxOutput {
				return value{}, errOutput
			}
		}
		return r.text(string(out))
	}
}

// concat joins texts.
func (r *run) concat(texts []value) (value, error) {
	var out []byte
	for _, v := range texts {
		out = append(out, v.text...)
	}
	return r.text(string(out))
}

// collectionExpr compiles a list, a tuple or a dictionary.
func collectionExpr(k nodeKind, args []expr) expr {
	return func(r *run) (value, error) {
		items := make([]value, len(args))
		for i, arg := range args {
			var err error
			if items[i], err = arg(r); err != nil {
				return value{}, err
			}
		}
		if err := r.charge(2 * len(items)); err != nil {
			return value{}, err
		}
		return collection(k, items)
	}
}

// compareExpr compiles a chain of comparisons: each holds, from the left, and
// what follows one that does not is not computed.
func compareExpr(n *node, args []expr) expr {
	links := n.args[1:]
	return func(r *run) (value, error) {
		left, err := args[0](r)
		if err != nil {
			return value{}, err
		}
		for i, link := range links {
			right, err := args[i+1](r)
			if err != nil {
				return value{}, err
			}
			ok, err := r.compare(link.name, left, right)
			if err != nil || ok == link.not {
				return boolValue(false), err
			}
			left = right
		}
		return boolValue(true), nil
	}
}

// compare is one comparison.
func (r *run) compare(name string, a, b value) (bool, error) {
	switch name {
	case "==", "!=":
		same, err := r.equal(a, b)
		return same == (name == "=="), err
	case "in":
		return r.contains(b, a)
	}
	order, known, err := r.order(a, b)
	if err != nil || !known {
		return false, err
	}
	switch name {
	case "<":
		return order < 0, nil
	case "<=":
		return order <= 0, nil
	case ">":
		return order > 0, nil
	}
	return order >= 0, nil
}
