// Package alive is what is known of whether a device can be reached, from its last
// will and from being heard of. A device that sleeps between its reports is not gone
// when the broker says so: it is gone when it has been silent for longer than it
// sleeps.
package alive

import (
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Life is what is known of one device. The zero Life is of one that is always awake
// and was never heard of.
type Life struct {
	Sleeps time.Duration // the longest silence that means nothing; 0: it is always awake

	said  devices.Availability // by the device
	told  devices.Availability // the last one that went into a convention.Result
	heard time.Time
}

// Said takes what the device, or the broker in its place, says of it.
func (l *Life) Said(r *convention.Result, id devices.ID, online bool, m convention.Received) {
	if l.Sleeps > 0 {
		if online {
			l.Heard(r, id, m)
		}
		return
	}
	l.said = devices.Offline
	if online {
		l.said = devices.Online
	}
	l.tell(r, id, l.said)
}

// Heard takes note that the device reported. What the broker had kept is no sign of
// life. One that said goodbye is gone until it says that it is back.
func (l *Life) Heard(r *convention.Result, id devices.ID, m convention.Received) {
	if m.Retained || l.Sleeps == 0 && l.said == devices.Offline {
		return
	}
	l.said, l.heard = devices.Online, m.At
	l.tell(r, id, devices.Online)
}

// Sleep says that the device sleeps for so long between its reports.
func (l *Life) Sleep(r *convention.Result, id devices.ID, longest time.Duration) {
	if l.Sleeps == 0 && l.said == devices.Offline {
		l.said = devices.Unknown
		l.tell(r, id, devices.Unknown)
	}
	l.Sleeps = longest
}

// Due takes note of the time. It returns when to call it next, or the zero time.
func (l *Life) Due(r *convention.Result, id devices.ID, now time.Time) time.Time {
	if l.Sleeps == 0 || l.said != devices.Online {
		return time.Time{}
	}
	end := l.heard.Add(l.Sleeps)
	if now.Before(end) {
		return end
	}
	l.said = devices.Unknown
	if l.told == devices.Online {
		l.tell(r, id, devices.Unknown)
	}
	return time.Time{}
}

// Lost says that the broker, and with it the device, cannot be reached.
func (l *Life) Lost(r *convention.Result, id devices.ID) { l.tell(r, id, devices.Offline) }

// Restored says that the broker is back. One that is always awake may have gone
// meanwhile: it stays offline until it, or its will, says otherwise.
func (l *Life) Restored(r *convention.Result, id devices.ID) {
	if l.Sleeps > 0 || l.said != devices.Online {
		l.tell(r, id, l.said)
	}
}

// Tell repeats what was told last, for a device that was announced again.
func (l *Life) Tell(r *convention.Result, id devices.ID) {
	r.Availability = append(r.Availability, devices.Presence{Device: id, Availability: l.told})
}

func (l *Life) tell(r *convention.Result, id devices.ID, a devices.Availability) {
	if l.told == a {
		return
	}
	l.told = a
	r.Availability = append(r.Availability, devices.Presence{Device: id, Availability: a})
}

// Earlier returns the earlier of two times; the zero time is never.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
