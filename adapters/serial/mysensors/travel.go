package mysensors

import "thingbridge/devices"

// travel is what is known of a cover that moves. The zero travel stands, nobody knows
// where.
type travel struct {
	order, state int // slots; -1: none
	opening      bool
	closing      bool
	place        place
}

// place is where a cover is.
type place uint8

const (
	somewhere place = iota // that is: unknown
	closed
	ajar
	open
)

// moved takes what a cover says of itself: that it was told to go up or down or to stop,
// or has come to an end of that; and where it is.
func (t *travel) moved(kind uint8, n float64) {
	on := n > 0
	switch kind {
	case vUp:
		t.opening, t.closing = on, t.closing && !on
	case vDown:
		t.closing, t.opening = on, t.opening && !on
	case vStop:
		t.opening, t.closing = t.opening && !on, t.closing && !on
	case vStatus:
		t.place = closed
		if on {
			t.place = open
		}
	case vPercentage:
		t.place = ajar
		switch {
		case !on:
			t.place, t.closing = closed, false
		case n >= 100:
			t.place, t.opening = open, false
		}
	}
}

// says is the state of the cover, nothing where it is not known.
func (t *travel) says() devices.Value {
	switch {
	case t.opening:
		return devices.Text("opening")
	case t.closing:
		return devices.Text("closing")
	case t.place == closed:
		return devices.Text("closed")
	case t.place != somewhere:
		return devices.Text("open")
	}
	return devices.Value{}
}
