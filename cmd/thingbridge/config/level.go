package config

import "fmt"

// Level is how much the gateway logs. Each level includes those before it.
type Level uint8

// The levels.
const (
	LevelError Level = iota
	LevelWarn
	LevelInfo
	LevelDebug
	LevelTrace
)

var levelNames = [...]string{LevelError: "error", LevelWarn: "warn", LevelInfo: "info", LevelDebug: "debug", LevelTrace: "trace"}

// String returns the word that the configuration uses.
func (l Level) String() string { return levelNames[l] }

// UnmarshalText reads the word that the configuration uses.
func (l *Level) UnmarshalText(text []byte) error {
	for level, name := range levelNames {
		if name == string(text) {
			*l = Level(level)
			return nil
		}
	}
	return fmt.Errorf("%q is no level; use error, warn, info, debug or trace", shorten(string(text)))
}
