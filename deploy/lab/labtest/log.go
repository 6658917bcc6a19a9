package labtest

import (
	"bytes"
	"sync"
	"testing"
)

// maxLog bounds what is kept of one program's log. The newest counts.
const maxLog = 256 << 10

// logBuffer keeps the end of a program's output. It can be used from any goroutine.
type logBuffer struct {
	mu   sync.Mutex
	text []byte
}

// captureLog returns a buffer that is shown when the test has failed.
func captureLog(t testing.TB, name string) *logBuffer {
	b := &logBuffer{}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, b.String())
		}
	})
	return b
}

// Write keeps p and never fails.
func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	if over := len(b.text) - maxLog; over > 0 {
		rest := b.text[over:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			rest = rest[i+1:]
		}
		b.text = append(b.text[:0], rest...)
	}
	return len(p), nil
}

// String returns what was kept.
func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
