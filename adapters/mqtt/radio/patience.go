package radio

import (
	"fmt"
	"time"
)

// Patience is how often, and over which time, a sensor must be heard before it is
// taken for one of the house. A car that passes is heard for seconds.
type Patience struct {
	Times int
	Over  time.Duration
}

const (
	// apart is how far two transmissions of a sensor are apart at least. What comes
	// closer is the same one: sensors repeat themselves.
	apart = 2 * time.Second
	// forgotten is the silence after which a candidate starts anew: longer than a
	// quiet sensor's interval, shorter than what lies between a neighbour's drives.
	forgotten = 3 * time.Hour
	// maxCandidates bounds how many sensors can be waited for.
	maxCandidates = 2048
)

// candidate is a sensor that was heard and is no device.
type candidate struct {
	first, last time.Time
	times       int
}

// wait counts a transmission of the sensor with a key, and says why it is no
// device, or nil when it has been heard often enough.
func (r *Roll) wait(key []byte, at time.Time, p Patience) error {
	c := r.candidates[string(key)]
	if c == nil || at.Sub(c.last) > forgotten || at.Before(c.first) {
		if c == nil {
			r.makeRoom()
			c = new(candidate)
			r.candidates[string(key)] = c
		}
		*c = candidate{first: at, last: at, times: 1}
	}
	if at.Sub(c.last) >= apart {
		c.last = at
		c.times++
	}
	if c.times >= p.Times && c.last.Sub(c.first) >= p.Over {
		return nil
	}
	return fmt.Errorf("no device yet: heard %d of %d times within %s, wanted over %s; so that what only passes by stays out",
		c.times, max(c.times, p.Times), c.last.Sub(c.first).Round(time.Second), p.Over)
}

// makeRoom forgets the candidate that was silent longest, if there are too many.
func (r *Roll) makeRoom() {
	if len(r.candidates) < maxCandidates {
		return
	}
	oldest := ""
	var last time.Time
	for key, c := range r.candidates {
		if oldest == "" || c.last.Before(last) {
			oldest, last = key, c.last
		}
	}
	delete(r.candidates, oldest)
}
