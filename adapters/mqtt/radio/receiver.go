package radio

import (
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// maxReceivers bounds the receivers of a broker.
const maxReceivers = 64

// Receiver is what hears sensors and publishes it. With the last one that heard
// it, a sensor is in reach, or out of it.
type Receiver struct {
	said    devices.Availability // on its last-will topic
	sensors map[*Sensor]struct{}
}

// Receiver returns the receiver of a name; nil: there are too many.
func (r *Roll) Receiver(name []byte) *Receiver {
	if at := r.receivers[string(name)]; at != nil {
		return at
	}
	if len(r.receivers) >= maxReceivers {
		return nil
	}
	at := &Receiver{sensors: make(map[*Sensor]struct{})}
	r.receivers[string(name)] = at
	return at
}

// Said appends what it means for sensors that their receiver is online or not.
func (at *Receiver) Said(res *convention.Result, a devices.Availability) {
	at.said = a
	for s := range at.sensors {
		s.tell(res, a)
	}
}

// Heard notes that a receiver has heard the sensor.
func (s *Sensor) Heard(res *convention.Result, at *Receiver, retained bool) {
	if at != s.receiver && at != nil {
		if s.receiver != nil {
			delete(s.receiver.sensors, s)
		}
		s.receiver = at
		at.sensors[s] = struct{}{}
	}
	if retained && (at == nil || at.said != devices.Online) {
		return
	}
	if at != nil && at.said == devices.Offline {
		at.said = devices.Online // it speaks
	}
	s.tell(res, devices.Online)
}

func (s *Sensor) tell(res *convention.Result, a devices.Availability) {
	if s.told != a {
		s.told = a
		res.Availability = append(res.Availability, devices.Presence{Device: s.id, Availability: a})
	}
}

// Lost appends that no sensor is in reach, for the broker is not.
func (r *Roll) Lost(res *convention.Result) {
	for _, s := range r.sensors {
		s.tell(res, devices.Offline)
	}
}

// Restored appends what holds when the broker is back. Where a receiver has a last
// will, it will be heard of; other sensors are what they were.
func (r *Roll) Restored(res *convention.Result) {
	for _, s := range r.sensors {
		if s.receiver != nil && s.receiver.said == devices.Unknown {
			s.tell(res, devices.Online)
		}
	}
}

// away is the silence after which a tracker is not there any more.
const away = 5 * time.Minute

// Present notes that a tracker was heard, which means that it is there.
func (s *Sensor) Present(res *convention.Result, at time.Time) {
	if s.presence == 0 {
		s.addPresence()
		s.announce(res)
	}
	s.leaves = at.Add(away)
	if s.roll.awaited.IsZero() || s.leaves.Before(s.roll.awaited) {
		s.roll.awaited = s.leaves
	}
	s.setPresent(res, true, at)
}

// Absent notes that a tracker is not there.
func (s *Sensor) Absent(res *convention.Result, at time.Time) {
	if s.presence > 0 {
		s.leaves = time.Time{}
		s.setPresent(res, false, at)
	}
}

func (s *Sensor) setPresent(res *convention.Result, is bool, at time.Time) {
	res.Readings = append(res.Readings, devices.Reading{
		Device: s.id, Property: s.meanings[s.presence-1].property.Name, Value: devices.Boolean(is), At: at})
}

func (s *Sensor) addPresence() {
	if i, ok := s.fields["presence"]; ok && i >= 0 {
		s.presence = i + 1
		return
	}
	s.meanings = append(s.meanings, meaning{property: devices.Property{Name: "presence", Type: devices.TypeBoolean, Class: "presence"}})
	s.presence = len(s.meanings)
	s.fields["presence"] = s.presence - 1
	s.grown = true
}

// Due appends which trackers have left by now.
func (r *Roll) Due(res *convention.Result, now time.Time) (next time.Time) {
	if r.awaited.IsZero() || now.Before(r.awaited) {
		return r.awaited
	}
	r.awaited = time.Time{}
	for _, s := range r.sensors {
		switch {
		case s.leaves.IsZero():
		case !now.Before(s.leaves):
			s.Absent(res, now)
		case r.awaited.IsZero() || s.leaves.Before(r.awaited):
			r.awaited = s.leaves
		}
	}
	return r.awaited
}
