package sml_test

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/adapters/serial/sml"
)

// TestRealFiles hears files of real meters. They are not part of the project; CORPUS
// names the folder that has them.
func TestRealFiles(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("CORPUS"), filepath.Join("..", "..", "..", "..", "shared", "corpus")), "serial")
	data, err := os.ReadFile(filepath.Join(dir, "sml-frames.hex.txt"))
	if err != nil {
		t.Skipf("no files of real meters: %v; CORPUS names their folder", err)
	}
	wants := map[string][]string{
		"1EMH0004321349": {"energy=15338.5557", "energy_t2=0", "power=563.5"},
		"1ISK0067362659": {"energy=22462.4136", "power=168", "power_l1=117", "power_l2=22", "power_l3=29"},
	}
	heard := 0
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		p := open(t, sml.Config{})
		p.hear(start, raw(line))
		if p.device == nil {
			t.Fatalf("no device of %.60s…: %q", line, p.errs)
		}
		if want, ok := wants[p.device.Serial]; ok {
			p.want(want...)
			heard++
		}
	}
	if heard != len(wants) {
		t.Errorf("%d of %d known meters heard", heard, len(wants))
	}
}
