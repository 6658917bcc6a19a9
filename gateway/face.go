package gateway

import (
	"fmt"
	"math"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/avatar"
	"thingbridge/gateway/talk"
)

// maxInterval keeps a mistyped presence.interval from silencing all contacts.
const maxInterval = time.Hour

// PresenceConfig says how often contacts speak.
type PresenceConfig struct {
	// Interval is the shortest time between two presences of a contact of which
	// only the status text or the picture differs. Whether a device can be reached, and alarms,
	// are told at once. 0s tells each change.
	Interval time.Duration `yaml:"interval"`
	// Stale is how long a device may say nothing before its contact is shown as
	// away, with the time of its last reading.
	Stale time.Duration `yaml:"stale"`
}

// SetDefaults makes c what an empty section means.
func (c *PresenceConfig) SetDefaults() { c.Interval, c.Stale = time.Minute, 2*time.Hour }

// Validate reports each mistake with the path of its key.
func (c *PresenceConfig) Validate(report func(path, problem string)) {
	if c.Interval < 0 || c.Interval > maxInterval {
		report("interval", fmt.Sprintf("%v; use 0s to %v", c.Interval, maxInterval))
	}
	if c.Stale < time.Minute {
		report("stale", fmt.Sprintf("%v; use 1m or more", c.Stale))
	}
}

// face is what a contact looks like: everything of a presence that is the same
// for all who see it.
type face struct {
	gone   bool // unavailable
	show   string
	idle   time.Time // since when; zero: not
	text   string    // the status line, in the first language
	device *devices.Device
	states []devices.State
	look   avatar.Look

	dress
	left time.Time // when one that is gone was last heard of, for who asks; zero: not told
}

// dress is what presences carry that says who a contact is.
type dress struct {
	caps  []byte // the element of XEP-0115
	photo string // ID of the picture
	nick  string
}

// alarms are the classes of booleans that mean danger when they are true.
var alarms = []string{"smoke", "gas", "carbon_monoxide", "moisture", "problem", "safety", "tamper"}

// faceOf returns what a twin looks like at a time. A device that said nothing
// for longer than stale is away, since its last reading; one that cannot be
// reached is unavailable, so that a grey contact means a dead device.
func faceOf(t *devices.Twin, now time.Time, stale time.Duration) face {
	f := face{text: talk.StatusLine(t, talk.English), device: t.Device, states: t.States, look: lookOf(t)}
	switch {
	case t.Availability == devices.Offline:
		f.gone = true
	case hasAlarm(t):
		f.show = "dnd"
	case t.Availability == devices.Unknown:
		f.show = "away"
		f.idle = t.LastSeen
	case !t.LastSeen.IsZero() && now.Sub(t.LastSeen) > stale:
		f.show = "away"
		f.idle = t.LastSeen
	}
	return f
}

// lookOf returns which picture a twin has. A device that is gone may have left
// with an alarm; that it is gone counts more.
func lookOf(t *devices.Twin) avatar.Look {
	look := avatar.Of(t)
	if look.State != avatar.Offline && hasAlarm(t) {
		return look.With(avatar.Alarm)
	}
	return look
}

func hasAlarm(t *devices.Twin) bool {
	for i := range t.Device.Properties {
		p := &t.Device.Properties[i]
		if on, _ := t.States[i].Reported.Boolean(); on && p.Type == devices.TypeBoolean && slices.Contains(alarms, p.Class) {
			return true
		}
	}
	return false
}

// urgent reports whether the step from f to next is one that waits for nothing.
func (f face) urgent(next face) bool { return f.gone != next.gone || f.show != next.show }

// differs reports whether next is worth telling to who has seen f: the picture or
// the name is another, or the text is and some value moved by its deadband at least.
func (f face) differs(next face) bool {
	if f.look != next.look || f.nick != next.nick {
		return true
	}
	if f.text == next.text {
		return false
	}
	if f.device != next.device || len(f.states) != len(next.states) {
		return true
	}
	for i := range next.states {
		if moved(&next.device.Properties[i], f.states[i].Reported, next.states[i].Reported) {
			return true
		}
	}
	return false
}

func moved(p *devices.Property, from, to devices.Value) bool {
	a, wasNumber := from.Number()
	b, isNumber := to.Number()
	if !wasNumber || !isNumber {
		return from != to
	}
	const rounding = 1e-9 // 21.4 - 21.2 is a little less than 0.2
	return a != b && math.Abs(b-a) >= p.Deadband-rounding
}
