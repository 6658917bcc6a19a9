package demo_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/deploy/demo"
)

// ownTemp gives the test a folder for temporary files, which has to be empty at
// its end. The server's user must be able to reach it, unlike t.TempDir.
func ownTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "demo-test-")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left in the folder for temporary files: %v, error %v", left, err)
		}
		for _, process := range processesWith(t, dir) {
			t.Errorf("still runs: %q", process)
		}
		os.RemoveAll(dir)
	})
	return dir
}

// processesWith returns the command lines that name dir.
func processesWith(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(files) == 0 {
		t.Fatalf("no processes: %v", err)
	}
	var found []string
	for _, file := range files {
		// A process that has ended since has no command line any more.
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(dir)) {
			found = append(found, string(line))
		}
	}
	return found
}

func TestTheEndOfTheContextIsNoErrorAndLeavesNothing(t *testing.T) {
	dir := ownTemp(t)
	ctx, cancel := context.WithCancel(t.Context())
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	var out bytes.Buffer
	running := 0
	err := demo.Run(ctx, demo.Config{In: in, Out: &out, Gateway: func(ctx context.Context, configFile string, _ io.Writer) error {
		if _, err := os.Stat(configFile); err != nil {
			t.Error(err)
		}
		running = len(processesWith(t, dir))
		cancel() // in the middle
		<-ctx.Done()
		return ctx.Err()
	}})
	if err != nil {
		t.Error(err)
	}
	if running < 2 {
		t.Errorf("%d processes in the middle, want the server and what watches over the folder", running)
	}
	if !strings.Contains(out.String(), "The house is gone again.") {
		t.Errorf("printed:\n%s", out.String())
	}
}

func TestAContextThatHasEndedStartsNothing(t *testing.T) {
	ownTemp(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := demo.Run(ctx, demo.Config{In: strings.NewReader(""), Out: io.Discard}); err != nil {
		t.Error(err)
	}
}

func TestAGatewayThatFailsIsToldAndLeavesNothing(t *testing.T) {
	ownTemp(t)
	err := demo.Run(t.Context(), demo.Config{
		In: strings.NewReader(""), Out: io.Discard,
		Gateway: func(context.Context, string, io.Writer) error { return errors.New("no luck") },
	})
	if err == nil || !strings.Contains(err.Error(), "gateway: no luck") {
		t.Errorf("error %v, want one with that of the gateway", err)
	}
}

func TestErrorsNameTheRemedy(t *testing.T) {
	tests := []struct {
		name, variable, value, want string
	}{
		{"a server that is not installed", "PATH", "", "apt install prosody"},
		{"a folder that cannot be made", "TMPDIR", "/nonexistent", "TMPDIR=FOLDER"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ownTemp(t)
			t.Setenv(test.variable, test.value)
			err := demo.Run(t.Context(), demo.Config{In: strings.NewReader(""), Out: io.Discard})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}
