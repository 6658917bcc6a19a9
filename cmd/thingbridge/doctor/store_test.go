package doctor_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/gateway/store"
)

func TestStore(t *testing.T) {
	t.Parallel()
	const free = "gateway passed, "
	tests := []struct {
		name string
		path func(t *testing.T) string
		want string
		key  string
		word string
	}{
		{"that is not there yet", func(t *testing.T) string { return filepath.Join(t.TempDir(), "a.db") },
			free + "folder passed, open skipped, room passed", "", ""},
		{"that was closed in order", func(t *testing.T) string { return made(t, t.TempDir()) },
			free + "folder passed, open passed, room passed", "", ""},
		{"of a gateway that was killed", killed,
			free + "folder passed, open passed, room passed", "", ""},
		{"that a running gateway has open", held,
			"gateway skipped, folder passed, open skipped, room passed", "", ""},
		{"in a folder that is not there", func(t *testing.T) string { return filepath.Join(t.TempDir(), "no", "a.db") },
			free + "folder failed, open skipped, room skipped", "store.path", "there is no folder"},
		{"in a folder that cannot be written", func(*testing.T) string { return "/sys/thingbridge.db" },
			free + "folder failed, open skipped, room skipped", "store.path", "nothing can be written"},
		{"that is a folder", func(t *testing.T) string { return filepath.Dir(made(t, filepath.Join(t.TempDir(), "a"))) },
			free + "folder passed, open failed, room passed", "store.path", "is not a file"},
		{"that is something else", func(t *testing.T) string { return written(t, "this is no database, "+strings.Repeat("x", 4096)) },
			free + "folder passed, open failed, room passed", "store.path", "damaged"},
		{"that is broken inside", broken, free + "folder passed, open failed, room passed", "store.path", "damaged"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			path := test.path(t)
			before, around := content(t, path), names(t, path)
			c := component(t, closed(t), domain, secret)
			c.Store = config.Store{Path: path}
			got, checks := examine(t, c, "store", patience)
			expect(t, got, test.want, checks, test.key, test.word)
			if content(t, path) != before {
				t.Error("the doctor changed the store")
			}
			if after := names(t, path); !slices.Equal(after, around) {
				t.Errorf("beside the store are %q, and were %q", after, around)
			}
		})
	}
}

// made makes a store and closes it.
func made(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "thingbridge.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// killed is a store whose lock tells of a gateway that is no more.
func killed(t *testing.T) string {
	t.Helper()
	path := made(t, t.TempDir())
	if err := os.WriteFile(path+".lock", []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func held(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thingbridge.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return path
}

func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thingbridge.db")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// broken is a store whose header is good and whose tables are not.
func broken(t *testing.T) string {
	t.Helper()
	path := made(t, t.TempDir())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(make([]byte, info.Size()-4096), 4096); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// names returns what is in the folder of path.
func names(t *testing.T, path string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	hidden, err2 := filepath.Glob(filepath.Join(filepath.Dir(path), ".thingbridge*"))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return append(found, hidden...)
}
