package mqtt

import (
	"github.com/rs/zerolog"

	"thingbridge/adapters/mqtt/convention"
)

// Dialect is a convention that a test makes known.
type Dialect = dialect

// NewDialect returns a convention that the configuration calls name.
func NewDialect(name string, make func(*convention.Names) convention.Convention) Dialect {
	return dialect{name, func(_ *Config, names *convention.Names) convention.Convention { return make(names) }}
}

// NewSpeaking returns an adapter that knows other conventions than [New]'s.
func NewSpeaking(name string, cfg Config, log zerolog.Logger, known ...Dialect) *Adapter {
	return newAdapter(name, cfg, log, known)
}

// ValidateSpeaking is Config.Validate where other conventions are known.
func ValidateSpeaking(c *Config, report func(path, problem string), known ...Dialect) {
	c.validate(known, report)
}

// Known returns the conventions that [New] knows.
func Known() []Dialect { return dialects() }
