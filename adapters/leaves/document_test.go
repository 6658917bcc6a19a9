package leaves_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/leaves"
)

func TestReadFindsEachLeafWithItsPath(t *testing.T) {
	tests := []struct {
		payload string
		want    []string
	}{
		{`21.5`, []string{"=21.5"}},
		{`"on"`, []string{"=on"}},
		{`{}`, nil},
		{`[]`, nil},
		{` {"a": {"b": [1, {"c": true}]}, "d": null, "e": "x"} `, []string{"a/b/0=1", "a/b/1/c=true", "d=", "e=x"}},
		{`{"Total_in":0001.000}`, []string{"Total_in=0001.000"}},
		{`{"t":nan,"u":-nan,"v":-inf}`, []string{"t=", "u=", "v="}},
		{`{"K\u00fcche \"1\"": "\ud83d\ude00\n\ud83d"}`, []string{"Küche \"1\"=😀\n�"}},
	}
	for _, test := range tests {
		var d leaves.Document
		if err := d.Read([]byte(test.payload)); err != nil {
			t.Errorf("%s: %v", test.payload, err)
		}
		var got []string
		for _, leaf := range d.All() {
			got = append(got, fmt.Sprintf("%s=%s", leaf.Path, leaf.String()))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.payload, diff)
		}
	}
}

func TestReadRefusesWhatIsNotJSON(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	wide := "[" + strings.Repeat("1,", 9000) + "1]"
	for _, payload := range []string{"", "asd", `{"a"`, `{"a":}`, `{"a":1,}`, `[1 2]`, `"a`, `"\x"`, `"\u12"`, "\"\x01\"", `1.`, `1e`, `{} {}`, "\xff", deep, wide,
		`{"` + strings.Repeat("k", 600) + `":1}`, strings.Repeat(" ", 300<<10)} {
		var d leaves.Document
		if err := d.Read([]byte(payload)); err == nil || len(d.All()) > 0 {
			t.Errorf("%.40q: error %v and %d leaves, want an error and none", payload, err, len(d.All()))
		}
	}
}

func TestLeafIsUnderstood(t *testing.T) {
	var d leaves.Document
	if err := d.Read([]byte(`{"n": "12.5", "b": "ON", "one": 1, "word": "falsely", "x": "0x10", "no": false}`)); err != nil {
		t.Fatal(err)
	}
	number := func(path string) any {
		leaf, _ := d.Find(path)
		if n, ok := leaf.Float(); ok {
			return n
		}
		return nil
	}
	truth := func(path string) any {
		leaf, _ := d.Find(path)
		if b, ok := leaf.Bool(); ok {
			return b
		}
		return nil
	}
	got := []any{number("n"), number("b"), number("x"), truth("b"), truth("one"), truth("word"), truth("no"), d.Text("b"), d.Text("one")}
	want := []any{12.5, nil, nil, true, true, nil, false, "ON", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadAgainAllocatesNothing(t *testing.T) {
	payload := []byte(`{"Time":"2024-11-12T23:01:05","ENERGY":{"Total":711.792,"TotalTariff":[96.965,614.826],"Power":734}}`)
	var d leaves.Document
	if allocs := testing.AllocsPerRun(100, func() {
		if d.Read(payload) != nil {
			t.Fatal("not read")
		}
	}); allocs != 0 {
		t.Errorf("%v allocations, want none", allocs)
	}
}

// FuzzRead holds that all that is JSON is read, with as many leaves as it has.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":null}],"c":"\u00e4"}`, `[]`, `01`, `"\ud800"`, `{"a":{}}`, `nan`, `-0.0e+1`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var d leaves.Document
		err := d.Read(payload)
		for _, leaf := range d.All() {
			if !utf8.ValidString(leaf.String()) || !utf8.Valid(leaf.Path) {
				t.Fatalf("leaf %q at %q is not UTF-8", leaf.String(), leaf.Path)
			}
			leaf.Float()
			leaf.Bool()
		}
		var v any
		if len(payload) > 4000 || !utf8.Valid(payload) || json.Unmarshal(payload, &v) != nil {
			return
		}
		if count, depth, key := measure(v); depth <= 16 && key < 30 && err != nil {
			t.Fatalf("%q is JSON with %d leaves, but Read returned %v", payload, count, err)
		}
	})
}

// measure counts the leaves of v, its depth and its longest key.
func measure(v any) (count, depth, key int) {
	add := func(part any, name string) {
		c, d, k := measure(part)
		count, depth, key = count+c, max(depth, d+1), max(key, k, len(name))
	}
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			add(part, name)
		}
	case []any:
		for _, part := range v {
			add(part, "")
		}
	default:
		return 1, 0, 0
	}
	return count, depth, key
}
