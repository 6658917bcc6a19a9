package thermostat

import "slices"

// Action is what the thermostat does at this moment.
type Action uint8

// The actions. The zero Action is Idle.
const (
	Idle Action = iota
	Heating
	Cooling
)

var actionWords = []string{"idle", "heating", "cooling"}

// Actions returns the words of all actions.
func Actions() []string { return slices.Clone(actionWords) }

// String returns "idle", "heating" or "cooling".
func (a Action) String() string { return word(actionWords, a) }

// MarshalText returns the word of a.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText sets a from a word.
func (a *Action) UnmarshalText(text []byte) error {
	parsed, err := parseWord[Action]("action", actionWords, string(text))
	*a = parsed
	return err
}
