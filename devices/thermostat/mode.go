package thermostat

import "slices"

// Mode is what a person lets the thermostat do.
type Mode uint8

// The modes. The zero Mode is Off.
const (
	Off  Mode = iota // only frost protection
	Heat             // heats up to the target
	Cool             // cools down to the target
	Auto             // heats or cools, with a dead zone between
)

var modeWords = []string{"off", "heat", "cool", "auto"}

// Modes returns the words of all modes, in the order in which they are offered.
func Modes() []string { return slices.Clone(modeWords) }

// ParseMode returns the mode of a word, or an error that wraps [ErrWord].
func ParseMode(text string) (Mode, error) { return parseWord[Mode]("mode", modeWords, text) }

// String returns "off", "heat", "cool" or "auto".
func (m Mode) String() string { return word(modeWords, m) }

// MarshalText returns the word of m.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText sets m from a word.
func (m *Mode) UnmarshalText(text []byte) error {
	parsed, err := ParseMode(string(text))
	*m = parsed
	return err
}

func (m Mode) heats() bool { return m == Heat || m == Auto }
func (m Mode) cools() bool { return m == Cool || m == Auto }
