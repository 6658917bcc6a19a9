package sml

import (
	"fmt"
	"math"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Config is what the configuration says of a meter that speaks SML. Nothing of it is
// required. Where the meter tells whole kWh alone and no power, it wants its PIN, and
// "InF on" in its menu.
type Config struct {
	// ID is the meter's name in addresses, for ever: a-z, 0-9 and -, at most 64
	// characters. Default: the name of the adapter.
	ID string `yaml:"id"`
	// Name is what people call the meter. Default: Electricity meter.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// PowerDeadband is the smallest change of power that is told at once, in W; smaller
	// ones are told after a minute. Default: 20, or 2 % where that is more.
	PowerDeadband *float64 `yaml:"power_deadband"`
	// Silent is how long nothing may come until the meter is offline. Default: 1m.
	Silent time.Duration `yaml:"silent"`
}

const (
	defaultSilent = time.Minute
	shortest      = 15 * time.Second // above the seconds between files
)

// Line is how ports are set up where the configuration does not say.
func Line() codec.Line {
	return codec.Line{Baud: 9600, DataBits: 8, Parity: "none", StopBits: 1}
}

// Validate reports every mistake in c.
func (c *Config) Validate(report func(path, problem string)) {
	if c.ID != "" {
		if _, err := devices.ParseID(c.ID); err != nil {
			report("id", err.Error())
		}
	}
	if len(c.Name) > devices.MaxText {
		report("name", fmt.Sprintf("text of %d bytes, want at most %d", len(c.Name), devices.MaxText))
	}
	if len(c.Area) > devices.MaxText {
		report("area", fmt.Sprintf("text of %d bytes, want at most %d", len(c.Area), devices.MaxText))
	}
	if d := c.PowerDeadband; d != nil && !(*d >= 0 && !math.IsInf(*d, 0)) {
		report("power_deadband", fmt.Sprintf("%v W; use 0 or more", *d))
	}
	if c.Silent != 0 && c.Silent < shortest {
		report("silent", fmt.Sprintf("%s; use %s or more, for a meter may pause that long", c.Silent, shortest))
	}
}

func (c *Config) silent() time.Duration {
	if c.Silent == 0 {
		return defaultSilent
	}
	return c.Silent
}
