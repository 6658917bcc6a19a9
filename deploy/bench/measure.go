package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	interval  = time.Millisecond // between two readings of steady
	warmUp    = 700 * time.Millisecond
	patience  = 30 * time.Second // for a bridge to start, and for what is under way to arrive
	tryAgain  = 50 * time.Millisecond
	quiet     = 250 * time.Millisecond // without an arrival: there is nothing under way
	watchers  = 100                    // devices whose presence is subscribed to when memory is measured
	afterRest = 2 * time.Second        // between the last reading and the look at memory
)

// kind is a sort of measurement.
type kind string

// The kinds, and at which servers and paces.
const (
	steady  kind = "steady"
	flood   kind = "flood"
	ceiling kind = "ceiling"
	atRest  kind = "memory"
)

// measurement is one bridge in one round.
type measurement struct {
	rate float64       // readings that arrived in a second
	cpu  time.Duration // of the bridge, for each of them
	p50  time.Duration // from publish to arrival; steady only
	p99  time.Duration
	lost int64 // readings that never arrived
}

func (m measurement) String() string {
	text := fmt.Sprintf("%7.0f/s, CPU %5.1f µs a reading", m.rate, float64(m.cpu)/1e3)
	if m.p99 > 0 {
		text += fmt.Sprintf(", p50 %.2f ms, p99 %.2f ms", ms(m.p50), ms(m.p99))
	}
	if m.lost > 0 {
		text += fmt.Sprintf(", %d lost", m.lost)
	}
	return text
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// measure runs a bridge for one measurement.
func (s *scene) measure(ctx context.Context, k kind, b bridge, p plan) (measurement, error) {
	server, length := s.prosody.ComponentAddr, map[kind]time.Duration{steady: p.steady, flood: p.flood, ceiling: p.ceiling}[k]
	if k == ceiling {
		server = s.counter.addr()
	}
	run, err := s.start(ctx, b, server)
	if err != nil {
		return measurement{}, err
	}
	defer run.stop()
	publish := run.publisher.flood
	if k == steady {
		publish = func(ctx context.Context) error { return run.publisher.pace(ctx, interval) }
	}
	publishing, stop := context.WithCancel(ctx)
	defer stop()
	published := make(chan error, 1)
	go func() { published <- publish(publishing) }()
	m, err := s.watch(ctx, run.child, length)
	stop()
	if err := errors.Join(err, <-published); err != nil {
		return measurement{}, err
	}
	if err := s.drain(ctx); err != nil {
		return measurement{}, err
	}
	m.lost = s.trips.underway()
	return m, ctx.Err()
}

// watch looks at what happens in a time.
func (s *scene) watch(ctx context.Context, c *child, length time.Duration) (measurement, error) {
	pause(ctx, warmUp)
	trips := s.trips.record
	before, err := c.cpu()
	if err != nil {
		return measurement{}, err
	}
	began, first := time.Now(), s.trips.arrived.Load()
	stop := trips()
	pause(ctx, length)
	took, arrived := time.Since(began), s.trips.arrived.Load()-first
	after, err := c.cpu()
	travelled := stop()
	if err != nil {
		return measurement{}, err
	}
	if arrived == 0 || len(travelled) == 0 {
		return measurement{}, errors.New("nothing arrives")
	}
	slices.Sort(travelled)
	return measurement{
		rate: float64(arrived) / took.Seconds(),
		cpu:  (after - before) / time.Duration(arrived),
		p50:  travelled[len(travelled)/2],
		p99:  travelled[len(travelled)*99/100],
	}, nil
}

// running is a bridge through which readings go, and who publishes them.
type running struct {
	child     *child
	publisher *publisher
}

func (r *running) stop() {
	r.publisher.close()
	r.child.stop()
}

// start starts a bridge beside a broker that has just begun, and returns when a
// reading has gone through.
func (s *scene) start(ctx context.Context, b bridge, server string) (*running, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := errors.Join(s.broker.Stop(ctx), s.broker.Start(ctx)); err != nil {
		return nil, err
	}
	publisher, err := dialPublisher(ctx, s.broker.Addr, b.devices, s.trips)
	if err != nil {
		return nil, err
	}
	argv, err := b.argv(server)
	if err != nil {
		return nil, err
	}
	c, err := startChild(argv, s.log)
	if err != nil {
		return nil, err
	}
	r := &running{child: c, publisher: publisher}
	if err := s.awaitFirst(ctx, r); err != nil {
		r.stop()
		return nil, err
	}
	return r, nil
}

// awaitFirst publishes until something arrives. What was published before the
// bridge had subscribed is forgotten.
func (s *scene) awaitFirst(ctx context.Context, r *running) error {
	before := s.trips.arrived.Load()
	for s.trips.arrived.Load() == before {
		if err := r.publisher.publish(); err != nil {
			return err
		}
		select {
		case <-r.child.ended:
			return errors.New("it ended by itself")
		case <-ctx.Done():
			return errors.New("no reading goes through")
		case <-time.After(tryAgain):
		}
	}
	s.rest(ctx)
	s.trips.forget()
	return nil
}

// drain returns when all that was published has arrived, or nothing comes any more.
func (s *scene) drain(ctx context.Context) error {
	for last := int64(-1); s.trips.underway() > 0; {
		arrived := s.trips.arrived.Load()
		if arrived == last {
			return nil
		}
		last = arrived
		pause(ctx, 4*quiet)
	}
	return ctx.Err()
}

// rest returns when nothing has arrived for a while.
func (s *scene) rest(ctx context.Context) {
	for last := int64(-1); ctx.Err() == nil && s.trips.arrived.Load() != last; {
		last = s.trips.arrived.Load()
		pause(ctx, quiet)
	}
}

// pause waits, as long as ctx lives.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
