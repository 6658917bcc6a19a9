package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/cmd/thingbridge/config"
)

// FuzzLoad holds that any bytes end in a configuration or in mistakes that are
// complete, each in one line, and in the order of their lines.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(everyType))
	f.Setenv("CREDENTIALS_DIRECTORY", "")
	path := filepath.Join(f.TempDir(), "thingbridge.yml")
	f.Fuzz(func(t *testing.T, text []byte) {
		before := mistakes(t, path, text)
		last := 0
		for _, m := range before {
			if m.Line < max(last, 1) || m.File != path || m.Problem == "" || strings.Contains(m.String(), "\n") {
				t.Errorf("incomplete, or not in order: %+v", m)
			}
			last = m.Line
		}
	})
}

func mistakes(t *testing.T, path string, text []byte) []config.Mistake {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, kinds())
	if err == nil {
		if it := c.XMPP.Component; it != nil && (it.Domain == "" || it.Secret == "") || it == nil && len(c.XMPP.Accounts) == 0 {
			t.Errorf("loaded without what is required: %+v", c)
		}
		return nil
	}
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Mistakes) == 0 || c != nil {
		t.Fatalf("got %v, want mistakes alone", err)
	}
	return wrong.Mistakes
}
