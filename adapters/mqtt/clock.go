package mqtt

import (
	"context"
	"time"

	"thingbridge/adapters/mqtt/convention"
)

// keepTime asks the conventions for what time alone has changed, with one timer
// for all of them, until ctx ends.
func (in *inbox) keepTime(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-in.earlier:
		}
		if next := in.tick(time.Now()); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}

// tick applies what is due at now, and returns when to come again; zero: when
// something comes into in.earlier.
func (in *inbox) tick(now time.Time) time.Time {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.alarm = time.Time{}
	for i, s := range in.spoken.all {
		if !s.next.IsZero() && !s.next.After(now) {
			in.due(i, now)
		}
	}
	in.flush()
	for _, s := range in.spoken.all {
		in.alarm = sooner(in.alarm, s.next)
	}
	return in.alarm
}

// askDue asks those conventions that knew a message when they are to be called.
func (in *inbox) askDue(now time.Time) {
	for i, s := range in.spoken.all {
		if !s.heard {
			continue
		}
		s.heard = false
		in.due(i, now)
		if s.next.IsZero() || sooner(in.alarm, s.next) == in.alarm {
			continue
		}
		in.alarm = s.next
		select {
		case in.earlier <- struct{}{}:
		default:
		}
	}
}

func (in *inbox) due(i int, now time.Time) {
	s := in.spoken.all[i]
	s.next = time.Time{} // should it panic
	in.guarded(i, func(r *convention.Result) { s.next = s.Due(r, now) })
	if !s.next.IsZero() && !s.next.After(now) {
		s.next = now.Add(leastPause)
	}
}

// leastPause is between two calls of a convention that always has something due.
const leastPause = 100 * time.Millisecond

// sooner returns the earlier one; zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
