package thermostat

import (
	"math"
	"time"
)

// Input is what was measured.
type Input struct {
	Temperature float64   // °C, of the room
	At          time.Time // when it was measured; zero: it never was
	Contact     Contact   // of the window
}

// Temperatures that no room has; a sensor that says so is broken.
const (
	coldest = -60.0 // °C
	hottest = 100.0 // °C
)

// known reports whether the temperature is one.
func (in Input) known() bool {
	return !in.At.IsZero() && in.Temperature >= coldest && in.Temperature <= hottest
}

// Output is what a thermostat does, and why.
type Output struct {
	Action Action
	Target float64 // °C, what it works for: the frost protection where nothing else is allowed
	Reason Reason  // of Action and Target

	Wanted       float64 // °C, what was asked for, whether or not it is allowed to work for it
	WantedReason Reason  // of Wanted
}

// Step lets time come to now. Call it whenever something was measured or a
// command was given, and at least once a minute, for boosts, holds and rests end
// only in a step. The same arguments give the same results.
func Step(cfg Config, s State, in Input, now time.Time) (State, Output) {
	now = wall(now)
	if age := now.Sub(in.At); age > cfg.StaleAfter || age < -cfg.StaleAfter {
		in.At = time.Time{} // one from the future would never become stale
	}
	s = s.expire(cfg, now)
	s.Window = s.Window.step(cfg.Window, in, s.Action, now)

	wanted := s.wanted(cfg)
	out := Output{Wanted: wanted.shown(s.Mode), WantedReason: wanted.reason}
	allowed := s.allowed(cfg, wanted)
	out.Action, out.Reason = decide(cfg, s, allowed, in, now)
	out.Target = cfg.target(s, allowed, out)

	if out.Action != s.Action {
		s.Action, s.Since = out.Action, now
	}
	s.Frost = out.Reason.Cause == CauseFrost
	return s, out
}

// goal is a pair of targets and why they are. Heat may be -Inf and Cool +Inf:
// then nothing heats or cools.
type goal struct {
	Targets
	reason Reason
}

// shown returns the one of both targets that a person reads.
func (t Targets) shown(mode Mode) float64 {
	if mode == Cool {
		return t.Cool
	}
	return t.Heat
}

// wanted returns what is asked for, within the limits.
func (s State) wanted(cfg Config) goal {
	preset := s.Preset()
	g := goal{Targets: cfg.targets(preset, s.Wish.Setpoint), reason: s.wantedReason(preset)}
	// Only a State from before a change of the limits can lie outside them.
	limited := Targets{Heat: cfg.limit(g.Heat), Cool: cfg.limit(g.Cool)}
	if limited.shown(s.Mode) != g.shown(s.Mode) {
		g.reason = Reason{Cause: CauseLimit, Preset: preset}
	}
	g.Targets = limited
	if s.Mode == Auto {
		g.Cool = max(g.Cool, g.Heat+cfg.DeadZone)
	}
	return g
}

func (cfg *Config) limit(celsius float64) float64 { return min(max(celsius, cfg.Min), cfg.Max) }

func (s State) wantedReason(preset Preset) Reason {
	switch {
	case preset == Boost:
		return Reason{Cause: CauseBoost, Preset: preset, Until: s.BoostUntil}
	case !s.HoldUntil.IsZero():
		return Reason{Cause: CauseHold, Preset: preset, Until: s.HoldUntil}
	case s.Wish.Source == Schedule:
		return Reason{Cause: CauseSchedule, Preset: preset}
	case preset != NoPreset:
		return Reason{Cause: CausePreset, Preset: preset}
	}
	return Reason{Cause: CauseManual}
}

// allowed returns what of the wanted goal mode and window leave.
func (s State) allowed(cfg Config, wanted goal) goal {
	nothing := Targets{Heat: math.Inf(-1), Cool: math.Inf(1)}
	switch {
	case s.Mode == Off:
		return goal{nothing, Reason{Cause: CauseOff}}
	case s.Window.Open && s.Window.Contact == ContactOpen && !s.Window.Dismissed:
		return goal{nothing, Reason{Cause: CauseWindow}} // open for as long as the contact says so
	case s.Window.Open:
		return goal{nothing, Reason{Cause: CauseWindow, Until: s.Window.Until}}
	}
	if !s.Mode.heats() || !cfg.Heater.Present {
		wanted.Heat = nothing.Heat
	}
	if !s.Mode.cools() || !cfg.Cooler.Present {
		wanted.Cool = nothing.Cool
	}
	return wanted
}

// decide returns the action, and the rule that decided it.
func decide(cfg Config, s State, g goal, in Input, now time.Time) (Action, Reason) {
	if !in.known() {
		return Idle, Reason{Cause: CauseSensorLost}
	}
	if cfg.freezing(s, in.Temperature) {
		return Heating, Reason{Cause: CauseFrost}
	}
	want := cfg.demand(s.Action, g.Targets, in.Temperature)
	action, until := guard(cfg, s, want, now)
	reason := g.reason
	if action != want {
		reason = Reason{Cause: CauseGuard, Preset: g.reason.Preset, Until: until}
	}
	if cfg.beyond(action, in.Temperature) {
		return Idle, Reason{Cause: CauseLimit, Preset: g.reason.Preset}
	}
	return action, reason
}

func (cfg *Config) freezing(s State, celsius float64) bool {
	if !cfg.Heater.Present {
		return false
	}
	return celsius < cfg.Frost || s.Frost && celsius < cfg.Frost+cfg.Hysteresis
}

// demand is the hysteresis: what runs goes on for half of it beyond the target.
func (cfg *Config) demand(present Action, t Targets, celsius float64) Action {
	half := cfg.Hysteresis / 2
	heatBelow, coolAbove := t.Heat-half, t.Cool+half
	if present == Heating {
		heatBelow = t.Heat + half
	}
	if present == Cooling {
		coolAbove = t.Cool - half
	}
	switch {
	case celsius < heatBelow:
		return Heating
	case celsius > coolAbove:
		return Cooling
	}
	return Idle
}

func (cfg *Config) beyond(action Action, celsius float64) bool {
	return action == Heating && celsius >= cfg.Max || action == Cooling && celsius <= cfg.Min
}

// target is what the action works for.
func (cfg *Config) target(s State, allowed goal, out Output) float64 {
	t := allowed.shown(s.Mode)
	if out.Action == Cooling {
		t = allowed.Cool
	}
	if out.Reason.Cause == CauseFrost || math.IsInf(t, 0) {
		return cfg.Frost
	}
	return t
}
