package template_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"thingbridge/adapters/mqtt/template"
)

// FuzzCompileAndRender checks that no template and no payload panics, that
// errors are of the promised kinds, and that rendering again gives the same.
func FuzzCompileAndRender(f *testing.F) {
	for _, text := range []string{
		"{{ value_json.a }}", "{% if value %}a{% elif 1 %}b{% else %}c{% endif %}", "{{ {'a': 1}[value] | default('x', true) }}",
		"{% set n = namespace(a=[]) %}{% for k, v in value_json.items() %}{% set n.a = n.a + [(k, v)] %}{% endfor %}{{ dict.from_keys(n.a) | to_json }}",
		"{{ '%5.2f' | format(value_json.a | float) }} {{ value[1:-1:2] }} {{ 2 ** 3 // 4 % 5 }}", "{# a -#} {% raw %}{{{% endraw %}",
		"{{ value_json.l | sort | unique | map('string') | join(',') }} {{ now().strftime('%c %-d') }}", "{{ value | unpack('>d') }}",
		"{{ value | regex_replace('(.)', '\\\\1x') | truncate(5) | title }} {{ [1] < [2] }} {{ (1, none) | tojson(2) }}",
	} {
		f.Add(text, `{"a":1.5,"l":[3,"x",null]}`)
	}
	f.Fuzz(func(t *testing.T, text, payload string) {
		tpl, err := template.Compile(text)
		if err != nil {
			if !errors.Is(err, template.ErrSyntax) && !errors.Is(err, template.ErrUnsupported) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		var m template.Message
		m.Reset([]byte(payload), noon)
		first, err := tpl.Append(nil, &m)
		if err != nil && !errors.Is(err, template.ErrRender) {
			t.Fatalf("an error of another kind: %v", err)
		}
		if !utf8.Valid(first) || len(first) > 1<<20 {
			t.Fatalf("%d bytes, UTF-8 %t", len(first), utf8.Valid(first))
		}
		again, errAgain := tpl.Append([]byte("x"), &m)
		if !bytes.Equal(again, append([]byte("x"), first...)) || (err == nil) != (errAgain == nil) {
			t.Fatalf("first %q, %v; again %q, %v", first, err, again, errAgain)
		}
	})
}

// FuzzFastPath checks that a path that is read from the bytes of a payload
// gives what the same path through values gives, and that exactly what
// encoding/json takes for JSON is taken.
func FuzzFastPath(f *testing.F) {
	for _, payload := range []string{
		`{"a":{"b":[1,{"c":"x"}]}}`, `{"a":"text","a":{"b":1.50}}`, `{"\u0061":{"b":"\ud83d\ude00\n"}}`, `[1,2,-0]`, `{"a":[[],{},"b"]}`,
		`{"a":{"b":"letters"}}`, `{"a":1e400}`, `{"a":123456789012345678901234567890}`, ` null `, `{"a":tru}`, `"a`, `{"a":01}`, "{\"a\":\"\x01\"}",
	} {
		f.Add([]byte(payload))
	}
	pairs := [][2]*template.Template{
		compilePair(f, "value_json.a"), compilePair(f, "value_json.a.b"), compilePair(f, "value_json['a'][1]['c']"),
		compilePair(f, "value_json[1]"), compilePair(f, "value_json.a.b[2]"), compilePair(f, "value_json.a[-1]"), compilePair(f, "value_json"),
	}
	defined, err := template.Compile("{{ value_json is defined }}")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var m template.Message
		m.Reset(payload, noon)
		for _, pair := range pairs {
			fast, errFast := pair[0].Append(nil, &m)
			slow, errSlow := pair[1].Append(nil, &m)
			if !bytes.Equal(fast, slow) || (errFast == nil) != (errSlow == nil) {
				t.Errorf("%s: fast %q, %v; slow %q, %v", pair[0], fast, errFast, slow, errSlow)
			}
		}
		got, _ := defined.Append(nil, &m)
		want := json.Valid(payload) && utf8.Valid(payload)
		if !want && string(got) == "True" || want && string(got) == "False" && depth(payload) <= 128 && len(payload) < 4000 {
			t.Errorf("defined is %s, encoding/json says %t", got, want)
		}
	})
}

// compilePair compiles a path, and the same through a variable.
func compilePair(f *testing.F, path string) [2]*template.Template {
	var out [2]*template.Template
	for i, text := range []string{"{{ " + path + " }}", "{% set j = value_json %}{{ j" + path[len("value_json"):] + " }}"} {
		var err error
		if out[i], err = template.Compile(text); err != nil {
			f.Fatal(err)
		}
	}
	return out
}

// depth counts opening brackets, more or less.
func depth(payload []byte) int {
	return bytes.Count(payload, []byte("[")) + bytes.Count(payload, []byte("{"))
}
