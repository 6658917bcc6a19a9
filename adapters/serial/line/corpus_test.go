package line_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/line"
)

// TestSketchesOfOthers reads what sketches of other people print, each variant as a
// device of its own that is not configured.
func TestSketchesOfOthers(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	content, err := os.ReadFile(filepath.Join(dir, "serial", "arduino-dht-text.txt"))
	if err != nil {
		t.Skipf("no messages of real devices: %v; CORPUS names their folder", err)
	}
	want := [][]string{
		{"attic heat_index 23.84 °C", "attic humidity 49 %", "attic temperature 24.1 °C"},
		{"attic heat_index 21.86 °C", "attic humidity 44.6 %", "attic temperature 22.4 °C"},
		{"attic heat_index 28.4 °C", "attic humidity 61.8 %", "attic temperature 27.2 °C"},
		{"attic heat_index 24.12 °C", "attic humidity 60.2 %", "attic temperature 23.5 °C", "attic timestamp 12 s"},
		{"attic heat_index 25 °C", "attic humidity 45 %", "attic light 345", "attic soil_moisture 689", "attic temperature 24 °C"},
		{"attic dew_point 16.8 °C", "attic heat_index 24.1 °C", "attic humidity 65.2 %", "attic temperature 23.5 °C"},
	}
	variants := strings.Split(string(content), "# ")[1:]
	if len(variants) != len(want) {
		t.Fatalf("%d variants, want %d", len(variants), len(want))
	}
	for i, variant := range variants {
		title, text, _ := strings.Cut(variant, "\n")
		for _, format := range []line.Format{line.KeyValue, line.Pattern} {
			t.Run(string(format)+" "+title, func(t *testing.T) {
				b := newBench(t, format, line.Config{})
				b.hear(text + text)
				if diff := cmp.Diff(want[i], b.values()); diff != "" {
					t.Errorf("values (-want +got):\n%s", diff)
				}
				if len(b.faults) > 0 {
					t.Errorf("faults %q, want none", b.faults)
				}
			})
		}
	}
}

// TestSketchesByPatterns reads the same shapes by regular expressions.
func TestSketchesByPatterns(t *testing.T) {
	cfg := line.Config{
		Patterns: []string{`Temp(?:erature)?: *(?P<temperature>\S+)`, `Humidity: *(?P<humidity>\S+)`, `(?i)heat index: *(?P<heat_index>\S+)`},
		Devices: []line.Device{{ID: "dht", Properties: []line.Property{
			{Name: "temperature", Unit: "°C"}, {Name: "humidity", Unit: "%"}, {Name: "heat_index", Unit: "°C"},
		}}},
	}
	for name, text := range map[string]string{
		"one line":    lines("Humidity: 49.00%  Temperature: 24.10°C 75.38°F  Heat index: 23.84°C 74.92°F"),
		"commas":      lines("Humidity: 49.00%, Temp: 24.10°C / 75.20°F, Heat index: 23.84°C / 77.00°F, Light: 345"),
		"three lines": lines("----------", "Temperature: 24.10 °C", "Humidity: 49.00 %", "Heat Index: 23.84 °C", "----------"),
		"logs":        lines("I (3128) APP: === Reading 1 ===", "I (3128) APP:   Temperature: 24.1°C (74.3°F)", "I (3129) APP:   Humidity: 49.00%", "I (3130) APP:   Heat Index: 23.84°C"),
		"stars":       lines("Humidity: 49.00 % Temperature: 24.10 *C 72.32 *F  Heat index: 23.84 *C 71.35 *F"),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, line.Pattern, cfg)
			b.hear(text)
			want := []string{"dht heat_index 23.84 °C", "dht humidity 49 %", "dht temperature 24.1 °C"}
			if diff := cmp.Diff(want, b.values()); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}
