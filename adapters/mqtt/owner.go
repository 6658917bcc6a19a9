package mqtt

import (
	"slices"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// voice is a device as one convention speaks for it.
type voice struct {
	by     int
	device devices.ID
}

// extent is how much of a result there was before a convention added to it.
type extent struct{ announced, availability, readings, removed int }

func extentOf(r *convention.Result) extent {
	return extent{len(r.Announced), len(r.Availability), len(r.Readings), len(r.Removed)}
}

// own keeps a convention from speaking for devices that another has taken over:
// it does not know of that, and goes on. Nearly always there are none.
func (in *inbox) own(i int, before extent) {
	r := &in.result
	if len(r.Announced) > before.announced {
		in.move()
	}
	if len(in.muted) == 0 {
		return
	}
	muted := func(id devices.ID) bool {
		_, is := in.muted[voice{i, id}]
		return is
	}
	r.Announced = without(r.Announced, before.announced, func(d *devices.Device) bool { return muted(d.ID) })
	r.Availability = without(r.Availability, before.availability, func(p devices.Presence) bool { return muted(p.Device) })
	r.Readings = without(r.Readings, before.readings, func(p devices.Reading) bool { return muted(p.Device) })
	r.Removed = without(r.Removed, before.removed, muted)
}

func without[T any](all []T, from int, is func(T) bool) []T {
	return append(all[:from], slices.DeleteFunc(all[from:], is)...)
}

// move notes which devices have another convention now.
func (in *inbox) move() {
	for _, m := range in.spoken.names.Moved() {
		for i, s := range in.spoken.all {
			switch s.name {
			case m.From:
				in.muted[voice{i, m.ID}] = struct{}{}
			case m.To:
				delete(in.muted, voice{i, m.ID})
			}
		}
	}
}
