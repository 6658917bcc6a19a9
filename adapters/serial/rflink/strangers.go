package rflink

import (
	"fmt"
	"time"

	"thingbridge/devices"
)

// How strangers are waited for.
const (
	// apart is how far two transmissions are apart at least. What comes closer is the
	// same one: cheap senders repeat themselves.
	apart = 2 * time.Second
	// over is the time over which a sensor must be heard: a car that passes is heard
	// for seconds.
	over = 5 * time.Minute
	// forgotten is the silence after which a candidate starts anew.
	forgotten = 3 * time.Hour
	// maxCandidates bounds how many can be waited for.
	maxCandidates = 512
)

var errFull = fmt.Errorf("there are %d devices, and there cannot be more; forget some, or list those that are yours and set strangers to false", maxDevices)

// candidate is an address that was heard and is no device.
type candidate struct {
	first, last time.Time
	times       int
}

// meet makes an address a device when it was heard often enough. Without an error, nil
// means not yet.
func (x *RFLink) meet(s *said, at time.Time) (*device, error) {
	switch {
	case !x.strangers:
		return nil, nil // it would be said all day
	case !x.wait(x.scratch, len(s.fields) > 0, at):
		return nil, nil
	case len(x.order) >= maxDevices:
		return nil, fmt.Errorf("%s: %w", s.title(), errFull)
	}
	k := key{string(s.protocol), string(s.address)}
	d := newDevice(x, k, nil)
	d.id = x.free(d)
	delete(x.candidates, string(x.scratch))
	x.add(d, k.whole())
	return d, nil
}

// wait counts that an address was heard, and reports whether that was often enough.
func (x *RFLink) wait(key []byte, sensor bool, at time.Time) bool {
	if x.patience <= 1 {
		return true
	}
	c := x.candidates[string(key)]
	if c == nil || at.Sub(c.last) > forgotten || at.Before(c.first) {
		if c == nil {
			x.makeRoom()
			c = new(candidate)
			x.candidates[string(key)] = c
		}
		*c = candidate{first: at, last: at, times: 1}
	}
	if at.Sub(c.last) >= apart {
		c.last = at
		c.times++
	}
	return c.times >= x.patience && (!sensor || c.last.Sub(c.first) >= over)
}

// makeRoom forgets the candidate that was silent longest, if there are too many.
func (x *RFLink) makeRoom() {
	if len(x.candidates) < maxCandidates {
		return
	}
	oldest := ""
	var last time.Time
	for key, c := range x.candidates {
		if oldest == "" || c.last.Before(last) {
			oldest, last = key, c.last
		}
	}
	delete(x.candidates, oldest)
}

// free returns an ID that no device has: one may go on under another's address.
func (x *RFLink) free(d *device) devices.ID {
	wanted := devices.Slug(x.adapter + " " + d.as.protocol + " " + d.as.address)
	for n := 2; ; n++ {
		id := wanted
		if n > 2 {
			id = devices.Slug(fmt.Sprintf("%s-%d", string(wanted[:min(len(wanted), 56)]), n-1))
		}
		if x.devices[id] == nil {
			return id
		}
	}
}
