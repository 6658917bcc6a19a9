package thermostat

import (
	"fmt"
	"math"
	"time"
)

// Config is what an installer decides about one thermostat. Temperatures are in
// °C, differences in K. The functions of this package rely on a Config that
// [Config.Validate] finds no mistake in.
type Config struct {
	Min  float64 `yaml:"min"`  // lowest setpoint; nothing is cooled below it
	Max  float64 `yaml:"max"`  // highest setpoint; nothing is heated above it
	Step float64 `yaml:"step"` // between two setpoints

	Hysteresis float64 `yaml:"hysteresis"` // K between switching on and off
	DeadZone   float64 `yaml:"dead_zone"`  // K between the targets of heating and cooling in auto
	Frost      float64 `yaml:"frost"`      // below it the heater runs in every mode

	Comfort Targets `yaml:"comfort"`
	Eco     Targets `yaml:"eco"`
	Away    Targets `yaml:"away"`
	Boost   Targets `yaml:"boost"`

	BoostFor time.Duration `yaml:"boost_for"` // a boost that was asked for without a duration
	MaxBoost time.Duration `yaml:"max_boost"` // longest boost
	MaxHold  time.Duration `yaml:"max_hold"`  // longest hold

	Heater Machine      `yaml:"heater"`
	Cooler Machine      `yaml:"cooler"`
	Window WindowConfig `yaml:"window"`

	StaleAfter time.Duration `yaml:"stale_after"` // age at which a temperature says nothing any more
}

// Machine is what makes heat or cold, and how gently it wants to be treated.
type Machine struct {
	Present bool          `yaml:"present"` // whether there is one
	MinOn   time.Duration `yaml:"min_on"`  // it runs at least so long once started
	MinOff  time.Duration `yaml:"min_off"` // it rests at least so long once stopped
}

// WindowConfig says how an open window is noticed and what follows. While a
// window is believed open nothing is heated or cooled, apart from frost
// protection.
//
// A contact is believed after Delay. Without one, a window is believed open when
// the temperature falls steeply: Fall below where a decline of FallRate would
// have brought it. A thermostat that uses both believes whichever says so.
type WindowConfig struct {
	Delay    time.Duration `yaml:"delay"`     // a contact must say open for so long
	Fall     float64       `yaml:"fall"`      // K; 0: the temperature does not tell
	FallRate float64       `yaml:"fall_rate"` // K/h, the steepest decline of a closed room
	Block    time.Duration `yaml:"block"`     // the window counts as open at least so long
	Pause    time.Duration `yaml:"pause"`     // and so long where no contact will say that it closed
	Rearm    time.Duration `yaml:"rearm"`     // afterwards a fall is not looked for, so long
}

// DefaultConfig returns the settings for a room with a heater and a sensor that
// reports every few minutes, and no cooler.
func DefaultConfig() Config {
	return Config{
		Min: 5, Max: 30, Step: 0.5,
		Hysteresis: 0.4, DeadZone: 2, Frost: 5,
		Comfort:  Targets{Heat: 21, Cool: 24},
		Eco:      Targets{Heat: 18, Cool: 27},
		Away:     Targets{Heat: 15, Cool: 30},
		Boost:    Targets{Heat: 24, Cool: 20},
		BoostFor: 30 * time.Minute,
		MaxBoost: 12 * time.Hour,
		MaxHold:  7 * 24 * time.Hour,
		Heater:   Machine{Present: true, MinOn: 3 * time.Minute, MinOff: 3 * time.Minute},
		Cooler:   Machine{MinOn: 5 * time.Minute, MinOff: 5 * time.Minute},
		Window: WindowConfig{
			Delay: 30 * time.Second,
			Fall:  0.6, FallRate: 3,
			Block: 5 * time.Minute, Pause: 15 * time.Minute, Rearm: 15 * time.Minute,
		},
		StaleAfter: 30 * time.Minute,
	}
}

// Validate calls report once for each mistake in cfg: path names the field as
// the configuration writes it, problem says what it is and what to write
// instead.
func (cfg *Config) Validate(report func(path, problem string)) {
	cfg.validateRange(report)
	cfg.validatePresets(report)
	cfg.validateDurations(report)
	if !cfg.Heater.Present && !cfg.Cooler.Present {
		report("heater", "there is neither a heater nor a cooler; set present of one to true")
	}
	if cfg.Window.Fall != 0 {
		checkNumber(report, "window.fall", cfg.Window.Fall, 0.1, 20)
		checkNumber(report, "window.fall_rate", cfg.Window.FallRate, 0, 100)
	}
}

func (cfg *Config) validateRange(report func(path, problem string)) {
	checkNumber(report, "min", cfg.Min, 0, 50)
	checkNumber(report, "max", cfg.Max, 0, 100)
	checkNumber(report, "step", cfg.Step, 0.01, 10)
	checkNumber(report, "hysteresis", cfg.Hysteresis, 0.05, 5)
	checkNumber(report, "dead_zone", cfg.DeadZone, 0.1, 20)
	checkNumber(report, "frost", cfg.Frost, 0, 20)
	switch {
	case cfg.Min >= cfg.Max:
		report("max", fmt.Sprintf("%v is not above min %v; use a greater number", cfg.Max, cfg.Min))
	case cfg.Frost > cfg.Min:
		report("frost", fmt.Sprintf("%v is above min %v; use %v or less", cfg.Frost, cfg.Min, cfg.Min))
	case cfg.Frost+cfg.Hysteresis >= cfg.Max:
		report("frost", fmt.Sprintf("%v with hysteresis %v reaches max %v; use less", cfg.Frost, cfg.Hysteresis, cfg.Max))
	}
	if cfg.DeadZone < cfg.Hysteresis {
		report("dead_zone", fmt.Sprintf("%v is less than hysteresis %v; use %v or more, or heating and cooling take turns",
			cfg.DeadZone, cfg.Hysteresis, cfg.Hysteresis))
	}
}

func (cfg *Config) validatePresets(report func(path, problem string)) {
	for _, preset := range []struct {
		name    string
		targets Targets
	}{{"comfort", cfg.Comfort}, {"eco", cfg.Eco}, {"away", cfg.Away}, {"boost", cfg.Boost}} {
		checkNumber(report, preset.name+".heat", preset.targets.Heat, cfg.Min, cfg.Max)
		checkNumber(report, preset.name+".cool", preset.targets.Cool, cfg.Min, cfg.Max)
	}
}

func (cfg *Config) validateDurations(report func(path, problem string)) {
	const day = 24 * time.Hour
	for _, d := range []struct {
		path        string
		got         time.Duration
		least, most time.Duration
	}{
		{"max_boost", cfg.MaxBoost, time.Minute, day},
		{"boost_for", cfg.BoostFor, time.Minute, cfg.MaxBoost},
		{"max_hold", cfg.MaxHold, time.Minute, 366 * day},
		{"heater.min_on", cfg.Heater.MinOn, 0, time.Hour},
		{"heater.min_off", cfg.Heater.MinOff, 0, time.Hour},
		{"cooler.min_on", cfg.Cooler.MinOn, 0, time.Hour},
		{"cooler.min_off", cfg.Cooler.MinOff, 0, time.Hour},
		{"window.delay", cfg.Window.Delay, 0, time.Hour},
		{"window.block", cfg.Window.Block, 0, day},
		{"window.pause", cfg.Window.Pause, 0, day},
		{"window.rearm", cfg.Window.Rearm, 0, day},
		{"stale_after", cfg.StaleAfter, time.Minute, day},
	} {
		if d.got < d.least || d.got > d.most {
			report(d.path, fmt.Sprintf("got %v; use %v to %v", d.got, d.least, d.most))
		}
	}
}

func checkNumber(report func(path, problem string), path string, got, least, most float64) {
	if !(got >= least && got <= most) { // also refuses NaN
		report(path, fmt.Sprintf("got %v; use %v to %v", got, least, most))
	}
}

// machine returns what carries out a.
func (cfg *Config) machine(a Action) Machine {
	if a == Cooling {
		return cfg.Cooler
	}
	return cfg.Heater
}

// rounded moves a setpoint to the nearest step, counted from Min, and writes it
// as the nearest short decimal: 0.1 steps must not become 21.400000000000002.
func (cfg *Config) rounded(celsius float64) float64 {
	n := cfg.Min + math.Round((celsius-cfg.Min)/cfg.Step)*cfg.Step
	return math.Round(min(n, cfg.Max)*1e6) / 1e6
}
