// Package conventiontest is what the tests of topic conventions have in common: the
// messages of real devices, and what every convention must hold to whatever it hears.
package conventiontest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Messages reads a file of the messages of real devices, unpacked where its name ends in
// .gz. They are not part of the project: CORPUS names the folder that has them, which is
// otherwise looked for beside the project. Where it is absent the test is skipped, and
// says so.
func Messages(t testing.TB, file string) []byte {
	t.Helper()
	folder, given := os.LookupEnv("CORPUS")
	if !given {
		folder = filepath.Join(root(t), "..", "shared", "corpus")
	}
	raw, err := os.ReadFile(filepath.Join(folder, file))
	if errors.Is(err, fs.ErrNotExist) && !given {
		t.Skipf("the messages of real devices are not on this machine: %v; CORPUS names their folder", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(file, ".gz") {
		return raw
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(raw))
	if err == nil {
		raw, err = io.ReadAll(unpacked)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return raw
}

// root is the folder of the project.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test runs outside of the project")
		}
	}
}

// Lines are the lines of a file of messages; there are some.
func Lines(t testing.TB, file string) [][]byte {
	t.Helper()
	var lines [][]byte
	for _, line := range bytes.Split(Messages(t, file), []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return lines
}

// Records are the lines of a file of messages, each a JSON object.
func Records[T any](t testing.TB, file string) []T {
	t.Helper()
	lines := Lines(t, file)
	records := make([]T, len(lines))
	for i, line := range lines {
		if err := json.Unmarshal(line, &records[i]); err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
	}
	return records
}
