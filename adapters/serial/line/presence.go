package line

import (
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// presence is what is known of one device's availability.
type presence struct {
	said  devices.Availability // by being heard of
	told  devices.Availability // the last one that went into a codec.Result
	heard time.Time            // the last time
}

func (d *device) tell(r *codec.Result, a devices.Availability) {
	if d.told == a || !d.announced {
		return
	}
	d.told = a
	r.Availability = append(r.Availability, devices.Presence{Device: d.id, Availability: a})
}

// hear takes note that a line told something of the device.
func (d *device) hear(r *codec.Result, at time.Time) {
	d.said, d.heard = devices.Online, at
	d.tell(r, devices.Online)
}

// opened tells what holds when the port has been opened.
func (d *device) opened(r *codec.Result, polled bool, now time.Time) {
	d.heard = now
	if !polled || d.mute() {
		d.tell(r, d.said)
	}
}

// mute reports whether the device can be told something, and maybe never says a word.
func (d *device) mute() bool {
	for _, b := range d.bindings {
		if b.write == nil || b.key != "" {
			return false
		}
	}
	return len(d.bindings) > 0
}

// silent tells that a device was silent for too long, and returns when it will be.
func (d *device) silent(r *codec.Result, limit time.Duration, now time.Time) time.Time {
	if d.told != devices.Online || d.mute() {
		return time.Time{}
	}
	if end := d.heard.Add(limit); now.Before(end) {
		return end
	}
	d.said = devices.Offline
	d.tell(r, devices.Offline)
	return time.Time{}
}
