package sml_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/sml"
)

func TestMistakes(t *testing.T) {
	below, zero := -1.0, 0.0
	for _, tt := range []struct {
		cfg        sml.Config
		path, want string
	}{
		{sml.Config{}, "", ""},
		{sml.Config{ID: "meter", Name: "Zähler", Area: "Keller", PowerDeadband: &zero, Silent: time.Minute}, "", ""},
		{sml.Config{ID: "My Meter"}, "id", "my-meter"},
		{sml.Config{Name: strings.Repeat("x", 5000)}, "name", "5000 bytes"},
		{sml.Config{Area: strings.Repeat("x", 5000)}, "area", "5000 bytes"},
		{sml.Config{PowerDeadband: &below}, "power_deadband", "0 or more"},
		{sml.Config{Silent: time.Second}, "silent", "15s or more"},
	} {
		all := make(map[string]string)
		tt.cfg.Validate(func(path, problem string) { all[path] = problem })
		if tt.path == "" && len(all) > 0 || tt.path != "" && (len(all) != 1 || !strings.Contains(all[tt.path], tt.want)) {
			t.Errorf("got %v, want %s: …%s…", all, tt.path, tt.want)
		}
	}
}

func TestForget(t *testing.T) {
	p := open(t, sml.Config{})
	var r codec.Result
	if err := p.codec.Forget(&r, "meter"); !errors.Is(err, codec.ErrNoSuchDevice) {
		t.Errorf("before the first file: %v", err)
	}
	p.hear(start, file(imported))
	if err := p.codec.Forget(&r, "meter"); err != nil || len(r.Removed) != 1 || len(r.Keep) != 1 || r.Keep[0].Value != nil {
		t.Errorf("%v, removed %v, kept %v", err, r.Removed, r.Keep)
	}
	if err := p.source.Apply(r.Update); err != nil {
		t.Error(err)
	}
	p.hear(start.Add(time.Second), file(power))
	p.want("power=-168")
	configured := open(t, sml.Config{ID: "x"})
	configured.hear(start, file(imported))
	if err := configured.codec.Forget(&r, "x"); !errors.Is(err, codec.ErrConfigured) {
		t.Errorf("configured: %v", err)
	}
}
