package outbox_test

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
)

// victimEnv names the store of a test binary that is to be killed.
const victimEnv = "THINGBRIDGE_TEST_OUTBOX_VICTIM"

// unbounded is for tests that add without end.
var unbounded = outbox.Config{MaxItems: math.MaxInt, MaxBytes: math.MaxInt, MaxItemsEach: math.MaxInt, MaxBytesEach: math.MaxInt}

func TestMain(m *testing.M) {
	if path := os.Getenv(victimEnv); path != "" {
		fmt.Fprintln(os.Stderr, victim(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// victim adds items without end from several goroutines, and writes a line for
// each that was accepted.
func victim(path string) error {
	s, err := store.Open(context.Background(), path)
	if err != nil {
		return err
	}
	o, err := outbox.New(context.Background(), s.Outbox("things.test"), unbounded)
	if err != nil {
		return err
	}
	failed := make(chan error)
	var stdout sync.Mutex
	for g := range 4 {
		go func() {
			for n := 0; ; n++ {
				it := item(fmt.Sprint("user", g), n)
				if err := o.Add(context.Background(), it); err != nil {
					failed <- err
					return
				}
				stdout.Lock()
				fmt.Println(it.To + " " + it.ID)
				stdout.Unlock()
			}
		}()
	}
	return <-failed
}

func TestWhatWasAcceptedSurvivesKill(t *testing.T) {
	for _, lines := range []int{1, 50, 700} {
		path := filepath.Join(t.TempDir(), "outbox.db")
		accepted := killAfter(t, path, lines)
		s := openStore(t, path)
		held := make(map[string]bool)
		for _, line := range s.held(t) {
			held[line] = true
		}
		for _, line := range accepted {
			if !held[line] {
				t.Errorf("killed after %d items: %s was accepted and is gone", lines, line)
			}
		}
		if err := s.file.Close(); err != nil {
			t.Error(err)
		}
	}
}

// killAfter starts a victim, kills it (SIGKILL) when it has accepted so many
// items, and returns all that it said it had accepted.
func killAfter(t *testing.T, path string, lines int) (accepted []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), victimEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		accepted = append(accepted, scanner.Text())
		if len(accepted) == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(accepted) < lines {
		t.Fatalf("the victim ended (%v) after %d items, want it killed after %d", err, len(accepted), lines)
	}
	return accepted
}
