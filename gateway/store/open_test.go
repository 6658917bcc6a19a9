package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/store"
)

// holderEnv names the store that a test binary shall hold until it is killed.
const holderEnv = "THINGBRIDGE_TEST_STORE_HOLDER"

func TestMain(m *testing.M) {
	if path := os.Getenv(holderEnv); path != "" {
		if _, err := store.Open(context.Background(), path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("open")
		select {}
	}
	os.Exit(m.Run())
}

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openNew(t testing.TB) *store.Store { return open(t, filepath.Join(t.TempDir(), "store.db")) }

// closed returns the path of a store with some content, closed.
func closed(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var memories []devices.Memory
	for i := range 400 {
		memories = append(memories, memory(i))
	}
	if err := s.SaveMemories(t.Context(), memories); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// execute runs SQL on a database behind the store's back.
func execute(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(text); err != nil {
		t.Fatal(err)
	}
}

// overwrite puts garbage into a file from an offset on.
func overwrite(t *testing.T, path string, offset, size int64) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte(strings.Repeat("garbage!", int(size/8))), offset); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T) (path string)
		wraps   error    // nil: any
		says    []string // beside the path
	}{
		{"a folder", func(t *testing.T) string { return t.TempDir() }, nil, []string{"is not a file", "store.path"}},
		{"a file in a folder that does not exist", func(t *testing.T) string { return filepath.Join(t.TempDir(), "no", "store.db") },
			nil, []string{"no does not exist", "create it"}},
		{"a file in a file", func(t *testing.T) string {
			file := filepath.Join(t.TempDir(), "file")
			write(t, file, "")
			return filepath.Join(file, "store.db")
		}, nil, []string{"file is not a folder"}},
		{"a text file", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "store.db")
			write(t, path, strings.Repeat("not a database ", 1000))
			return path
		}, store.ErrDamaged, []string{"move it away"}},
		{"a database with a broken schema page", func(t *testing.T) string {
			path := closed(t)
			overwrite(t, path, 100, 2000)
			return path
		}, store.ErrDamaged, []string{"move it away"}},
		{"a database broken further in, after an unclean end", func(t *testing.T) string {
			path := closed(t)
			overwrite(t, path, 5*4096, 4*4096)
			write(t, path+".lock", "123\n")
			return path
		}, store.ErrDamaged, []string{"move it away"}},
		{"the database of another program", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "home-assistant.db")
			execute(t, path, "CREATE TABLE states (id INTEGER)")
			return path
		}, store.ErrForeign, []string{"change store.path"}},
		{"the schema of a newer version", func(t *testing.T) string {
			path := closed(t)
			execute(t, path, "PRAGMA user_version = 42")
			return path
		}, store.ErrNewer, []string{"schema is 42", "knows 3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.prepare(t)
			before, _ := os.ReadFile(path)
			s, err := store.Open(t.Context(), path)
			if err == nil {
				s.Close()
				t.Fatal("it was opened")
			}
			if tt.wraps != nil && !errors.Is(err, tt.wraps) {
				t.Errorf("error %q does not wrap %q", err, tt.wraps)
			}
			for _, want := range append(tt.says, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestDamageThatIsMetLaterIsReported(t *testing.T) {
	path := closed(t)
	overwrite(t, path, 5*4096, 8*4096)
	_, err := open(t, path).Memories(t.Context())
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want ErrDamaged with %s", err, path)
	}
}

func TestAStoreHasOneProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(exe)
	holder.Env = append(os.Environ(), holderEnv+"="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	var said string
	if _, err := fmt.Fscanln(out, &said); err != nil || said != "open" {
		t.Fatalf("holder: %q, %v", said, err)
	}
	_, err = store.Open(t.Context(), path)
	if want := fmt.Sprintf("open store %s: another thingbridge is using it (process %d)", path, holder.Process.Pid); !errors.Is(err, store.ErrInUse) ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want ErrInUse with %q", err, want)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait()
	open(t, path) // the lock went with the process
}

func TestOnlyTheOwnerCanReadAStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "with space, %41 and ?.db")
	s := open(t, path)
	if err := s.Put(t.Context(), "key", []byte("value")); err != nil {
		t.Fatal(err)
	}
	modes := make(map[string]fs.FileMode)
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		modes[suffix] = info.Mode()
	}
	if diff := cmp.Diff(map[string]fs.FileMode{"": 0o600, "-wal": 0o600, "-shm": 0o600, ".lock": 0o600}, modes); diff != "" {
		t.Errorf("modes (-want +got):\n%s", diff)
	}
}

func TestClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	if err := s.Put(t.Context(), "key", []byte("value")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("write-ahead log after Close: %v, want none", err)
	}
	if err := s.Put(t.Context(), "key", nil); err == nil {
		t.Error("Put after Close: no error")
	}
	value, ok, err := open(t, path).Get(t.Context(), "key")
	if string(value) != "value" || !ok || err != nil {
		t.Errorf("Get from the store opened again: %q, %v, %v", value, ok, err)
	}
}
