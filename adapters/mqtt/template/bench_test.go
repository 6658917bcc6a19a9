package template_test

import (
	"testing"

	"thingbridge/adapters/mqtt/template"
)

const benchPayload = `{"battery":76,"humidity":48.25,"linkquality":144,"temperature":21.37,"voltage":2990,` +
	`"last_seen":"2026-08-27T22:26:23.289Z","update":{"installed_version":16777226,"latest_version":16777242,"state":"idle"}}`

// BenchmarkAppend renders for a payload that is new each time.
func BenchmarkAppend(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"value", "{{ value }}"},
		{"member", `{{ value_json["temperature"] }}`},
		{"deep", "{{ value_json.update.state }}"},
		{"if", `{% if value_json["battery"] %}true{% else %}false{% endif %}`},
		{"update", `{"installed_version":"{{ value_json['update']['installed_version'] }}","in_progress":{{ (value_json['update']['state'] == 'updating')|lower }}}`},
		{"set", `{% set values = {None:None,'idle':'idle','heat':'heating'} %}{{ values[value_json.update.state] }}`},
		{"arithmetic", "{{ (value_json.temperature | float * 1.8 + 32) | round(1) }}"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			tpl, err := template.Compile(bb.text)
			if err != nil {
				b.Fatal(err)
			}
			var m template.Message
			payload := []byte(benchPayload)
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				m.Reset(payload, noon)
				if dst, err = tpl.Append(dst[:0], &m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkManyTemplates renders ten templates for one payload, which is read
// once for all.
func BenchmarkManyTemplates(b *testing.B) {
	var all []*template.Template
	for range 2 {
		for _, text := range []string{"{{ value_json.battery }}", "{{ value_json.humidity }}", "{{ value_json.linkquality }}",
			"{{ value_json.temperature }}", "{{ value_json.last_seen }}"} {
			tpl, err := template.Compile(text)
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, tpl)
		}
	}
	var m template.Message
	payload := []byte(benchPayload)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		m.Reset(payload, noon)
		for _, tpl := range all {
			var err error
			if dst, err = tpl.Append(dst[:0], &m); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestPlainPathsDoNotAllocate(t *testing.T) {
	for _, text := range []string{"{{ value }}", "{{ value_json.temperature }}", `{{ value_json["update"]["state"] }}`} {
		tpl, err := template.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		var m template.Message
		payload := []byte(benchPayload)
		dst := make([]byte, 0, 1024)
		got := testing.AllocsPerRun(100, func() {
			m.Reset(payload, noon)
			if _, err := tpl.Append(dst, &m); err != nil {
				t.Fatal(err)
			}
		})
		if got != 0 {
			t.Errorf("%s: %v allocations, want 0", text, got)
		}
	}
}
