package thermostat

import "time"

// State is all that a thermostat remembers. States are comparable with == and
// keep their meaning through JSON. Callers may read every field; to change one,
// use the methods or [Step]. The zero State is off, with a setpoint that Step
// raises to Config.Min; [New] returns a better beginning.
type State struct {
	Mode Mode

	Wish      Wish      // in force unless something stronger is
	Former    Wish      // returns when the hold ends
	HoldUntil time.Time // zero: no hold
	Changed   time.Time // when a person last changed Wish

	BoostUntil time.Time // zero: no boost

	Action Action
	Since  time.Time // when Action began; zero: unknown, and nothing has to rest
	Frost  bool      // frost protection is at work

	Window WindowState
}

// Source is who asked for a [Wish].
type Source uint8

// The sources. The zero Source is Person.
const (
	Person Source = iota
	Schedule
)

var sourceWords = []string{"person", "schedule"}

// String returns "person" or "schedule".
func (s Source) String() string { return word(sourceWords, s) }

// MarshalText returns the word of s.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets s from a word.
func (s *Source) UnmarshalText(text []byte) error {
	parsed, err := parseWord[Source]("source", sourceWords, string(text))
	*s = parsed
	return err
}

// Wish is a temperature that somebody asked for: that of Preset, or Setpoint
// where Preset is NoPreset. The setpoint below a preset is kept; it counts again
// when the preset is taken away.
type Wish struct {
	Setpoint float64 // °C
	Preset   Preset  // never Boost
	Source   Source
}

// New returns the state of a thermostat that nobody has touched: preset comfort
// in the first mode that the machines allow.
func New(cfg Config) State {
	wish := Wish{Setpoint: cfg.rounded(cfg.Comfort.Heat), Preset: Comfort}
	s := State{Mode: Heat, Wish: wish, Former: wish}
	if !cfg.Heater.Present {
		s.Mode = Cool
		s.Wish.Setpoint = cfg.rounded(cfg.Comfort.Cool)
		s.Former = s.Wish
	}
	return s
}

// Preset returns the preset in force: Boost during a boost, else that of the
// wish.
func (s State) Preset() Preset {
	if !s.BoostUntil.IsZero() {
		return Boost
	}
	return s.Wish.Preset
}

// expire ends what is over at now, and mends what a clock that was set back
// would prolong.
func (s State) expire(cfg Config, now time.Time) State {
	s.Since = earlier(s.Since, now)
	s.Changed = earlier(s.Changed, now)
	s.BoostUntil = earlier(s.BoostUntil, now.Add(cfg.MaxBoost))
	s.HoldUntil = earlier(s.HoldUntil, now.Add(cfg.MaxHold))
	if !s.BoostUntil.After(now) {
		s.BoostUntil = time.Time{}
	}
	if !s.HoldUntil.After(now) {
		s = s.release()
	}
	return s
}

// release ends a hold, if there is one.
func (s State) release() State {
	if !s.HoldUntil.IsZero() {
		s.Wish, s.HoldUntil = s.Former, time.Time{}
	}
	return s
}

func earlier(a, b time.Time) time.Time {
	if a.After(b) {
		return b
	}
	return a
}

// wall returns t in the form that survives JSON and compares with ==: in UTC,
// without the reading of the monotonic clock.
func wall(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Round(0).UTC()
}
