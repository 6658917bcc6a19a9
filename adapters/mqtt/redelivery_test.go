package mqtt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// notingSink is a sink with a notebook. What it is given survives its adapters.
type notingSink struct {
	*sink
	before func() error // called before a note is kept
	after  func() error // called when it is

	mu      sync.Mutex
	note    []byte
	origins map[string][]uint64 // of each reading
}

func newNotingSink() *notingSink {
	nothing := func() error { return nil }
	return &notingSink{sink: newSink(), before: nothing, after: nothing, origins: make(map[string][]uint64)}
}

func (s *notingSink) Apply(u devices.Update) {
	s.mu.Lock()
	for _, r := range u.Readings {
		name := r.Property + " " + r.Value.String()
		s.origins[name] = append(s.origins[name], r.Origin)
	}
	s.mu.Unlock()
	s.sink.Apply(u)
}

func (s *notingSink) Noted(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.note), nil
}

func (s *notingSink) Note(_ context.Context, note []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note = slices.Clone(note)
	return nil
}

func (s *notingSink) SettleNoting(ctx context.Context, note []byte) error {
	if err := s.before(); err != nil {
		return err
	}
	return errors.Join(s.Note(ctx, note), s.after())
}

// origin returns the origin of a reading, which is to have the same each time.
func (s *notingSink) origin(t *testing.T, name string) uint64 {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.origins[name]
	if len(all) == 0 || len(slices.Compact(slices.Clone(all))) > 1 || all[0] == 0 {
		t.Errorf("the origins of %s are %d, want one, as often as it came", name, all)
		return 0
	}
	return all[0]
}

// publishTargets makes the boiler say n targets, so that the ledger knows that
// the broker counts, and returns them as readings.
func publishTargets(t *testing.T, b *lab.Mosquitto, first, n int) (want []string) {
	t.Helper()
	other := client(t, b, fmt.Sprint("other", first))
	for i := range n {
		done(t, other.Publish("boiler/target", 1, false, fmt.Sprint(first+i)))
		want = append(want, fmt.Sprintf("boiler target %d", first+i))
	}
	other.Disconnect(100)
	return want
}

// errLost stands for a line that breaks or a process that is killed.
var errLost = errors.New("lost")

func TestWhatIsSentAgainInTheNextSessionIsNotAppliedAgain(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newSink()
	hold := make(chan struct{})
	var once sync.Once
	s.settle = func(ctx context.Context) error {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := error(nil)
		once.Do(func() { err = errLost }) // ends the session before an acknowledgement
		return err
	}
	a, _ := run(t, config(b.URL), s, io.Discard)
	a.subscribed(t)
	want := publishTargets(t, b, 0, 20) // as many as Mosquitto has in flight
	s.reading(t, "boiler target 19")
	close(hold)
	want = append(want, publishTargets(t, b, 20, 20)...)
	s.reading(t, "boiler target 39")
	if diff := cmp.Diff(want, s.all()); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
}

func TestWhatIsSentAgainAfterAKill(t *testing.T) {
	tests := []struct {
		name  string
		kill  func(s *notingSink, kill func() error)
		again bool // it is applied again
	}{
		{"before it was settled", func(s *notingSink, kill func() error) { s.before = kill }, true},
		{"before it was acknowledged", func(s *notingSink, kill func() error) { s.after = kill }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := broker(t, lab.MosquittoConfig{})
			s := newNotingSink()
			a, stop := run(t, config(b.URL), s, io.Discard)
			a.subscribed(t)
			want := publishTargets(t, b, 0, 100)
			s.reading(t, "boiler target 99")
			stop()

			all := make(chan struct{}) // have been applied
			test.kill(s, func() error { <-all; return errLost })
			a, stop = run(t, config(b.URL), s, io.Discard)
			a.subscribed(t)
			more := publishTargets(t, b, 100, 20) // as many as Mosquitto has in flight
			s.reading(t, "boiler target 119")
			close(all)
			stop()

			s.before, s.after = func() error { return nil }, func() error { return nil }
			if want = append(want, more...); test.again {
				want = append(want, more...)
			}
			run(t, config(b.URL), s, io.Discard)
			want = append(want, publishTargets(t, b, 200, 1)...)
			s.reading(t, "boiler target 200")
			got := s.all()
			if !test.again {
				// The settle that was the last may have been of the first of them only; the
				// others are applied again, as what they were before.
				got = slices.DeleteFunc(got, repeated("boiler target 100"))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("readings (-want +got):\n%s", diff)
			}
			seen := make(map[uint64]bool)
			for _, n := range []int{0, 1, 99, 100, 101, 119, 200} {
				if origin := s.origin(t, fmt.Sprint("target ", n)); seen[origin] {
					t.Errorf("target %d has the origin of another", n)
				} else {
					seen[origin] = true
				}
			}
		})
	}
}

// repeated reports of readings, in turn, which were there before. It never does so
// of the one that must not be.
func repeated(never string) func(string) bool {
	before := make(map[string]bool)
	return func(reading string) bool {
		again := before[reading] && reading != never
		before[reading] = true
		return again
	}
}

// TestAnEndInOrderAcknowledgesWhatWasApplied stops the adapter while what it has
// applied is being settled. The next one remembers nothing of it.
func TestAnEndInOrderAcknowledgesWhatWasApplied(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newSink()
	stopping := make(chan struct{})
	s.settle = func(ctx context.Context) error {
		select {
		case <-stopping:
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	a, stop := run(t, config(b.URL), s, io.Discard)
	a.subscribed(t)
	want := publishTargets(t, b, 0, 100) // of which the broker sends 20
	s.reading(t, "boiler target 19")
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	fan := devices.Command{Device: "boiler", Property: "fan", Value: devices.Number(1)}
	for !errors.Is(a.Execute(t.Context(), fan), adapters.ErrUnavailable) {
		runtime.Gosched()
	}
	close(stopping) // not before the end has begun
	if err := <-stopped; err != nil {
		t.Errorf("Run returned %v", err)
	}
	next := newSink()
	run(t, config(b.URL), next, io.Discard)
	next.reading(t, "boiler target 99")
	both := slices.DeleteFunc(append(s.all(), next.all()...), func(r string) bool { return r == "boiler fan 1" })
	if diff := cmp.Diff(want, both); diff != "" {
		t.Errorf("readings of both (-want +got):\n%s", diff)
	}
}

// TestASessionThatTheBrokerForgotIsAnother: identifiers mean nothing any more.
func TestASessionThatTheBrokerForgotIsAnother(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	s := newNotingSink()
	a, _ := run(t, config(b.URL), s, io.Discard)
	a.subscribed(t)
	want := publishTargets(t, b, 0, 100)
	s.reading(t, "boiler target 99")
	b.Kill()
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	connected := subscribe(t, client(t, b, "watcher"), "thingbridge/house/status")
	next(t, connected, "online")
	other := client(t, b, "late")
	for n := range 3 {
		done(t, other.Publish("boiler/target", 1, false, fmt.Sprint(n)))
		want = append(want, fmt.Sprintf("boiler target %d", n))
	}
	s.await(t, "the last target", func(readings, _ []string) bool { return len(readings) == len(want) })
	if diff := cmp.Diff(want, s.all()); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range 3 {
		if all := s.origins[fmt.Sprint("target ", n)]; len(all) != 2 || all[0] == all[1] {
			t.Errorf("target %d, which was said twice, has the origins %d, want two", n, all)
		}
	}
}
