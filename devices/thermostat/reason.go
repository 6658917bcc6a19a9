package thermostat

import (
	"slices"
	"time"
)

// Cause is the rule that decided. It is a word and not a sentence, so that the
// answer to "why?" can be given in any language.
type Cause uint8

// The causes. The package comment says what each means and which comes first.
const (
	CauseManual Cause = iota + 1
	CauseSchedule
	CausePreset
	CauseHold
	CauseBoost
	CauseWindow
	CauseOff
	CauseGuard
	CauseLimit
	CauseFrost
	CauseSensorLost
)

var causeWords = []string{
	"none", "manual", "schedule", "preset", "hold", "boost", "window", "off", "guard", "limit", "frost", "sensor-lost",
}

// Causes returns the words of all causes that a [Reason] of [Step] can have.
func Causes() []string { return slices.Clone(causeWords[CauseManual:]) }

// String returns "manual", "schedule", "preset", "hold", "boost", "window",
// "off", "guard", "limit", "frost" or "sensor-lost"; "none" for the zero Cause.
func (c Cause) String() string { return word(causeWords, c) }

// MarshalText returns the word of c.
func (c Cause) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText sets c from a word.
func (c *Cause) UnmarshalText(text []byte) error {
	parsed, err := parseWord[Cause]("cause", causeWords, string(text))
	*c = parsed
	return err
}

// Reason says why something is as it is.
type Reason struct {
	Cause  Cause
	Preset Preset    // the preset that is wanted; NoPreset where the setpoint is
	Until  time.Time // when the cause ends by itself; zero: not known, or never
}
