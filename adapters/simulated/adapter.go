package simulated

import (
	"context"
	"fmt"
	"sync"
	"time"

	"thingbridge/adapters"
	"thingbridge/devices"
)

// heartbeat is how often everything is told, changed or not, in real time.
const heartbeat = 5 * time.Minute

var _ adapters.Adapter = (*Adapter)(nil)

// Adapter is one simulated house. Run may be called again after it returned, not
// while it runs.
type Adapter struct {
	config   Config
	parts    []part
	requests chan request // taken only by a running Run

	mu      sync.Mutex
	stopped chan struct{} // closed when the latest Run ends; nil: there was none
}

// request is a command on its way to the house.
type request struct {
	command devices.Command
	answer  chan<- error // with room for the answer
}

// New returns the house of a configuration in which Validate finds no mistake.
func New(config Config) *Adapter {
	return &Adapter{config: config, parts: declare(config.Prefix), requests: make(chan request)}
}

// Run builds the house and reports on it until ctx ends, and then returns nil. It
// never fails.
func (a *Adapter) Run(ctx context.Context, sink adapters.Sink) error {
	leave := a.enter()
	defer leave()
	h, r := newHouse(a.config.Seed, a.config.Start), newReport(a.parts)
	sink.Apply(a.announcement(r.changes(h, time.Now())))

	ticker := time.NewTicker(a.config.Interval)
	defer ticker.Stop()
	passes := time.Duration(float64(a.config.Interval) * a.config.Speed)
	everything := max(int(heartbeat/a.config.Interval), 1) // in ticks
	for tick := 1; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			h.advance(passes)
			if tick++; tick%everything == 0 {
				r.repeatAll()
			}
		case req := <-a.requests:
			req.answer <- a.carryOut(h, r, req.command)
		}
		if readings := r.changes(h, time.Now()); len(readings) > 0 {
			sink.Apply(devices.Update{Readings: readings})
		}
	}
}

// Execute hands a command to the house, which confirms it by a reading at once.
// It returns the refusal of the house, if there is one.
func (a *Adapter) Execute(ctx context.Context, cmd devices.Command) error {
	a.mu.Lock()
	stopped := a.stopped
	a.mu.Unlock()
	if stopped == nil {
		return fmt.Errorf("simulated house: %w", adapters.ErrUnavailable)
	}
	answer := make(chan error, 1)
	select {
	case a.requests <- request{cmd, answer}:
		return <-answer // Run answers every request that it takes
	case <-stopped:
		return fmt.Errorf("simulated house: %w", adapters.ErrUnavailable)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter lets commands in; the function it returns shuts them out again.
func (a *Adapter) enter() (leave func()) {
	stopped := make(chan struct{})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = stopped
	return func() { close(stopped) }
}

func (a *Adapter) announcement(readings []devices.Reading) devices.Update {
	u := devices.Update{Readings: readings}
	for i := range a.parts {
		device := a.parts[i].device
		u.Announced = append(u.Announced, &device)
		u.Availability = append(u.Availability, devices.Presence{Device: device.ID, Availability: devices.Online})
	}
	return u
}

func (a *Adapter) carryOut(h *house, r *report, cmd devices.Command) error {
	c, err := find(a.parts, cmd.Device, cmd.Property)
	if err != nil {
		return err
	}
	if err := h.execute(c, cmd.Value); err != nil {
		return err
	}
	r.repeat(cmd.Device, cmd.Property)
	return nil
}
