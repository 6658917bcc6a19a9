package store

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
)

var sameValues = cmp.Comparer(func(a, b devices.Value) bool { return a == b })

func FuzzStatesDecodeToWhatTheyEncode(f *testing.F) {
	f.Add([]byte{statesVersion, 0})
	f.Add(appendStates(nil, map[string]devices.State{
		"a": {Reported: devices.Number(math.Pi), At: time.UnixMicro(1), Desired: devices.Text("x"), Asked: time.UnixMicro(-1), By: "anna"},
	}))
	f.Fuzz(func(t *testing.T, data []byte) {
		states, err := decodeStates(data)
		if err != nil {
			return
		}
		again, err := decodeStates(appendStates(nil, states))
		if err != nil {
			t.Fatalf("encoded again: %v", err)
		}
		if diff := cmp.Diff(states, again, sameValues); diff != "" {
			t.Errorf("encoded and decoded (-want +got):\n%s", diff)
		}
	})
}

func TestBrokenStatesAreRefused(t *testing.T) {
	good := appendStates(nil, map[string]devices.State{"mode": {Reported: devices.Text("heat"), Desired: devices.Number(1), By: "anna"}})
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"another version", []byte{9, 0}, "encoding 9, want 1"},
		{"more states than bytes", []byte{statesVersion, 0xff, 0xff, 0x7f}, errShort.Error()},
		{"something behind the last", append(bytes.Clone(good), 0), "1 bytes too many"},
		{"an unknown kind of value", []byte{statesVersion, 1, 0, 5, 0, 0, 0, 0}, "kind of value 5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := decodeStates(tt.data); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	for n := range good {
		if _, err := decodeStates(good[:n]); err == nil {
			t.Errorf("the first %d of %d bytes were accepted", n, len(good))
		}
	}
}

func TestAFullDiskIsReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.db.Exec("PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	err = s.Put(t.Context(), "key", make([]byte, 1<<20))
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("error %v, want ErrFull with %s", err, path)
	}
	if err := s.Put(t.Context(), "key", []byte("small")); err != nil {
		t.Errorf("a small value afterwards: %v", err)
	}
}

func TestMigrationsGoOnWhereTheyEnded(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	known := len(migrations)
	longer := append(migrations[:len(migrations):len(migrations)],
		"CREATE TABLE extra (n INTEGER)", "INSERT INTO extra VALUES (1)")
	broken := append(longer[:len(longer):len(longer)], "CREATE TABLE more (n INTEGER)", "nonsense")
	if err := migrate(t.Context(), s.db, longer); err != nil {
		t.Fatal(err)
	}
	if err := migrate(t.Context(), s.db, longer); err != nil {
		t.Errorf("once more: %v", err)
	}
	if err := migrate(t.Context(), s.db, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("schema %d to %d", known+3, known+4)) {
		t.Errorf("error %v, want one that names both schemas", err)
	}
	if err := migrate(t.Context(), s.db, migrations); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), fmt.Sprintf("schema is %d, this program knows %d", known+2, known)) {
		t.Errorf("error %v, want ErrNewer with both numbers", err)
	}
	var version, rows, tables int
	if err := s.db.QueryRow("SELECT user_version, (SELECT count(*) FROM extra), (SELECT count(*) FROM sqlite_schema WHERE name = 'more') FROM pragma_user_version").
		Scan(&version, &rows, &tables); err != nil {
		t.Fatal(err)
	}
	if version != known+2 || rows != 1 || tables != 0 {
		t.Errorf("schema %d, %d rows, %d tables of the broken step; want %d, 1, 0", version, rows, tables, known+2)
	}
}

func TestTheLockTellsOfAnUncleanEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for _, end := range []struct {
		name  string
		clean bool
	}{{"clean", true}, {"unclean", false}} {
		l, err := acquire(path)
		if err != nil {
			t.Fatal(err)
		}
		if end.clean {
			if err := l.markClean(); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.release(); err != nil {
			t.Fatal(err)
		}
		next, err := acquire(path)
		if err != nil {
			t.Fatal(err)
		}
		if next.unclean == end.clean {
			t.Errorf("after a %s end the lock says unclean = %v", end.name, next.unclean)
		}
		if err := next.release(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}
