package rflink

import (
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// When a sensor that says nothing is one of which nothing is known.
const (
	missedBeats = 6                // of its rhythm
	minSilence  = 15 * time.Minute // for the radio loses much
	maxSilence  = 24 * time.Hour
	newSilence  = 2 * time.Hour   // while its rhythm is not known
	sameBeat    = 5 * time.Second // what comes closer is the same again
)

// hear notes that the device was heard, and in which rhythm it is.
func (d *device) hear(r *codec.Result, at time.Time) {
	if gap := at.Sub(d.heard); !d.heard.IsZero() && gap > sameBeat {
		d.rhythm = min(max(gap, d.rhythm-d.rhythm/8), d.patience())
	}
	if d.heard.IsZero() || at.Sub(d.heard) > sameBeat {
		d.heard = at
	}
	d.tell(r, devices.Online)
}

// patience is how long the device can be silent.
func (d *device) patience() time.Duration {
	if d.rhythm == 0 {
		return newSilence
	}
	return min(max(missedBeats*d.rhythm, minSilence), maxSilence)
}

// state is whether the device can be reached, as far as can be known: what only listens
// is there while the gateway is.
func (d *device) state(now time.Time) devices.Availability {
	if d.measures() && (d.heard.IsZero() || now.Sub(d.heard) >= d.patience()) {
		return devices.Unknown
	}
	return devices.Online
}

func (d *device) tell(r *codec.Result, a devices.Availability) {
	if d.told != a {
		d.told = a
		r.Availability = append(r.Availability, devices.Presence{Device: d.id, Availability: a})
	}
}

// due notes the silence of a sensor, and the end of what nobody will end.
func (d *device) due(r *codec.Result, now time.Time) (next time.Time) {
	for i := range d.features {
		f := &d.features[i]
		switch {
		case f.clear.IsZero():
		case now.Before(f.clear):
			next = earlier(next, f.clear)
		default:
			r.Readings = append(r.Readings, devices.Reading{Device: d.id, Property: d.properties[f.property].Name, Value: devices.Boolean(false), At: now})
			f.clear = time.Time{}
		}
	}
	if d.told != devices.Online || !d.measures() {
		return next
	}
	if now.Sub(d.heard) >= d.patience() {
		d.tell(r, devices.Unknown)
		return next
	}
	return earlier(next, d.heard.Add(d.patience()))
}
