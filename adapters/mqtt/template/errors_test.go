package template_test

import (
	"errors"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/template"
)

func TestCompileErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		is         error
		says       string
	}{
		{"a tag without an end", "a\n {{ x", template.ErrSyntax, "line 2, column 2"},
		{"an if without an end", "{% if x %}", template.ErrSyntax, "endif"},
		{"an end without a beginning", "{% endif %}", template.ErrSyntax, `"endif" ends nothing`},
		{"an operator without a side", "{{ 1 + }}", template.ErrSyntax, "column 8"},
		{"a text without an end", "{{ 'a }}", template.ErrSyntax, "closing quote"},
		{"a comment without an end", "{# a", template.ErrSyntax, "comment"},
		{"a wrong bracket", "{{ (1] }}", template.ErrSyntax, "ends nothing"},
		{"a strange letter", "{{ a ? b }}", template.ErrSyntax, "'?'"},
		{"bytes that are no text", "a\xff", template.ErrSyntax, "UTF-8"},
		{"a jump outside of a loop", "{% break %}", template.ErrSyntax, "outside"},
		{"a filter that does not exist", "{{ 1 | pack('B') }}", template.ErrUnsupported, `filter "pack"`},
		{"a test that does not exist", "{{ 1 is odder }}", template.ErrUnsupported, `test "odder"`},
		{"a function that does not exist", "{{ open('/etc/passwd') }}", template.ErrUnsupported, `function "open"`},
		{"a method that does not exist", "{{ ''.__class__() }}", template.ErrUnsupported, `method "__class__"`},
		{"a statement that does not exist", "{% macro a() %}{% endmacro %}", template.ErrUnsupported, `statement "macro"`},
		{"too many arguments", "{{ 1 | abs(2) }}", template.ErrUnsupported, "abs"},
		{"a missing argument", "{{ 1 | multiply }}", template.ErrUnsupported, "amount"},
		{"a text that is too long", strings.Repeat("a", 1<<17), template.ErrUnsupported, "bytes"},
		{"deep nesting", "{{ " + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100) + " }}", template.ErrUnsupported, "deep"},
		{"a long path", "{{ a" + strings.Repeat(".a", 100) + " }}", template.ErrUnsupported, "path"},
		{"too many parts", "{{ 1" + strings.Repeat("+1", 10_000) + " }}", template.ErrUnsupported, "parts"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := template.Compile(tt.text)
			if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %v that says %q", err, tt.is, tt.says)
			}
		})
	}
}

func TestRenderErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, payload, says string }{
		{"arithmetic with nothing", "{{ value_json.a + 1 }}", "{}", `"value_json.a" is undefined`},
		{"a member of nothing", "{{ value_json.a.b }}", "{}", `"value_json.a" is undefined`},
		{"a member of nothing in an expression", "{{ value_json['a'].b | lower }}", "{}", `"value_json['a']" is undefined`},
		{"nothing where something must be", "{{ value_json.a | is_defined }}", "{}", "is undefined"},
		{"a payload that is not JSON", "{{ value_json.a }}", `{"a":1} x`, "not JSON from byte 8"},
		{"a payload that ends too soon", "{{ value_json.a }}", `{"a":1`, "not JSON"},
		{"an empty payload", "{{ value_json.a }}", "", "not JSON"},
		{"a number that JSON does not have", "{{ value_json.a }}", `{"a":NaN}`, "not JSON"},
		{"a deep payload", "{{ value_json.a }}", strings.Repeat("[", 200) + strings.Repeat("]", 200), "not JSON"},
		{"a payload that is no text", "{{ value_json.a }}", "{\"a\":\"\xff\"}", "UTF-8"},
		{"a long payload", "{{ value_json.a }}", `{"a":"` + strings.Repeat("a", 1<<20) + `"}`, "longer"},
		{"bytes as a result", "{{ value }}", "\xff", "UTF-8"},
		{"a word as a number", "{{ value | float }}", "on", `cannot use "on"`},
		{"division by zero", "{{ 1 // 0 }}", "", "zero"},
		{"text and number", "{{ 1000 / value }}", "42", "a text"},
		{"a loop without an end in sight", "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}", "", "steps"},
		{"a long range", "{{ range(100000000) | list }}", "", "range"},
		{"a long result", "{% for a in range(1000) %}{{ value }}{% endfor %}", strings.Repeat("a", 1000), "too long"},
		{"a long text", "{{ 'a' * 1000000000 }}", "", "too long"},
		{"a text that doubles", "{% set n = namespace(s='aa') %}{% for a in range(100) %}{% set n.s = n.s ~ n.s %}{% endfor %}", "", "too long"},
		{"a list that doubles", "{% set n = namespace(s=[1]) %}{% for a in range(100) %}{% set n.s = n.s + n.s %}{% endfor %}", "", "steps"},
		{"a large power", "{{ 10 ** 10000 }}", "", "digits"},
		{"a wide format", "{{ '%999999999d' | format(1) }}", "", "too long"},
		{"a payload as a pattern", "{{ 'x' | regex_search(value) }}", "(a+)+", "stands in the template"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(t, tt.text, tt.payload)
			if !errors.Is(err, template.ErrRender) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %q, %v, want an error that says %q", got, err, tt.says)
			}
		})
	}
}

func TestAppendKeepsWhatWasThere(t *testing.T) {
	tpl, err := template.Compile("{{ value_json.a }} b {{ value_json.c.d }}")
	if err != nil {
		t.Fatal(err)
	}
	var m template.Message
	m.Reset([]byte(`{"a":1}`), noon)
	got, err := tpl.Append([]byte("before "), &m)
	if err == nil || string(got) != "before " {
		t.Errorf("got %q, %v, want what was there and an error", got, err)
	}
}
