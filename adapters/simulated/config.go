package simulated

import (
	"fmt"
	"time"

	"thingbridge/devices"
)

// Bounds of the configuration.
const (
	maxSpeed    = 3600                   // an hour in a second
	minInterval = 100 * time.Millisecond // more often than anybody can look
	maxInterval = 5 * time.Minute        // 12 days at the highest speed, computed in well under a second
	maxPrefix   = 32                     // bytes; leaves room for the rest of an ID
	firstYear   = 1900
	lastYear    = 2200
)

// Config is one simulated house.
type Config struct {
	// Seed chooses the weather and the habits of the people. Houses with the
	// same seed live the same days.
	Seed int64 `yaml:"seed"`

	// Speed is how many seconds pass in the house while one passes outside, 1 to
	// 3600. Durations that are told or asked (boost, hold) are those of the house.
	Speed float64 `yaml:"speed"`

	// Interval is the real time between two reports, 100ms to 5m.
	Interval time.Duration `yaml:"interval"`

	// Prefix goes before the name of each device and, as a slug, before its ID, so
	// that several houses can be simulated: with "Cabin", the thermostat is
	// "Cabin living room" with the ID cabin-living-room. Empty for none.
	Prefix string `yaml:"prefix"`

	// Start is the date and time in the house when it begins.
	Start time.Time `yaml:"start"`
}

// DefaultConfig returns a house in real time on a winter's morning.
func DefaultConfig() Config {
	return Config{
		Seed:     1,
		Speed:    1,
		Interval: 5 * time.Second,
		Start:    time.Date(2026, time.January, 15, 6, 0, 0, 0, time.UTC),
	}
}

// Validate calls report once for each mistake in c: path names the key, problem
// says what it is and what to write instead.
func (c *Config) Validate(report func(path, problem string)) {
	if !(c.Speed >= 1 && c.Speed <= maxSpeed) { // also refuses NaN
		report("speed", fmt.Sprintf("got %v; use 1 to %v simulated seconds per second", c.Speed, maxSpeed))
	}
	if c.Interval < minInterval || c.Interval > maxInterval {
		report("interval", fmt.Sprintf("got %v; use %v to %v", c.Interval, minInterval, maxInterval))
	}
	switch {
	case len(c.Prefix) > maxPrefix:
		report("prefix", fmt.Sprintf("got %d bytes; use at most %d", len(c.Prefix), maxPrefix))
	case c.Prefix != "" && devices.Slug(c.Prefix) == "":
		report("prefix", fmt.Sprintf("%q has nothing that an ID can hold; use letters or digits, for example \"Cabin\"", c.Prefix))
	}
	if year := c.Start.Year(); year < firstYear || year > lastYear {
		report("start", fmt.Sprintf("got the year %d; use a date from %d to %d, for example 2026-01-15", year, firstYear, lastYear))
	}
}
