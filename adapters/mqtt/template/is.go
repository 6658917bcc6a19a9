package template

import (
	"strings"
)

// tests are what can follow "is", by name.
var tests = map[string]builtin{
	"defined":   {nil, kindTest(func(v value) bool { return v.kind != kindUndefined })},
	"undefined": {nil, kindTest(func(v value) bool { return v.kind == kindUndefined })},
	"none":      {nil, kindTest(func(v value) bool { return v.kind == kindNone })},
	"boolean":   {nil, kindTest(func(v value) bool { return v.kind == kindBool })},
	"true":      {nil, kindTest(func(v value) bool { return v.kind == kindBool && v.bits != 0 })},
	"false":     {nil, kindTest(func(v value) bool { return v.kind == kindBool && v.bits == 0 })},
	"number":    {nil, kindTest(value.isNumber)},
	"integer":   {nil, kindTest(func(v value) bool { return v.kind == kindInt || v.kind == kindBig })},
	"float":     {nil, kindTest(func(v value) bool { return v.kind == kindFloat })},
	"string":    {nil, kindTest(func(v value) bool { return v.kind == kindText })},
	"mapping":   {nil, kindTest(func(v value) bool { return v.kind == kindDict })},
	"list":      {nil, kindTest(func(v value) bool { return v.kind == kindList })},
	"tuple":     {nil, kindTest(func(v value) bool { return v.kind == kindTuple })},
	"datetime":  {nil, kindTest(func(v value) bool { return v.kind == kindTime })},
	"iterable":  {nil, kindTest(hasItems)},
	"sequence":  {nil, kindTest(hasItems)},
	"lower":     {nil, caseTest(strings.ToLower)},
	"upper":     {nil, caseTest(strings.ToUpper)},
	"is_number": {nil, filterIsNumber},

	"odd":         {nil, restTest(1)},
	"even":        {nil, restTest(0)},
	"divisibleby": {[]string{"num"}, testDivisible},

	"eq": comparison("=="), "equalto": comparison("=="), "sameas": {[]string{"other"}, testSame},
	"ne": comparison("!="),
	"lt": comparison("<"), "lessthan": comparison("<"), "le": comparison("<="),
	"gt": comparison(">"), "greaterthan": comparison(">"), "ge": comparison(">="),
	"in":       comparison("in"),
	"contains": {[]string{"value"}, filterContains},
}

// testNamed finds a test.
func (c *compiler) testNamed(name string) (builtin, bool) {
	if b, ok := tests[name]; ok {
		return b, true
	}
	regex := map[string]string{"match": "regex_match", "search": "regex_search"}[name]
	b, ok := c.patterns.table()[regex]
	c.patterns.used = c.patterns.used || ok
	return b, ok
}

func kindTest(holds func(value) bool) func(*run, value, []value) (value, error) {
	return func(_ *run, in value, _ []value) (value, error) { return boolValue(holds(in)), nil }
}

func hasItems(v value) bool {
	return v.isSequence() || v.kind == kindText || v.kind == kindDict || v.kind == kindUndefined
}

// comparison is an operator as a test.
func comparison(name string) builtin {
	return builtin{[]string{"other"}, func(r *run, in value, args []value) (value, error) {
		ok, err := r.compare(name, in, args[0])
		return boolValue(ok), err
	}}
}

// caseTest holds for a text with letters that f leaves as they are.
func caseTest(f func(string) string) func(*run, value, []value) (value, error) {
	return func(r *run, in value, _ []value) (value, error) {
		s, err := r.str(in)
		if err != nil {
			return value{}, err
		}
		cased := strings.ToLower(s) != strings.ToUpper(s)
		return boolValue(cased && f(s) == s), r.charge(len(s))
	}
}

// restTest holds for integers that leave this rest when halved.
func restTest(want int64) func(*run, value, []value) (value, error) {
	return func(r *run, in value, _ []value) (value, error) {
		rest, err := r.arithmetic("%", in, intValue(2))
		if err != nil {
			return value{}, err
		}
		ok, err := r.equal(rest, intValue(want))
		return boolValue(ok), err
	}
}

func testDivisible(r *run, in value, args []value) (value, error) {
	rest, err := r.arithmetic("%", in, args[0])
	if err != nil {
		return value{}, err
	}
	ok, err := r.equal(rest, intValue(0))
	return boolValue(ok), err
}

func testSame(r *run, in value, args []value) (value, error) {
	if in.kind != args[0].kind {
		return boolValue(false), nil
	}
	ok, err := r.equal(in, args[0])
	return boolValue(ok), err
}
