package xmpp

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRetry(t *testing.T) {
	refused := error(&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)})
	wrong := error(&RefusedError{Cause: &StreamError{Condition: "not-authorized"}, Remedy: "x"})
	conflict := error(&RefusedError{Cause: &StreamError{Condition: "conflict"}, Remedy: "x"})
	tests := []struct {
		name     string
		lasted   []time.Duration // streams before, each lost at once after the one before
		err      error
		attempts int           // that failed with err before
		after    time.Duration // the first of them
		want     time.Duration // the longest wait
		slow     bool          // without jitter: only a person can help
	}{
		{"the first failure", nil, io.EOF, 0, 0, 200 * time.Millisecond, false},
		{"the fourth", nil, io.EOF, 3, 0, 1600 * time.Millisecond, false},
		{"the twentieth", nil, io.EOF, 19, 0, 8 * time.Second, false},
		{"the twentieth refused connection while a server restarts", nil, refused, 19, 0, 1500 * time.Millisecond, false},
		{"a refused connection long after", nil, refused, 19, 6 * time.Minute, 8 * time.Second, false},
		{"a stable stream that ends", []time.Duration{time.Hour}, io.EOF, 0, 0, 200 * time.Millisecond, false},
		{"a first short stream", []time.Duration{time.Second}, io.EOF, 0, 0, 200 * time.Millisecond, false},
		{"the fourth short stream in a row", []time.Duration{1, 1, 1, 1}, io.EOF, 0, 0, 1600 * time.Millisecond, false},
		{"a short stream after a stable one", []time.Duration{1, 1, 1, time.Hour, 1}, io.EOF, 0, 0, 200 * time.Millisecond, false},
		{"the wrong secret", nil, wrong, 0, 0, 30 * time.Second, true},
		{"the wrong secret just after the right one", []time.Duration{time.Hour}, wrong, 0, 0, 200 * time.Millisecond, false},
		{"the wrong secret for some time", []time.Duration{time.Hour}, wrong, 5, 0, 30 * time.Second, true},
		{"a conflict", nil, conflict, 0, 0, 30 * time.Second, true},
		{"a conflict that ended a stream", []time.Duration{time.Hour}, conflict, 0, 0, 30 * time.Second, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			least := test.want / 2
			if test.slow {
				least = test.want
			}
			for chance, want := range map[float64]time.Duration{0: least, 1: test.want} {
				var r retry
				now := time.Unix(0, 0)
				for _, d := range test.lasted {
					r.lost(d, now)
				}
				for range test.attempts {
					r.next(test.err, now, chance)
				}
				if got := r.next(test.err, now.Add(test.after), chance); got != want {
					t.Errorf("next with chance %v = %v, want %v", chance, got, want)
				}
			}
		})
	}
}

func TestRepeats(t *testing.T) {
	var r repeats
	now := time.Unix(0, 0)
	var logged []time.Duration
	for d := time.Duration(0); d < 3*time.Hour; d += 10 * time.Second {
		if r.due("same", now.Add(d)) {
			logged = append(logged, d)
		}
	}
	want := []time.Duration{0, time.Minute, 4 * time.Minute, 13 * time.Minute, 40 * time.Minute, 100 * time.Minute, 160 * time.Minute}
	if diff := cmp.Diff(want, logged); diff != "" {
		t.Errorf("the same failure is logged after (-want +got):\n%s", diff)
	}
	if !r.due("another", now) || r.due("another", now) || !r.due("same", now) {
		t.Error("a change is not logged exactly once")
	}
}

func TestPlainErrorReadsTheSameEachTime(t *testing.T) {
	reset := os.NewSyscallError("read", syscall.ECONNRESET)
	local := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40001}
	err := plainError(&net.OpError{Op: "read", Net: "tcp", Source: local, Addr: local, Err: reset})
	if err.Error() != "read: connection reset by peer" || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("plainError = %v", err)
	}
}
