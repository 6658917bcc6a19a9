package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// demoPatience bounds each wait for a demo, on a machine busy with other tests.
const demoPatience = 30 * time.Second

// prompted is what a demo prints when the house is there.
const prompted = "try: status"

// testDemo is a demo that runs as a process of its own.
type testDemo struct {
	t     *testing.T
	dir   string // for temporary files; empty at the end
	cmd   *exec.Cmd
	stdin io.WriteCloser

	mu      sync.Mutex
	text    []byte
	changed chan struct{} // holds an element after text has grown
}

func newTestDemo(t *testing.T, argv ...string) *testDemo {
	t.Helper()
	// Reachable for the server's user, unlike t.TempDir.
	dir, err := os.MkdirTemp("", "demo-test-")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	d := &testDemo{t: t, dir: dir, changed: make(chan struct{}, 1)}
	t.Cleanup(func() {
		d.awaitNothing()
		os.RemoveAll(dir)
	})
	d.cmd = exec.Command(argv[0], argv[1:]...)
	d.cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	d.cmd.Stdout, d.cmd.Stderr = d, d
	if d.stdin, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.cmd.Process.Kill() })
	return d
}

// Write takes what the demo prints.
func (d *testDemo) Write(p []byte) (int, error) {
	d.mu.Lock()
	d.text = append(d.text, p...)
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (d *testDemo) printed() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return string(d.text)
}

// await returns when the demo has printed texts, in that order.
func (d *testDemo) await(texts ...string) {
	d.t.Helper()
	deadline := time.NewTimer(demoPatience)
	defer deadline.Stop()
	for missing(d.printed(), texts) != "" {
		select {
		case <-d.changed:
		case <-deadline.C:
			d.t.Fatalf("not printed within %v: %q; but:\n%s", demoPatience, missing(d.printed(), texts), d.printed())
		}
	}
}

// missing returns the first of texts that does not follow those before it.
func missing(printed string, texts []string) string {
	for _, text := range texts {
		_, after, found := strings.Cut(printed, text)
		if !found {
			return text
		}
		printed = after
	}
	return ""
}

func (d *testDemo) enter(keys string) {
	d.t.Helper()
	if _, err := io.WriteString(d.stdin, keys); err != nil {
		d.t.Fatal(err)
	}
}

// exit waits for the end and returns what the demo exits with.
func (d *testDemo) exit() string {
	kill := time.AfterFunc(demoPatience, func() { d.cmd.Process.Kill() })
	defer kill.Stop()
	return codeOf(d.cmd.Wait())
}

// expectClean ends the test's part: all went well and nothing is left.
func (d *testDemo) expectClean() {
	d.t.Helper()
	if code := d.exit(); code != "0" {
		d.t.Errorf("exit %s, want 0; printed:\n%s", code, d.printed())
	}
	if left := d.left(); len(left) > 0 {
		d.t.Errorf("left: %q", left)
	}
}

// left returns the processes and files of the demo that are still there.
func (d *testDemo) left() []string {
	var found []string
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range commands {
		// A process that has ended since has no command line any more.
		if line, err := os.ReadFile(file); err == nil && bytes.Contains(line, []byte(d.dir)) {
			found = append(found, string(line))
		}
	}
	files, _ := filepath.Glob(filepath.Join(d.dir, "*"))
	return append(found, files...)
}

// awaitNothing returns when nothing of the demo is left.
func (d *testDemo) awaitNothing() {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.NewTimer(demoPatience)
	defer deadline.Stop()
	for len(d.left()) > 0 {
		select {
		case <-ticker.C:
		case <-deadline.C:
			d.t.Errorf("left after %v: %q", demoPatience, d.left())
			return
		}
	}
}

func TestDemoAnswersPipedLines(t *testing.T) {
	t.Parallel()
	const within = 15 * time.Second
	began := time.Now()
	d := newTestDemo(t, "thingbridge", "demo")
	d.enter("status\n")
	d.await("living-room: Living room\n  Temperature: ")
	if took := time.Since(began); took > within {
		t.Errorf("the first answer came after %v, want %v at most", took, within)
	} else {
		t.Logf("the first answer came after %v", took)
	}
	d.enter("22\nwarmer\n/to lamp\non\n")
	d.stdin.Close()
	d.expectClean()
	if text := missing(d.printed(), []string{
		"address   you@home.test\n", "password  ", "server    127.", "CA file   " + d.dir,
		"● living-room  ", "● outdoor      ", "● house        ", prompted,
		"living-room> status\nliving-room: Living room\n",
		"living-room> 22\n", "living-room: Target: 22 °C.\n",
		"living-room> warmer\n", "living-room: Target: 23 °C.\n",
		"living-room> /to lamp\n● lamp ", "lamp> on\n", "lamp: Light: on.\n",
		"The house is gone again.",
	}); text != "" {
		t.Errorf("%q is missing, or not in its place, in:\n%s", text, d.printed())
	}
}

func TestDemoEndsInOrder(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]os.Signal{
		"when told to": syscall.SIGTERM, "with Ctrl-C": syscall.SIGINT, "with its terminal": syscall.SIGHUP,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newTestDemo(t, "thingbridge", "demo")
			d.await(prompted)
			if err := d.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			d.expectClean()
		})
	}
}

func TestDemoLeavesNothingWhenKilled(t *testing.T) {
	t.Parallel()
	d := newTestDemo(t, "thingbridge", "demo", "--verbose")
	d.await(prompted)
	if len(d.left()) < 3 {
		t.Errorf("while it runs there are %q, want the server, what watches over the folder, and that", d.left())
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	d.exit()
	d.awaitNothing()
}

func TestDemoOnATerminal(t *testing.T) {
	t.Parallel()
	d := newTestDemo(t, "script", "--quiet", "--return", "--flush", "--command", "NO_COLOR=1 TERM=vt100 thingbridge demo --verbose", "/dev/null")
	d.await(prompted)
	d.enter("statux\x7fs\r") // corrected with the backspace key
	d.await("living-room: Living room\r\n  Temperature: ")
	d.enter("/to lamp\r")
	d.await("\nlamp> ")
	d.enter("on\rhalf a li")
	d.await("lamp: Light: on.\r\n", "lamp> half a li", "● lamp ", "lamp> half a li")
	d.enter("\x03")
	d.expectClean()
	if strings.Contains(d.printed(), "\x1b[1m") {
		t.Errorf("coloured in spite of NO_COLOR:\n%q", d.printed())
	}
}
