package mapped_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
)

func TestDecodeOfReadingsAllocatesNothing(t *testing.T) {
	tests := []struct {
		name     string
		property mapped.Property
		payload  string
	}{
		{"bare number", mapped.Property{Name: "a", Topic: "t"}, "21.5"},
		{"number in JSON", mapped.Property{Name: "a", Topic: "t", Value: "{{ value_json.a }}"}, `{"a": 21.5, "b": 40}`},
		{"boolean", mapped.Property{Name: "a", Topic: "t", PayloadOn: "on", PayloadOff: "off"}, "off"},
		{"option", mapped.Property{Name: "a", Topic: "t", Options: []string{"off", "heat"}}, "heat"},
		{"text that comes again", mapped.Property{Name: "a", Topic: "t", Type: "text"}, "all is well"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			table := compile(t, boiler(test.property))
			var r convention.Result
			m := received("t", test.payload)
			if allocs := testing.AllocsPerRun(1000, func() {
				r.Reset()
				table.Decode(&r, m)
			}); allocs != 0 || len(r.Readings) != 1 {
				t.Errorf("%v allocations for %d readings, want none for one", allocs, len(r.Readings))
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	table := compile(b, boiler(mapped.Property{Name: "value", Topic: "bench/d1/state", Value: "{{ value_json.value }}"}))
	var r convention.Result
	m := received("bench/d1/state", `{"value": 21.5}`)
	b.ReportAllocs()
	for b.Loop() {
		r.Reset()
		table.Decode(&r, m)
	}
}
