package lab

import (
	"io"
	"strings"
	"sync"
)

// tailLines is how many lines of a server's log an error quotes.
const tailLines = 15

// tail hands a server's output on and keeps the last lines of it for errors.
type tail struct {
	next io.Writer // nil for nobody

	mu    sync.Mutex
	lines []string
}

// Write never fails: a server must not stop because nobody reads its log.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	for line := range strings.Lines(string(p)) {
		t.lines = append(t.lines, "  "+strings.TrimRight(line, "\r\n"))
	}
	if len(t.lines) > tailLines {
		t.lines = append(t.lines[:0], t.lines[len(t.lines)-tailLines:]...)
	}
	t.mu.Unlock()
	if t.next != nil {
		// A log that cannot be written is no reason to lose the server.
		_, _ = t.next.Write(p)
	}
	return len(p), nil
}

// last returns the newest lines.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
