package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// memory is what the gateway holds of a number of devices.
type memory struct {
	devices int
	idle    resident // connected, and nothing happens
	after   resident // subscribed to, and after readings
}

func (m memory) String() string {
	return fmt.Sprintf("%.1f MB idle, %.1f MB after readings (%.1f MB of it files), %.1f MB at the peak",
		mb(m.idle.current), mb(m.after.current), mb(m.after.files), mb(m.after.peak))
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }

// measureMemory gives the gateway devices, a subscriber to some of them, and
// readings of all for a time.
func (s *scene) measureMemory(ctx context.Context, devices int, length time.Duration) (memory, error) {
	m := memory{devices: devices}
	run, err := s.start(ctx, s.gateway(devices), s.prosody.ComponentAddr)
	if err != nil {
		return m, err
	}
	defer run.stop()
	pause(ctx, afterRest)
	if m.idle, err = run.child.memory(); err != nil {
		return m, err
	}
	if err := s.awaitPresence(ctx, min(watchers, devices)); err != nil {
		return m, err
	}
	publishing, stop := context.WithTimeout(ctx, length)
	defer stop()
	if err := run.publisher.pace(publishing, interval); err != nil {
		return m, err
	}
	pause(ctx, afterRest)
	m.after, err = run.child.memory()
	return m, errors.Join(err, ctx.Err())
}

// awaitPresence subscribes to devices, and returns when all have been seen.
func (s *scene) awaitPresence(ctx context.Context, devices int) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	before := s.recipient.presences.Load()
	if err := s.recipient.subscribe(devices); err != nil {
		return err
	}
	for s.recipient.presences.Load()-before < int64(devices) {
		if ctx.Err() != nil {
			return fmt.Errorf("%d presences of %d devices", s.recipient.presences.Load()-before, devices)
		}
		pause(ctx, 10*time.Millisecond)
	}
	return nil
}
