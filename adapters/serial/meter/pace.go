package meter

import (
	"math"
	"time"

	"thingbridge/devices"
)

// Pace says which values of a register are worth telling. A meter repeats all of them
// each second; what is told is what moved, as soon as it moved, and the rest in time.
type Pace struct {
	Deadband float64       // the smallest change that is told at once
	Share    float64       // or this share of the value that was told last, where that is more
	Gap      time.Duration // the shortest time between two values
	Most     time.Duration // a smaller change is told after this time
	Counter  bool          // it is told in each quarter of an hour, changed or not
}

// unchanged is how long a number that stays as it is is not told again. It is shorter
// than what makes a contact look stale.
const unchanged = time.Hour

// due reports whether next is worth telling to who was told last at a time. begins
// says that a quarter of an hour has begun.
func (p *Pace) due(last, next devices.Value, told, now time.Time, begins bool) bool {
	since := now.Sub(told)
	a, wasNumber := last.Number()
	b, isNumber := next.Number()
	switch {
	case !wasNumber || !isNumber:
		return last != next
	case p.Counter && begins, since < 0: // the clock of this machine was set
		return true
	case a == b:
		return since >= unchanged
	case since < p.Gap:
		return false
	}
	const rounding = 1e-9
	return math.Abs(b-a) >= max(p.Deadband, p.Share*math.Abs(a))-rounding || since >= p.Most
}
