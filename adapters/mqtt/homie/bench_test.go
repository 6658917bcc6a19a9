package homie_test

import (
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
)

func TestDecodeOfValuesAllocatesNothing(t *testing.T) {
	h := newHouse()
	h.hearAll(thermostat)
	h.settle()
	for _, line := range []string{"air/humidity 46", "valve/mode off", "valve/boost true"} {
		path, payload, _ := strings.Cut(line, " ")
		m := convention.Received{Topic: []byte("homie/x/" + path), Payload: []byte(payload), At: noon}
		if allocs := testing.AllocsPerRun(200, func() {
			h.all.Reset()
			h.Decode(&h.all, m)
		}); allocs != 0 || len(h.all.Readings) != 1 {
			t.Errorf("%s: %v allocations for %d readings, want none for one", path, allocs, len(h.all.Readings))
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	h := newHouse()
	h.hearAll(thermostat)
	h.settle()
	m := convention.Received{Topic: []byte("homie/x/air/humidity"), Payload: []byte("46"), At: noon}
	b.ReportAllocs()
	for b.Loop() {
		h.all.Reset()
		h.Decode(&h.all, m)
	}
}
