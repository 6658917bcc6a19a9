package thermostat

import "slices"

// Preset is a name for a pair of targets. A preset is not a mode: eco heats
// less in mode heat and cools less in mode cool.
type Preset uint8

// The presets. The zero Preset is NoPreset: the setpoint counts.
const (
	NoPreset Preset = iota
	Comfort
	Eco
	Away
	Boost // has an end; see [State.SetBoost]
)

var presetWords = []string{"none", "comfort", "eco", "away", "boost"}

// Presets returns the words of all presets, in the order in which they are
// offered.
func Presets() []string { return slices.Clone(presetWords) }

// ParsePreset returns the preset of a word, or an error that wraps [ErrWord].
func ParsePreset(text string) (Preset, error) {
	return parseWord[Preset]("preset", presetWords, text)
}

// String returns "none", "comfort", "eco", "away" or "boost".
func (p Preset) String() string { return word(presetWords, p) }

// MarshalText returns the word of p.
func (p Preset) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText sets p from a word.
func (p *Preset) UnmarshalText(text []byte) error {
	parsed, err := ParsePreset(string(text))
	*p = parsed
	return err
}

// Targets are the temperatures of a preset, in °C.
type Targets struct {
	Heat float64 `yaml:"heat"` // heats up to it
	Cool float64 `yaml:"cool"` // cools down to it
}

// targets returns what p asks for; setpoint is the answer of NoPreset.
func (cfg *Config) targets(p Preset, setpoint float64) Targets {
	switch p {
	case Comfort:
		return cfg.Comfort
	case Eco:
		return cfg.Eco
	case Away:
		return cfg.Away
	case Boost:
		return cfg.Boost
	}
	return Targets{Heat: setpoint, Cool: setpoint}
}
