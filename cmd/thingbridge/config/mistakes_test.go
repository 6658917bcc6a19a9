package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
)

var update = flag.Bool("update", false, "write what is got to the .want files")

// TestEachMistakeIsToldWithItsLineAndRemedy loads testdata/*.yml, which are named
// for what is wrong with them, and compares with the *.want beside.
func TestEachMistakeIsToldWithItsLineAndRemedy(t *testing.T) {
	t.Setenv("CREDENTIALS_DIRECTORY", "")
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil || len(files) < 25 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yml"), func(t *testing.T) {
			got := mistakesOf(t, file)
			golden := strings.TrimSuffix(file, ".yml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if strings.Contains(got, "hunter") {
				t.Error("a message holds a secret")
			}
		})
	}
}

func mistakesOf(t *testing.T, file string) string {
	t.Helper()
	_, err := config.Load(file, kinds())
	var wrong *config.Error
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want mistakes", err)
	}
	last := 0
	for _, m := range wrong.Mistakes {
		if m.Line < max(last, 1) {
			t.Errorf("line %d after line %d", m.Line, last)
		}
		last = m.Line
	}
	return err.Error() + "\n"
}

func TestTenMistakesAreToldAtOnce(t *testing.T) {
	_, err := config.Load("testdata/ten-mistakes.yml", kinds())
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Mistakes) < 10 {
		t.Fatalf("got %v, want ten mistakes", err)
	}
}

func TestAFileThatCannotBeReadIsNamedWithARemedy(t *testing.T) {
	folder := t.TempDir()
	large := filepath.Join(folder, "large.yml")
	if err := os.WriteFile(large, make([]byte, 5<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(folder, "missing.yml")
	tests := []struct{ name, path, want string }{
		{"missing", missing, missing + ": does not exist; write one, for example from thingbridge.example.yml, or name another with -c"},
		{"a folder", folder, folder + ": is a folder; name the file in it"},
		{"too large", large, large + ": is greater than 4 MiB; this cannot be a configuration"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := config.Load(tt.path, kinds())
			var wrong *config.Error
			if !errors.As(err, &wrong) || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
