package xmpp

import (
	"errors"
	"syscall"
	"time"
)

const (
	firstDelay   = 200 * time.Millisecond // doubled for each attempt
	longestDelay = 8 * time.Second        // a server that is back has us within ten
	refusedDelay = 30 * time.Second       // where only a person can help
	takenDelay   = 8 * time.Second        // where somebody else is connected; to be refused disturbs nobody
	stableAfter  = time.Minute            // a stream that lasted as long is no sign of trouble

	// A server that is being restarted refuses connections for seconds, and then
	// must not wait long for us.
	restartDelay = 1500 * time.Millisecond
	restartTime  = 5 * time.Minute

	// Two gateways that a server lets replace each other do so ever more seldom.
	mostDoublings   = 3
	longestReplaced = refusedDelay << (mostDoublings + 1)

	// A server that is starting may not know its components yet: right after a
	// stream that worked, so many refusals are not believed.
	doubtedRefusals = 4
)

// retry decides how long to wait for the next attempt. It is a pure state: the
// zero value is that of a link that was never up.
type retry struct {
	failures int       // attempts since the last stream, or the beginning
	flaps    int       // streams that did not last, in a row
	replaced int       // streams that another connection replaced, in a row
	wasUp    bool      // there has been a stream
	since    time.Time // when the last stream ended, or the first attempt failed
}

// lost notes that a stream ended that had lasted.
func (r *retry) lost(lasted time.Duration, now time.Time) {
	r.failures, r.wasUp, r.since = 0, true, now
	r.flaps++
	if lasted >= stableAfter {
		r.flaps = 0
	}
	if lasted > longestReplaced {
		r.replaced = 0
	}
}

// next returns how long to wait after err, which ended a stream or an attempt.
// chance is a random number from 0 to 1.
func (r *retry) next(err error, now time.Time, chance float64) time.Duration {
	if r.since.IsZero() {
		r.since = now
	}
	exponent := r.failures + max(r.flaps-1, 0)
	ended := r.wasUp && r.failures == 0
	r.failures++
	switch {
	case isConflict(err) && ended:
		// Our return would end the other's stream as it has ended ours.
		r.replaced++
		return refusedDelay << min(r.replaced-1, mostDoublings)
	case isConflict(err):
		return takenDelay*5/8 + time.Duration(chance*float64(takenDelay*3/8))
	case r.believes(err):
		return refusedDelay
	}
	delay := longestDelay
	if exponent < 8 { // 200 ms << 8 is past the ceiling
		delay = min(firstDelay<<exponent, longestDelay)
	}
	if errors.Is(err, syscall.ECONNREFUSED) && now.Sub(r.since) < restartTime {
		delay = min(delay, restartDelay)
	}
	return delay/2 + time.Duration(chance*float64(delay/2))
}

// believes reports whether err says that trying again soon is in vain.
func (r *retry) believes(err error) bool {
	refused := (*RefusedError)(nil)
	return errors.As(err, &refused) && (!r.wasUp || r.failures > doubtedRefusals)
}

// isConflict reports whether somebody else is connected in our name.
func isConflict(err error) bool {
	ended := (*StreamError)(nil)
	return errors.As(err, &ended) && ended.Condition == "conflict"
}

// repeats decides which of the same failures are worth a line in the log: the
// first, and then one after each ever longer time.
type repeats struct {
	text string
	next time.Time
	gap  time.Duration
}

const (
	firstGap   = time.Minute
	longestGap = time.Hour
)

// due reports whether a failure that reads text is to be logged.
func (r *repeats) due(text string, now time.Time) bool {
	if text != r.text {
		*r = repeats{text: text, gap: firstGap, next: now.Add(firstGap)}
		return true
	}
	if now.Before(r.next) {
		return false
	}
	r.gap = min(3*r.gap, longestGap)
	r.next = now.Add(r.gap)
	return true
}
