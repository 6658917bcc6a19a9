package adapters_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/devices"
)

// script is an adapter that plays one step for each run; the last one repeats.
type script struct {
	steps []func(ctx context.Context) error
	began []time.Time
}

func (s *script) Run(ctx context.Context, _ adapters.Sink) error {
	step := s.steps[min(len(s.began), len(s.steps)-1)]
	s.began = append(s.began, time.Now())
	return step(ctx)
}

func (s *script) Execute(context.Context, devices.Command) error { panic("no such relay") }

func fails(text string) func(context.Context) error {
	return func(context.Context) error { return errors.New(text) }
}

func runsFor(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return errors.New("line lost")
		}
	}
}

// supervise runs s for d and returns the seconds between the starts of its runs.
func supervise(t *testing.T, s *script, d time.Duration, log zerolog.Logger) []int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := adapters.Supervise("attic", s, log).Run(ctx, nil); err != nil {
		t.Errorf("Run returned %v, want nil at the end of its context", err)
	}
	var pauses []int
	for i := 1; i < len(s.began); i++ {
		pauses = append(pauses, int(s.began[i].Sub(s.began[i-1]).Seconds()))
	}
	return pauses
}

func TestSupervisorStartsAgain(t *testing.T) {
	tests := []struct {
		name  string
		steps []func(context.Context) error
		// least and most seconds between the starts of the first runs
		want [][2]int
	}{
		{"after longer and longer, up to a minute", []func(context.Context) error{fails("refused")},
			[][2]int{{1, 1}, {2, 2}, {4, 4}, {8, 9}, {16, 19}, {32, 38}, {60, 72}, {60, 72}}},
		{"after a panic", []func(context.Context) error{func(context.Context) error { panic("index out of range") }},
			[][2]int{{1, 1}, {2, 2}, {4, 4}}},
		{"when it ended without an error", []func(context.Context) error{func(context.Context) error { return nil }},
			[][2]int{{1, 1}, {2, 2}, {4, 4}}},
		{"slowly when only a person can mend it",
			[]func(context.Context) error{func(context.Context) error {
				return fmt.Errorf("log in: %w", adapters.Permanent(errors.New("wrong password")))
			}},
			[][2]int{{300, 300}, {300, 300}}},
		{"soon after a stable run", []func(context.Context) error{fails("a"), fails("b"), fails("c"), runsFor(time.Minute), fails("d")},
			[][2]int{{1, 1}, {2, 2}, {4, 4}, {61, 61}, {2, 2}}},
		{"later and later after runs that are not stable", []func(context.Context) error{runsFor(59 * time.Second)},
			[][2]int{{60, 60}, {61, 61}, {63, 63}, {67, 68}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := supervise(t, &script{steps: test.steps}, 15*time.Minute, zerolog.Nop())
				if len(got) < len(test.want) {
					t.Fatalf("started again after %v seconds, want as many as %v", got, test.want)
				}
				for i, want := range test.want {
					if got[i] < want[0] || got[i] > want[1] {
						t.Errorf("pause %d is %d s, want %d to %d; all: %v", i, got[i], want[0], want[1], got)
					}
				}
			})
		})
	}
}

func TestSupervisorReportsItsStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := adapters.Supervise("attic", &script{steps: []func(context.Context) error{runsFor(10 * time.Second)}}, zerolog.Nop())
		start := time.Now()
		phases := []adapters.Phase{s.Status().Phase}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx, nil) }()
		synctest.Wait()
		phases = append(phases, s.Status().Phase)
		<-time.After(10*time.Second + 500*time.Millisecond)
		waiting := s.Status()
		cancel()
		<-done
		phases = append(phases, waiting.Phase, s.Status().Phase)
		want := []adapters.Phase{adapters.Stopped, adapters.Running, adapters.Waiting, adapters.Stopped}
		if diff := cmp.Diff(want, phases); diff != "" {
			t.Errorf("phases (-want +got):\n%s", diff)
		}
		if waiting.Err == nil || waiting.Err.Error() != "line lost" {
			t.Errorf("status names %v, want the error of the last run", waiting.Err)
		}
		if !waiting.Since.Equal(start.Add(10*time.Second)) || waiting.Retry.Before(start.Add(11*time.Second)) {
			t.Errorf("waiting since %s until %s after the start", waiting.Since.Sub(start), waiting.Retry.Sub(start))
		}
	})
}

func TestSupervisorLogsOneFailureSeldom(t *testing.T) {
	refused := fails("refused")
	denied := func(context.Context) error { return adapters.Permanent(errors.New("wrong password")) }
	tests := []struct {
		name        string
		steps       []func(context.Context) error
		least, most int // lines in an hour
	}{
		{"at growing intervals", []func(context.Context) error{refused}, 5, 7},
		{"once when only a person can mend it", []func(context.Context) error{denied}, 1, 1},
		{"at once when it changes", []func(context.Context) error{denied, refused, denied, refused, denied}, 5, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				supervise(t, &script{steps: test.steps}, time.Hour, zerolog.New(&out))
				if lines := strings.Count(out.String(), "\n"); lines < test.least || lines > test.most {
					t.Errorf("%d lines, want %d to %d:\n%s", lines, test.least, test.most, out.String())
				}
			})
		})
	}
}

func TestSupervisorLogsThePlaceOfAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		supervise(t, &script{steps: []func(context.Context) error{func(context.Context) error { panic("index out of range") }}}, time.Second/2, zerolog.New(&out))
		for _, want := range []string{"panic: index out of range", "supervise_test.go"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("log has no %q:\n%s", want, out.String())
			}
		}
	})
}

func TestSupervisorTurnsAPanicOfExecuteIntoAnError(t *testing.T) {
	s := adapters.Supervise("attic", &script{}, zerolog.Nop())
	err := s.Execute(t.Context(), devices.Command{Device: "boiler", Property: "target"})
	if err == nil || err.Error() != "adapter attic: panic: no such relay" {
		t.Errorf("Execute returned %v, want the panic as an error", err)
	}
}
