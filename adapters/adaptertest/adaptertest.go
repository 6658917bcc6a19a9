// Package adaptertest checks that an adapter keeps the contract of package
// adapters. Every kind of adapter has a test that calls [Run].
package adaptertest

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"thingbridge/adapters"
	"thingbridge/devices"
)

// Case is an adapter and what its hardware does.
type Case struct {
	// New returns an adapter that was never run, and whose hardware is there: it
	// announces at least one device, and at least one reading comes unasked.
	New func(t *testing.T) adapters.Adapter

	// Command is one that the hardware takes; zero when it takes none.
	Command devices.Command
}

// Limits of what the contract calls promptly. They allow for a busy machine.
const (
	patience = 15 * time.Second // for hardware to be found and to speak
	prompt   = 5 * time.Second  // for Run to return, and for Execute without a connection
)

// Run runs the checks as subtests. They do not run beside other tests, for they
// count goroutines.
func Run(t *testing.T, c Case) {
	t.Run("announces devices before their readings, of the declared types", c.announces)
	t.Run("returns soon after its context ended, and leaves no goroutine", c.returns)
	t.Run("runs again", c.runsAgain)
	t.Run("executes nothing before it runs", c.notBeforeRun)
	t.Run("refuses commands for what it does not have", c.refusesUnknown)
	if c.Command != (devices.Command{}) {
		t.Run("executes commands from many goroutines", c.executes)
	}
}

// running is an adapter at work.
type running struct {
	adapters.Adapter
	sink   *recorder
	cancel context.CancelFunc
	done   chan error
}

// start runs a; its end is waited for at the end of the test.
func start(t *testing.T, a adapters.Adapter) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{Adapter: a, sink: newRecorder(), cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- a.Run(ctx, r.sink) }()
	t.Cleanup(func() { r.stop(t) })
	return r
}

// stop ends the run and checks how it ended. It can be called twice.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if r.done == nil {
		return
	}
	r.cancel()
	select {
	case err := <-r.done:
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v at the end of its context, want nil or the context's error", err)
		}
	case <-time.After(prompt):
		t.Fatalf("Run did not return within %s after its context ended; goroutines:\n%s", prompt, stacks())
	}
	r.done = nil
	for _, problem := range r.sink.problems() {
		t.Error(problem)
	}
}

// speaks waits for the first reading.
func (r *running) speaks(t *testing.T) {
	t.Helper()
	select {
	case <-r.sink.spoken:
	case err := <-r.done:
		t.Fatalf("Run ended with %v before the first reading", err)
	case <-time.After(patience):
		t.Fatalf("no reading within %s", patience)
	}
}

// takes waits until the adapter takes commands, for which it may need a moment
// after it has spoken.
func (r *running) takes(ctx context.Context, t *testing.T, cmd devices.Command) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := r.Execute(ctx, cmd)
		if err == nil {
			return
		}
		if !errors.Is(err, adapters.ErrUnavailable) || ctx.Err() != nil {
			t.Fatalf("Execute: %v", err)
		}
		<-tick.C
	}
}

func (c Case) announces(t *testing.T) {
	r := start(t, c.New(t))
	r.speaks(t)
	r.stop(t)
}

func (c Case) returns(t *testing.T) {
	a := c.New(t)
	before := runtime.NumGoroutine()
	r := start(t, a)
	r.speaks(t)
	r.stop(t)
	settled(t, before)

	r = start(t, a) // ended in the midst of its beginning
	r.stop(t)
	settled(t, before)
}

// settled waits until no more goroutines run than before.
func settled(t *testing.T, before int) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(prompt)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines run after Run returned, %d before:\n%s", runtime.NumGoroutine(), before, stacks())
		}
		<-tick.C
	}
}

func stacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

func (c Case) runsAgain(t *testing.T) {
	a := c.New(t)
	for range 3 {
		r := start(t, a)
		r.speaks(t)
		r.stop(t)
	}
}

func (c Case) notBeforeRun(t *testing.T) {
	cmd := c.Command
	if cmd == (devices.Command{}) {
		cmd = devices.Command{Device: "adaptertest", Property: "none", Value: devices.Boolean(true)}
	}
	ctx, cancel := context.WithTimeout(t.Context(), prompt)
	defer cancel()
	err := c.New(t).Execute(ctx, cmd)
	switch {
	case err == nil:
		t.Error("Execute succeeds before Run")
	case c.Command != (devices.Command{}) && !errors.Is(err, adapters.ErrUnavailable):
		t.Errorf("Execute before Run returned %q, want an error that wraps adapters.ErrUnavailable", err)
	}
}

func (c Case) refusesUnknown(t *testing.T) {
	r := start(t, c.New(t))
	r.speaks(t)
	ctx, cancel := context.WithTimeout(t.Context(), prompt)
	defer cancel()
	commands := []devices.Command{{Device: "adaptertest-none", Property: "none", Value: devices.Number(1)}}
	if c.Command.Device != "" {
		commands = append(commands, devices.Command{Device: c.Command.Device, Property: "adaptertest_none", Value: c.Command.Value})
	}
	for _, cmd := range commands {
		err := r.Execute(ctx, cmd)
		if err == nil {
			t.Errorf("Execute for device %q, property %q succeeds", cmd.Device, cmd.Property)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("Execute returned %q, want one line", err)
		}
	}
}

func (c Case) executes(t *testing.T) {
	r := start(t, c.New(t))
	r.speaks(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r.takes(ctx, t, c.Command)
	const callers, calls = 8, 4
	errs := make([]error, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for range calls {
				errs[i] = errors.Join(errs[i], r.Execute(ctx, c.Command))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("Execute: %v", err)
	}
	r.stop(t)
	if err := r.Execute(ctx, c.Command); !errors.Is(err, adapters.ErrUnavailable) {
		t.Errorf("Execute after Run returned %v, want an error that wraps adapters.ErrUnavailable", err)
	}
}
