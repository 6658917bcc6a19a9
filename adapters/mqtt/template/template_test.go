package template_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

var noon = time.Date(2026, 3, 1, 12, 0, 5, 7000, time.FixedZone("CET", 3600))

func render(t *testing.T, text, payload string) (string, error) {
	t.Helper()
	tpl, err := template.Compile(text)
	if err != nil {
		t.Fatalf("compile %q: %v", text, err)
	}
	var m template.Message
	m.Reset([]byte(payload), noon)
	out, err := tpl.Append(nil, &m)
	return string(out), err
}

type rendering struct{ name, text, payload, want string }

func checkAll(t *testing.T, tests []rendering) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := render(t, tt.text, tt.payload)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	checkAll(t, []rendering{
		{"a payload without JSON", "{{ value }}", " plain ", "plain"},
		{"a text without tags", " {'a': } ", "", "{'a': }"},
		{"a member", "{{ value_json.a.b }}", `{"a":{"b":"c"}}`, "c"},
		{"brackets and an index", `{{ value_json["a"][1] }}`, `{"a":[1,2]}`, "2"},
		{"an index after a point", "{{ value_json.a.1 }}", `{"a":[1,2]}`, "2"},
		{"an index from the end", "{{ value_json.a[-1] }}", `{"a":[1,2]}`, "2"},
		{"a letter of a text", "{{ value_json.a[1] }}", `{"a":"xöy"}`, "ö"},
		{"the last of equal keys", "{{ value_json.a }}", `{"a":1,"b":2,"a":3}`, "3"},
		{"an escaped key", `{{ value_json['é"'] }}`, `{"\u00e9\"":1}`, "1"},
		{"escapes", "{{ value_json.a }}", `{"a":"\ud83d\ude00\n\/\u0041\ud800"}`, "\U0001F600\n/A\uFFFD"},
		{"what is missing", "{{ value_json.b }}", `{"a":1}`, ""},
		{"a member of a number", "{{ value_json.a.b }}", `{"a":1}`, ""},
		{"a key with the name of a method", "{{ value_json.update }}", `{"update":1}`, "1"},
		{"an integer", "{{ value_json }}", "5", "5"},
		{"a long integer", "{{ value_json }}", "123456789012345678901234567890", "123456789012345678901234567890"},
		{"a negative zero", "{{ value_json }}", "-0", "0"},
		{"a float", "{{ value_json }}", "5.00", "5.0"},
		{"a small float", "{{ value_json }}", "0.00001", "1e-05"},
		{"a large float", "{{ value_json }}", "1E16", "1e+16"},
		{"a word", "{{ value_json.a }}{{ value_json.b }}", `{"a":true,"b":null}`, "TrueNone"},
		{"an object", "{{ value_json }}", `{"a":[1.0,"it's",false],"b":{}}`, `{'a': [1.0, "it's", False], 'b': {}}`},
		{"no JSON at all", "{{ value_json }}{{ value_json is defined }}", "on", "False"},
	})
}

func TestExpressions(t *testing.T) {
	checkAll(t, []rendering{
		{"arithmetic", "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 1 / 2 }} {{ 2 ** 70 }} {{ 7.5 % -2 }}", "",
			"3 -4 2 0.5 1180591620717411303424 -0.5"},
		{"integers beyond 64 bits", "{{ 9223372036854775807 + 1 }} {{ -9223372036854775808 // -1 }}", "",
			"9223372036854775808 9223372036854775808"},
		{"the strength of operators", "{{ '1' + 2 * 3 ~ 'x' }} {{ not 1 == 2 }} {{ -2 | abs }}", "", "16x True 2"},
		{"a chain of comparisons", "{{ 1 < 2 <= 2 }} {{ 3 > 2 > 2 }}", "", "True False"},
		{"membership", "{{ 'a' in value_json }} {{ 5 not in [1, 2] }} {{ 'b' in 'abc' }}", `{"a":1}`, "True True True"},
		{"sides of and and or", "{{ 0 or 'x' }} {{ 1 and '' }}|", "", "x |"},
		{"an inline if without else", "[{{ 'x' if false }}]", "", "[]"},
		{"keys of several kinds", "{{ {0:'off', 1:'low', None:'none'}[value_json.a] }}", `{"a":1.0}`, "low"},
		{"parts of sequences", "{{ 'hello'[1:3] }} {{ [1,2,3][::-1] }} {{ 'hello'[-3:] }}", "", "el [3, 2, 1] llo"},
		{"tuples", "{{ (1,) }} {{ (1, 'a') }} {{ () }}", "", "(1,) (1, 'a') ()"},
		{"texts side by side", `{{ 'a' "b" '\x41\u00e9\q' }}`, "", `abAé\q`},
		{"undefined in a list", "{{ [nothing] }}", "", "[Undefined]"},
		{"tests", "{{ 1 is number }} {{ x is defined }} {{ none is not none }} {{ 4 is divisibleby 2 }}", "", "True False False True"},
		{"floor and rest of floats", "{{ 7.5 // 2 }} {{ -1 % 0.5 }}", "", "3.0 0.0"},
	})
}

func TestStatements(t *testing.T) {
	checkAll(t, []rendering{
		{"branches", "{% if value == 'a' %}1{% elif value == 'b' %}2{% else %}3{% endif %}", "b", "2"},
		{"whitespace taken away", "a  {%- if true -%}  b  {%- endif +%} c{#- no -#} d", "", "ab cd"},
		{"raw text", "{% raw %}{{ x }}{% endraw %}", "", "{{ x }}"},
		{"a loop", "{% for k, v in value_json.items() %}{{ loop.index }}{{ k }}{{ v }}{% if not loop.last %},{% endif %}{% endfor %}",
			`{"a":1,"b":2}`, "1a1,2b2"},
		{"a loop without items", "{% for x in [] %}a{% else %}b{% endfor %}", "", "b"},
		{"a loop over some", "{% for x in range(9) if x is even %}{% if x == 6 %}{% break %}{% endif %}{{ x }}{% endfor %}", "", "024"},
		{"variables of one turn", "{% set x = 1 %}{% for i in [1, 2] %}{{ x }}{% set x = 5 %}{% endfor %}{{ x }}", "", "111"},
		{"a namespace", "{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "", "3"},
		{"the text of a section", "{% set x %}a{{ 1 }}{% endset %}{{ x | upper }}", "", "A1"},
		{"a variable in the place of value_json", "{% set value_json = {'a': 2} %}{{ value_json.a }}", `{"a":1}`, "2"},
		{"brackets that end a tag", `{"a":{{ {"b":{}}.b }}}`, "", `{"a":{}}`},
	})
}

func TestFilters(t *testing.T) {
	checkAll(t, []rendering{
		{"default", "{{ x | default(1) }} {{ '' | default(2) }} {{ '' | default(3, true) }}", "", "1  3"},
		{"numbers of texts", "{{ ' 21.5 ' | float }} {{ '21.9' | int }} {{ 'ff' | int(base=16) }} {{ 'x' | int(7) }}", "", "21.5 21 255 7"},
		{"rounding", "{{ 2.5 | round }} {{ 2.675 | round(2) }} {{ 1.21 | round(1, 'ceil') }} {{ 1234.5 | round(-2) }}", "", "2 2.67 1.3 1200.0"},
		{"formats", "{{ '%05.1f|%-4d|%+x|%s|%%' | format(3.14159, 42, 255, none) }}", "", "003.1|42  |+ff|None|%"},
		{"the general format", "{{ '%g %g %g' | format(100000.0, 1000000.0, 0.00001) }}", "", "100000 1e+06 1e-05"},
		{"truncate", "{{ 'foo bar baz' | truncate(7, leeway=0) }} {{ 'foo bar' | truncate(4, true, '', 0) }}", "", "foo... foo"},
		{"JSON of both kinds", "{{ value_json | tojson }} {{ value_json | to_json }}", `{"b":"<é>","a":[1,1e-5]}`,
			`{"a": [1, 1e-05], "b": "\u003c\u00e9\u003e"} {"b":"<é>","a":[1,1e-5]}`},
		{"JSON in a text", "{{ (value_json.a | from_json).b }}", `{"a":"{\"b\":1}"}`, "1"},
		{"bytes", "{{ value | unpack('>h') }} {{ value | unpack('B', 1) }}", "\xff\xfe", "-2 254"},
		{"selections", "{{ [1,'a',none] | select('string') | list }} {{ [{'n':1},{'n':2}] | selectattr('n','gt',1) | map(attribute='n') | list }}", "", "['a'] [2]"},
		{"expressions", "{{ 'a1b22' | regex_findall('[0-9]+') }} {{ 'a-b' | regex_replace('(a)-(b)', '\\\\2\\\\1') }}", "", "['1', '22'] ba"},
		{"times", "{{ now().strftime('%d.%m.%y %H:%M:%S.%f %-d %j') }} {{ utcnow() }}", "",
			"01.03.26 12:00:05.000007 1 060 2026-03-01 11:00:05.000007+00:00"},
		{"timestamps", "{{ 0 | timestamp_custom('%H:%M') }} {{ 0 | timestamp_utc }} {{ '2026-03-01T12:00:00+01:00' | as_timestamp }}", "",
			"01:00 1970-01-01T00:00:00+00:00 1772362800.0"},
		{"case", "{{ 'hELLO wORLD' | title }} {{ true | lower }} {{ 'ab' | capitalize }}", "", "Hello World true Ab"},
		{"sums", "{{ [1, 2.5] | sum }} {{ ['b', 'A'] | sort | join }} {{ [3, 1] | max }} {{ [1, 1.0, 2] | unique | list }}", "", "3.5 Ab 3 [1, 2]"},
		{"methods", "{{ 'a,b'.split(',')[1] }} {{ ' x '.strip() }} {{ value_json.get('z', 1) }} {{ 'ab'.startswith('a') }}", "{}", "b x 1 True"},
	})
}

// house answers for one entity.
type house struct{}

func (house) State(entity string) (string, bool) { return "open", entity == "cover.test" }

func (house) Attribute(entity, name string) devices.Value {
	if entity == "cover.test" && name == "current_position" {
		return devices.Number(40)
	}
	return devices.Value{}
}

func TestCommandTemplates(t *testing.T) {
	const text = `{{ value }} {{ value is number }} {{ brightness / 2 }} {{ name }} {{ none_set }}` +
		` {{ states(entity_id) }} {{ states('x') }} {{ state_attr(entity_id, 'current_position') + 1 }}` +
		` {{ is_state(entity_id, 'open') }} {{ value_json is defined }}`
	tpl, err := template.Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	var m template.Message
	m.Reset(nil, noon)
	m.SetValue(devices.Number(21.5))
	m.Set("brightness", devices.Number(1))
	m.Set("brightness", devices.Number(100))
	m.Set("name", devices.Text("Lamp"))
	m.Set("none_set", devices.Value{})
	m.Set("entity_id", devices.Text("cover.test"))
	m.SetStates(house{})
	got, err := tpl.Append([]byte("> "), &m)
	if err != nil {
		t.Fatal(err)
	}
	want := "> 21.5 True 50.0 Lamp None open unknown 41 True False"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("command (-want +got):\n%s", diff)
	}
}

func TestWholeNumbersOfCommandsAreIntegers(t *testing.T) {
	tpl, err := template.Compile("{{ {3: 'high'}[value] }} {{ value }}")
	if err != nil {
		t.Fatal(err)
	}
	var m template.Message
	m.Reset(nil, noon)
	m.SetValue(devices.Number(3))
	if got, err := tpl.Append(nil, &m); err != nil || string(got) != "high 3" {
		t.Errorf("got %q, %v, want %q", got, err, "high 3")
	}
}

func TestMessageForgetsOnReset(t *testing.T) {
	tpl, err := template.Compile("{{ value }} {{ value_json.a }} {{ name }}")
	if err != nil {
		t.Fatal(err)
	}
	var m template.Message
	m.Reset([]byte(`{"a":1}`), noon)
	m.Set("name", devices.Text("n"))
	if got, err := tpl.Append(nil, &m); err != nil || string(got) != `{"a":1} 1 n` {
		t.Fatalf("got %q, %v", got, err)
	}
	m.Reset([]byte(`{"a":2}`), noon)
	if got, err := tpl.Append(nil, &m); err != nil || string(got) != `{"a":2} 2` {
		t.Errorf("got %q, %v, want the second payload and no name", got, err)
	}
}
