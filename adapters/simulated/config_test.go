package simulated_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/simulated"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *simulated.Config)
		want   map[string]string
	}{
		{"the default", func(*simulated.Config) {}, map[string]string{}},
		{"a house with everything", func(c *simulated.Config) {
			*c = simulated.Config{Seed: -7, Speed: 3600, Interval: 100 * time.Millisecond, Prefix: "Hütte", Start: c.Start.AddDate(0, 5, 0)}
		}, map[string]string{}},
		{"nothing at all", func(c *simulated.Config) { *c = simulated.Config{} }, map[string]string{
			"speed":    "got 0; use 1 to 3600 simulated seconds per second",
			"interval": "got 0s; use 100ms to 5m0s",
			"start":    "got the year 1; use a date from 1900 to 2200, for example 2026-01-15",
		}},
		{"too fast", func(c *simulated.Config) { c.Speed = 3601 }, map[string]string{
			"speed": "got 3601; use 1 to 3600 simulated seconds per second",
		}},
		{"no number", func(c *simulated.Config) { c.Speed = math.NaN() }, map[string]string{
			"speed": "got NaN; use 1 to 3600 simulated seconds per second",
		}},
		{"too slow a report", func(c *simulated.Config) { c.Interval = time.Hour }, map[string]string{
			"interval": "got 1h0m0s; use 100ms to 5m0s",
		}},
		{"a prefix of signs", func(c *simulated.Config) { c.Prefix = "**" }, map[string]string{
			"prefix": `"**" has nothing that an ID can hold; use letters or digits, for example "Cabin"`,
		}},
		{"a long prefix", func(c *simulated.Config) { c.Prefix = strings.Repeat("a", 33) }, map[string]string{
			"prefix": "got 33 bytes; use at most 32",
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := simulated.DefaultConfig()
			test.change(&cfg)
			got := map[string]string{}
			cfg.Validate(func(path, problem string) { got[path] = problem })
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
