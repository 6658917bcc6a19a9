package mqtt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
)

// awayAfter is how long the broker may be away before its devices are offline. A
// broker that only restarts is back before.
const awayAfter = 5 * time.Second

// Adapter is one connection to a broker. It implements [adapters.Adapter].
type Adapter struct {
	name  string
	cfg   Config
	known []dialect
	at    address
	err   error // of the configuration
	log   zerolog.Logger
	drops counters

	mu      sync.Mutex
	spoken  *speakers // of the run
	in      *inbox    // of the run; nil: there was none yet
	session *session  // nil: not connected
}

var (
	_ adapters.Adapter   = (*Adapter)(nil)
	_ adapters.Forgetter = (*Adapter)(nil)
)

// New returns the adapter of a configuration in which [Config.Validate] finds no
// mistake; with another its Run only returns an error. It connects to nothing
// before Run. The adapter is called name in errors; log is to have the name as a
// field already.
func New(name string, cfg Config, log zerolog.Logger) *Adapter {
	return newAdapter(name, cfg, log, dialects())
}

// newAdapter returns an adapter that knows other conventions.
func newAdapter(name string, cfg Config, log zerolog.Logger, known []dialect) *Adapter {
	a := &Adapter{name: name, cfg: cfg, log: log, known: known}
	var mistakes []error
	cfg.validate(known, func(path, problem string) { mistakes = append(mistakes, fmt.Errorf("%s: %s", path, problem)) })
	if a.err = errors.Join(mistakes...); a.err != nil {
		return a
	}
	a.at, a.err = parseBroker(cfg.Broker)
	if a.err == nil {
		a.spoken, a.err = newSpeakers(&a.cfg, known)
	}
	return a
}

// Counts returns how many messages were dropped, and why.
func (a *Adapter) Counts() Counts {
	return Counts{
		BadTopic:  a.drops.badTopic.Load(),
		Oversized: a.drops.oversized.Load(),
		Unknown:   a.drops.unknown.Load(),
		Fault:     a.drops.fault.Load(),
		Crowd:     a.drops.crowd.Load(),
		Unasked:   a.drops.unasked.Load(),
	}
}

// Run announces the devices, connects, and connects again whenever the
// connection is lost, about twice a second. Devices become offline when the
// broker has been away for five seconds. It returns an error only for what needs
// a person, such as a login that is refused.
func (a *Adapter) Run(ctx context.Context, sink adapters.Sink) error {
	if a.err != nil {
		return adapters.Permanent(fmt.Errorf("mqtt %s: %w", a.name, a.err))
	}
	spoken, err := newSpeakers(&a.cfg, a.known)
	if err != nil {
		return adapters.Permanent(fmt.Errorf("mqtt %s: %w", a.name, err))
	}
	in := newInbox(a, spoken, sink)
	a.speak(in)
	books := newSettler(sink, in.taken, in.records)
	if err := books.recall(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn().Err(err).Msg("what was taken before the start is not known; some readings may be told twice")
	}
	in.announce()
	in.replay(ctx)
	aside, stop := context.WithCancel(ctx)
	var others sync.WaitGroup
	others.Go(func() { in.keepTime(aside) })
	others.Go(func() { in.records.run(aside) })
	defer others.Wait()
	defer stop()
	away := absence{since: time.Now()}
	var pauses retry
	var said adapters.Repeat
	for {
		lasted, err := a.serve(ctx, in, books)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, adapters.ErrPermanent):
			in.lost()
			return fmt.Errorf("mqtt %s: %w", a.name, err)
		case lasted > 0:
			away = absence{since: time.Now()}
			said.Clear()
		}
		if say, kept := said.Say(err.Error(), time.Now()); say {
			a.log.Warn().Int("repeated", kept).Err(err).Msg("no connection to the broker")
		}
		pause := pauses.next(lasted, rand.Float64())
		if !away.wait(ctx, pause, in) {
			return nil
		}
	}
}

// speak makes the conventions of a run those that commands go to.
func (a *Adapter) speak(in *inbox) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spoken, a.in = in.spoken, in
}

// absence is a time without the broker.
type absence struct {
	since time.Time
	told  bool // that the devices are offline
}

// wait waits for d, and reports whether ctx still holds. It tells in when the
// broker has been away for too long.
func (ab *absence) wait(ctx context.Context, d time.Duration, in *inbox) bool {
	until := time.Now().Add(d)
	for {
		now := time.Now()
		if !ab.told && now.Sub(ab.since) >= awayAfter {
			ab.told = true
			in.lost()
		}
		next := until
		if at := ab.since.Add(awayAfter); !ab.told && at.Before(next) {
			next = at
		}
		if !now.Before(until) {
			return true
		}
		timer := time.NewTimer(next.Sub(now))
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}

// Pauses between two attempts to connect.
const (
	// shortPause is short enough that we are subscribed again within a second of
	// the broker's return, for what it is sent at QoS 0 before that is lost.
	shortPause = 500 * time.Millisecond
	// longPause is between sessions that end as soon as they begin, as two
	// clients with one client ID end each other's. It is no longer than that a
	// line which was bad for a while has us within ten seconds.
	longPause = 6 * time.Second
	// steady is how long a session lasts that ended for another reason.
	steady = 5 * time.Second
)

// retry chooses the pauses between attempts to connect.
type retry struct{ short int } // sessions in a row that ended soon

// next returns the pause after a session that lasted so long; 0 when none came
// about. Up to a fifth is taken off by chance, a number from 0 to 1.
func (r *retry) next(lasted time.Duration, chance float64) time.Duration {
	pause := shortPause
	switch {
	case lasted >= steady:
		r.short = 0
	case lasted > 0:
		pause = min(shortPause<<r.short, longPause)
		r.short = min(r.short+1, 10)
	}
	return pause - time.Duration(chance*float64(pause)/5)
}
