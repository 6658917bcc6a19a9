package adapters

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
)

// How long a Supervisor waits before it starts an adapter again.
const (
	firstWait     = time.Second
	longestWait   = time.Minute
	permanentWait = 5 * time.Minute // only a person can mend it, and may do so outside of our configuration
	stableRun     = time.Minute     // a run this long was good: the next wait is the first again
)

// Supervisor runs one adapter and starts it again when it fails. It is an
// [Adapter] itself, and is safe for use by several goroutines.
type Supervisor struct {
	name    string
	adapter Adapter
	log     zerolog.Logger

	mu     sync.Mutex
	status Status
}

var (
	_ Adapter   = (*Supervisor)(nil)
	_ Forgetter = (*Supervisor)(nil)
	_ Adopter   = (*Supervisor)(nil)
)

// Supervise returns a supervisor of a, which is called name in errors; log is to
// have the name as a field already. Nothing runs before [Supervisor.Run].
func Supervise(name string, a Adapter, log zerolog.Logger) *Supervisor {
	return &Supervisor{name: name, adapter: a, log: log}
}

// Phase is what a supervised adapter is doing.
type Phase uint8

// The phases of a supervised adapter.
const (
	Stopped Phase = iota // Run was not called, or has returned
	Running              // the adapter's Run is at work
	Waiting              // it has failed and will be started again
)

// String returns "stopped", "running" or "waiting".
func (p Phase) String() string {
	switch p {
	case Running:
		return "running"
	case Waiting:
		return "waiting"
	}
	return "stopped"
}

// Status is a snapshot of a supervised adapter.
type Status struct {
	Phase Phase
	Since time.Time // when Phase began; zero: it was never started
	Err   error     // why the adapter ended last; nil: it never did
	Retry time.Time // when it will be started again, while Waiting
}

// Status returns what the adapter is doing.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Run runs the adapter until ctx ends, and then returns nil. When the adapter
// fails, also by a panic in its own goroutine, it is started again: after a
// second, then after longer and longer, up to a minute; only every five minutes
// when its error wraps [ErrPermanent].
func (s *Supervisor) Run(ctx context.Context, sink Sink) error {
	var wait backoff
	var said Repeat
	defer func() { s.enter(Stopped, nil, time.Time{}) }()
	for ctx.Err() == nil {
		s.enter(Running, nil, time.Time{})
		began := time.Now()
		err := s.run(ctx, sink)
		if ctx.Err() != nil {
			return nil
		}
		now := time.Now()
		if now.Sub(began) >= stableRun {
			said.Clear()
		}
		pause := wait.next(err, now.Sub(began), rand.Float64())
		s.enter(Waiting, err, now.Add(pause))
		s.report(&said, err, pause, now)
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Execute hands the command to the adapter. A panic there is an error here.
func (s *Supervisor) Execute(ctx context.Context, cmd devices.Command) (err error) {
	defer s.mend(cmd.Device, "command ended in a panic", &err)
	return s.adapter.Execute(ctx, cmd)
}

// Forget has the adapter forget a device. One that discovers none has only those of the
// configuration.
func (s *Supervisor) Forget(ctx context.Context, id devices.ID) (err error) {
	defer s.mend(id, "forgetting a device ended in a panic", &err)
	if f, ok := s.adapter.(Forgetter); ok {
		return f.Forget(ctx, id)
	}
	return fmt.Errorf("adapter %s: device %q: %w", s.name, id, ErrConfigured)
}

// Adopts reports whether the adapter can have a device go on as another.
func (s *Supervisor) Adopts() bool {
	a, ok := s.adapter.(Adopter)
	return ok && a.Adopts()
}

// Adopt has the adapter have a device go on as another.
func (s *Supervisor) Adopt(ctx context.Context, old, now devices.ID) (err error) {
	defer s.mend(old, "replacing a device ended in a panic", &err)
	if a, ok := s.adapter.(Adopter); ok {
		return a.Adopt(ctx, old, now)
	}
	return fmt.Errorf("adapter %s: device %q: %w", s.name, old, ErrCannotAdopt)
}

// mend makes an error of a panic; it is deferred.
func (s *Supervisor) mend(id devices.ID, what string, err *error) {
	if value := recover(); value != nil {
		*err = fmt.Errorf("adapter %s: %w", s.name, newPanicError(value))
		s.log.Error().Str("device", string(id)).Bytes("stack", debug.Stack()).Err(*err).Msg(what)
	}
}

// run is one run of the adapter, whose panic becomes an error.
func (s *Supervisor) run(ctx context.Context, sink Sink) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = newPanicError(value)
			s.log.Error().Bytes("stack", debug.Stack()).Err(err).Msg("adapter ended in a panic")
		}
	}()
	if err := s.adapter.Run(ctx, sink); err != nil {
		return err
	}
	return errEnded
}

var errEnded = errors.New("the adapter ended by itself")

func (s *Supervisor) enter(phase Phase, err error, retry time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.status.Err = err
	}
	s.status.Phase, s.status.Since, s.status.Retry = phase, time.Now(), retry
}

// report says a failure on change and then at growing intervals; one that only
// a person can mend is said once.
func (s *Supervisor) report(said *Repeat, err error, pause time.Duration, now time.Time) {
	text, permanent := err.Error(), errors.Is(err, ErrPermanent)
	if permanent && text == said.text {
		return
	}
	say, kept := said.Say(text, now)
	if !say {
		return
	}
	event := s.log.Warn()
	if permanent {
		event = s.log.Error()
	}
	if kept > 0 {
		event = event.Int("repeated", kept)
	}
	event.Err(err).Stringer("retry", pause.Round(time.Second)).Msg("adapter failed")
}

// backoff chooses the pauses between runs. The zero backoff begins anew.
type backoff struct{ wait time.Duration }

// next returns how long to wait after a run of length ran that ended with err.
// Up to a fifth is added by chance, a number from 0 to 1, so that what failed
// together does not come back together.
func (b *backoff) next(err error, ran time.Duration, chance float64) time.Duration {
	switch {
	case errors.Is(err, ErrPermanent):
		b.wait = 0
		return permanentWait
	case b.wait == 0 || ran >= stableRun:
		b.wait = firstWait
	default:
		b.wait = min(2*b.wait, longestWait)
	}
	return b.wait + time.Duration(chance*float64(b.wait)/5)
}

// panicError is a panic as an error.
type panicError struct{ text string }

func newPanicError(value any) panicError {
	const most = 200 // bytes of the panic's text
	text := fmt.Sprint(value)
	if len(text) > most {
		text = text[:most] + "…"
	}
	return panicError{text}
}

func (e panicError) Error() string { return "panic: " + e.text }
