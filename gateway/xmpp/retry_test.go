package xmpp

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
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
		least    time.Duration // the shortest; 0: half of that
	}{
		{"the first failure", nil, io.EOF, 0, 0, 200 * time.Millisecond, 0},
		{"the fourth", nil, io.EOF, 3, 0, 1600 * time.Millisecond, 0},
		{"the twentieth", nil, io.EOF, 19, 0, 8 * time.Second, 0},
		{"the twentieth refused connection while a server restarts", nil, refused, 19, 0, 1500 * time.Millisecond, 0},
		{"a refused connection long after", nil, refused, 19, 6 * time.Minute, 8 * time.Second, 0},
		{"a stable stream that ends", []time.Duration{time.Hour}, io.EOF, 0, 0, 200 * time.Millisecond, 0},
		{"a first short stream", []time.Duration{time.Second}, io.EOF, 0, 0, 200 * time.Millisecond, 0},
		{"the fourth short stream in a row", []time.Duration{1, 1, 1, 1}, io.EOF, 0, 0, 1600 * time.Millisecond, 0},
		{"a short stream after a stable one", []time.Duration{1, 1, 1, time.Hour, 1}, io.EOF, 0, 0, 200 * time.Millisecond, 0},
		{"the wrong secret", nil, wrong, 0, 0, 30 * time.Second, 30 * time.Second},
		{"the wrong secret just after the right one", []time.Duration{time.Hour}, wrong, 0, 0, 200 * time.Millisecond, 0},
		{"the wrong secret for some time", []time.Duration{time.Hour}, wrong, 5, 0, 30 * time.Second, 30 * time.Second},
		{"a conflict", nil, conflict, 0, 0, 8 * time.Second, 5 * time.Second},
		{"the twentieth conflict", nil, conflict, 19, 0, 8 * time.Second, 5 * time.Second},
		{"a conflict after another failure of a stream", []time.Duration{time.Hour}, conflict, 1, 0, 8 * time.Second, 5 * time.Second},
		{"a conflict that ended a stream", []time.Duration{time.Hour}, conflict, 0, 0, 30 * time.Second, 30 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			least := cmp.Or(test.least, test.want/2)
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

func TestGatewaysThatReplaceEachOtherDoSoEverMoreSeldom(t *testing.T) {
	conflict := error(&RefusedError{Cause: &StreamError{Condition: "conflict"}, Remedy: "x"})
	var r retry
	now := time.Unix(0, 0)
	var waits []time.Duration
	for range 6 {
		r.lost(time.Minute, now)
		waits = append(waits, r.next(conflict, now, 0))
	}
	r.lost(time.Hour, now)
	waits = append(waits, r.next(conflict, now, 0))
	want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 4 * time.Minute, 4 * time.Minute, 30 * time.Second}
	if diff := gocmp.Diff(want, waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
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
	if diff := gocmp.Diff(want, logged); diff != "" {
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
