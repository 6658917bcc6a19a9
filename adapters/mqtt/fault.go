package mqtt

import (
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Bounds of the faults that are told apart; beyond it they share one.
const (
	maxFaults       = 1000 // of properties
	maxAnnouncement = 100  // of announcements, each of which is a line in the log
)

// property tells faults apart: one of a device, or the topic of an announcement.
type property struct {
	device devices.ID
	name   string
}

// trouble is what was said about the faults of one property.
type trouble struct {
	said adapters.Repeat
	ends int // how often it was said that it works again
}

// maxEnds bounds how often a fault that comes and goes is said each time. After
// that it is said at growing intervals, so that nobody can fill the log with it.
const maxEnds = 10

// fault says that a property is at fault, at once and then seldom, and that it
// works again.
func (in *inbox) fault(f *convention.Fault) {
	key, most := property{f.Device, f.Property}, maxFaults+maxAnnouncement
	if f.Device == "" {
		key.name, most = f.Topic, maxAnnouncement
	}
	known := in.faults[key]
	if f.Err == nil {
		if known != nil && known.ends < maxEnds {
			known.ends++
			known.said.Clear()
			in.log.Info().Str("device", string(f.Device)).Str("property", key.name).Msg("values can be read again")
		}
		return
	}
	in.drops.fault.Add(1)
	if known == nil && len(in.faults) >= most {
		key = property{}
		known = in.faults[key]
	}
	if known == nil {
		known = &trouble{}
		in.faults[key] = known
	}
	say, kept := known.said.Say("fault", time.Now())
	switch {
	case !say:
	case f.Device == "":
		in.log.Warn().Int("repeated", kept).Err(f).Msg("announcement passed over")
	default:
		in.log.Warn().Str("device", string(f.Device)).Int("repeated", kept).Err(f).Msg("value cannot be read")
	}
}

// crowded says, once and then seldom, that more devices announce themselves than
// may be known.
func (in *inbox) crowded() {
	refused := in.spoken.names.Refused()
	if refused == in.refused {
		return
	}
	in.drops.crowd.Add(refused - in.refused)
	in.refused = refused
	if say, _ := in.crowd.Say("crowd", time.Now()); say {
		in.log.Warn().Uint64("passed_over", refused).
			Msg("more devices announce themselves than max_devices allows; raise it, or find who announces them")
	}
}
