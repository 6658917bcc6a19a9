package line_test

import (
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
)

// measure gives a codec the same lines again and again, and reports how much of a core
// a port takes on which there is never a pause.
func measure(b *testing.B, format line.Format, cfg line.Config, text string) {
	it := mustNew(format, cfg)
	var r codec.Result
	it.Opened(&r, start)
	var buffer codec.Buffer
	stream := []byte(text)
	hear := func() (n int) {
		for frame := range buffer.Take(it, stream) {
			r.Reset()
			it.Decode(&r, frame, start)
			n++
		}
		return n
	}
	for range 3 { // learn
		hear()
	}
	if r.Reset(); len(stream) == 0 {
		b.Fatal("nothing to read")
	}
	b.ReportAllocs()
	b.ResetTimer()
	frames, begin := 0, time.Now()
	for range b.N {
		frames += hear()
	}
	spent := time.Since(begin)
	if len(r.Readings) == 0 {
		b.Fatal("no readings")
	}
	const bytesPerSecond = 115_200 / 10
	perByte := spent.Seconds() / float64(b.N*len(stream))
	b.ReportMetric(float64(frames)/spent.Seconds(), "lines/s")
	b.ReportMetric(100*perByte*bytesPerSecond, "%core@115200")
}

func BenchmarkJSON(b *testing.B) {
	measure(b, line.JSON, line.Config{}, lines(`{"bme280":{"temperature":21.53,"humidity":40.1,"pressure":1013.25},"door":"open","uptime":123456}`))
}

func BenchmarkKeyValue(b *testing.B) {
	measure(b, line.KeyValue, line.Config{}, lines("T=21.53 H=40.1"))
}

func BenchmarkKeyValueForPeople(b *testing.B) {
	measure(b, line.KeyValue, line.Config{}, lines("Humidity: 49.00%  Temperature: 24.10°C 75.38°F  Heat index: 23.84°C 74.92°F"))
}

func BenchmarkCSV(b *testing.B) {
	measure(b, line.CSV, line.Config{Columns: []string{"time", "temperature", "humidity", "door"}}, lines("123456,21.53,40.1,open"))
}

func BenchmarkPattern(b *testing.B) {
	measure(b, line.Pattern, line.Config{Patterns: []string{`Temperature: (?P<temperature>[-\d.]+)`, `Humidity: (?P<humidity>[\d.]+)`, `Heat index: (?P<heat_index>[\d.]+)`}},
		lines("Humidity: 49.00%  Temperature: 24.10°C 75.38°F  Heat index: 23.84°C 74.92°F"))
}

// TestReadingAllocatesNothing holds that lines of known devices cost no memory.
func TestReadingAllocatesNothing(t *testing.T) {
	for format, frame := range map[line.Format]string{
		line.JSON:     `{"temperature":21.5,"relay":true,"target":20,"unknown":"x"}`,
		line.KeyValue: `Temp=21.5 relay=on target=20.0 unknown=x`,
		line.CSV:      `21.5,on,20`,
	} {
		cfg := board()
		if format == line.CSV {
			cfg.Columns = []string{"temperature", "relay", "target"}
		}
		it := mustNew(format, cfg)
		var r codec.Result
		it.Opened(&r, start)
		decode := func() {
			r.Reset()
			it.Decode(&r, []byte(frame), start)
		}
		decode()
		decode()
		if len(r.Readings) != 3 {
			t.Errorf("%s: %d readings, want 3", format, len(r.Readings))
		}
		data := []byte(frame)
		if allocs := testing.AllocsPerRun(100, func() {
			r.Reset()
			it.Decode(&r, data, start)
		}); allocs != 0 {
			t.Errorf("%s: %v allocations a line, want none", format, allocs)
		}
	}
}

// TestLongLinesAreReadInTime holds that what a line costs grows with its length alone,
// whatever it is made of.
func TestLongLinesAreReadInTime(t *testing.T) {
	for _, text := range []string{"a:", "a=", "1:", "a: 1 ", `"`, `a:"`, "1 /", "(1", "-", "a: b  "} {
		for _, format := range line.Formats() {
			b := newBench(t, format, line.Config{})
			begin := time.Now()
			b.hear(strings.Repeat(strings.Repeat(text, 8000/len(text))+"\n", 20))
			if spent := time.Since(begin); spent > time.Second { // it takes some 10 ms
				t.Errorf("%s: 20 lines of 8000 bytes of %q take %v", format, text, spent)
			}
		}
	}
}
