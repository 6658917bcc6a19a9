package template

import (
	"errors"
	"fmt"
)

// functions are what can be called by name. dict and namespace are in calls.go.
var functions = map[string]builtin{
	"float":        asFunction("float"),
	"int":          asFunction("int"),
	"bool":         asFunction("bool"),
	"sqrt":         asFunction("sqrt"),
	"log":          asFunction("log"),
	"is_number":    asFunction("is_number"),
	"iif":          asFunction("iif"),
	"average":      asFunction("average"),
	"as_timestamp": asFunction("as_timestamp"),
	"as_datetime":  asFunction("as_datetime"),
	"as_local":     asFunction("as_local"),
	"min":          {[]string{"first", "..."}, functionMin},
	"max":          {[]string{"first", "..."}, functionMax},
	"range":        {[]string{"start", "stop?", "step?"}, functionRange},
	"zip":          {[]string{"..."}, functionZip},

	"now":    {nil, functionNow},
	"utcnow": {nil, functionUTCNow},

	"states":        {[]string{"entity_id", "default?"}, functionStates},
	"state_attr":    {[]string{"entity_id", "name"}, functionStateAttr},
	"is_state":      {[]string{"entity_id", "state"}, functionIsState},
	"is_state_attr": {[]string{"entity_id", "name", "value"}, functionIsStateAttr},
}

// asFunction makes a function of a filter, whose input is its first argument.
func asFunction(filter string) builtin {
	b := filters[filter]
	return builtin{append([]string{"value"}, b.params...), func(r *run, _ value, args []value) (value, error) {
		return b.apply(r, args[0], args[1:])
	}}
}

func functionMin(r *run, _ value, args []value) (value, error) { return r.extremeOf(args, -1) }
func functionMax(r *run, _ value, args []value) (value, error) { return r.extremeOf(args, 1) }

// extremeOf takes a sequence, or its items as arguments.
func (r *run) extremeOf(args []value, want int) (value, error) {
	in := args[0]
	if len(args) > 1 {
		in = listValue(args)
	}
	return r.extreme(in, []value{boolValue(true), {}}, want)
}

func functionRange(r *run, _ value, args []value) (value, error) {
	start, err := whole(args[0], 0)
	if err != nil {
		return value{}, err
	}
	stop, err := whole(args[1], start)
	if err != nil {
		return value{}, err
	}
	if args[1].kind == kindAbsent {
		start = 0
	}
	step, err := whole(args[2], 1)
	if err != nil {
		return value{}, err
	}
	if step == 0 {
		return value{}, errors.New("range does not take the step 0")
	}
	var out []value
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(out) == maxRange {
			return value{}, fmt.Errorf("range gives more than %d numbers", maxRange)
		}
		out = append(out, intValue(i))
		if step > 0 && i > stop-step || step < 0 && i < stop-step {
			break // the next one would be beyond stop, perhaps beyond int64
		}
	}
	return r.list(out)
}

func functionZip(r *run, _ value, args []value) (value, error) {
	if len(args) == 0 {
		return listValue(nil), nil
	}
	rows := make([][]value, len(args))
	n := maxWork
	for i, arg := range args {
		var err error
		if rows[i], err = r.iterate(arg); err != nil {
			return value{}, err
		}
		n = min(n, len(rows[i]))
	}
	if err := r.charge(n * len(args)); err != nil {
		return value{}, err
	}
	out := make([]value, n)
	for i := range out {
		row := make([]value, len(args))
		for j := range rows {
			row[j] = rows[j][i]
		}
		out[i] = tupleValue(row...)
	}
	return r.list(out)
}

func functionNow(r *run, _ value, _ []value) (value, error) { return timeValue(r.m.now), nil }

func functionUTCNow(r *run, _ value, _ []value) (value, error) { return timeValue(r.m.now.UTC()), nil }

func functionStates(r *run, _ value, args []value) (value, error) {
	if r.m.states != nil {
		if s, ok := r.m.states.State(args[0].text); ok {
			return textValue(s), nil
		}
	}
	if args[1].kind != kindAbsent {
		return args[1], nil
	}
	return textValue("unknown"), nil
}

func functionStateAttr(r *run, _ value, args []value) (value, error) {
	if r.m.states == nil {
		return noneValue, nil
	}
	return fromDevice(r.m.states.Attribute(args[0].text, args[1].text)), nil
}

// functionIsState takes one state or a list of them.
func functionIsState(r *run, _ value, args []value) (value, error) {
	if r.m.states == nil {
		return boolValue(false), nil
	}
	s, ok := r.m.states.State(args[0].text)
	if !ok {
		return boolValue(false), nil
	}
	name := "=="
	if args[1].isSequence() {
		name = "in"
	}
	same, err := r.compare(name, textValue(s), args[1])
	return boolValue(same), err
}

func functionIsStateAttr(r *run, in value, args []value) (value, error) {
	v, err := functionStateAttr(r, in, args)
	if err != nil {
		return value{}, err
	}
	same, err := r.equal(v, args[2])
	return boolValue(same && v.kind != kindNone), err
}
