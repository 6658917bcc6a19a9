package modbus

import (
	"slices"
	"time"

	"thingbridge/devices"
)

// How often units that do not answer are asked.
const (
	offlineAfter = 3 // questions without an answer
	firstBackoff = 2 * time.Second
	maxBackoff   = time.Minute
	busyWait     = 500 * time.Millisecond // before a device that asks for patience is asked again
	troubleWait  = time.Minute            // at least, before registers are read again that a device cannot read now
)

// maxWrites bounds the commands that wait for one unit: more than people give within
// the time that a unit takes to be given up.
const maxWrites = 64

// unit is one number on the line, which is one device or several in a box.
type unit struct {
	number  byte
	devices []*devices.Device
	fields  []*field
	spans   []*span
	writes  []*write

	state   devices.Availability
	misses  int           // questions without an answer, in a row
	backoff time.Duration // 0: it answers
	again   time.Time     // not asked before

	// wary is until when questions of a sort may be mixed up with an earlier one of
	// the same sort that was not answered in time.
	wary [sorted]time.Time
}

// sorted is how many sorts of questions there are whose answers can be mixed up: the
// four reads, and all writes, whose refusals are alike.
const sorted = 5

// sortOf returns the sort of a question.
func sortOf(f Function) int {
	if f >= ReadCoils && f <= ReadInput {
		return int(f - ReadCoils)
	}
	return sorted - 1
}

// replace puts spans in the place of one.
func (u *unit) replace(s *span, by ...*span) {
	i := slices.Index(u.spans, s)
	u.spans = slices.Replace(u.spans, i, i+1, by...)
}

// refresh makes everything due.
func (u *unit) refresh(now time.Time) {
	for _, s := range u.spans {
		s.due, s.tries = now, 0
	}
}

// retry returns the question that was not answered and is to be asked again.
func (u *unit) retry() *span {
	for _, s := range u.spans {
		if s.tries > 0 {
			return s
		}
	}
	return nil
}

// poll returns what to read next, and when. Urgent spans come first.
func (u *unit) poll() (next *span, at time.Time) {
	for _, s := range u.spans {
		due := later(s.due, u.wary[sortOf(s.function)])
		if next == nil || s.urgent && !next.urgent || s.urgent == next.urgent && due.Before(at) {
			next, at = s, due
		}
	}
	return next, at
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
