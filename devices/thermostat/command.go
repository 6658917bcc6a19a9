package thermostat

import (
	"errors"
	"fmt"
	"time"
)

// Errors that callers branch on. What a command returns wraps one of them and
// says what was got and what can be had.
var (
	ErrWord  = errors.New("no such word")
	ErrRange = errors.New("out of range")
	ErrMode  = errors.New("mode not possible")
	ErrOff   = errors.New("thermostat is off")
)

// adjusting is how long several changes by a person count as one: somebody who
// says "warmer", "warmer", "for two hours" wants to return to what was before
// the first.
const adjusting = 10 * time.Minute

// SetMode changes the mode, and ends a boost. It refuses a mode that needs a
// machine which is not there.
func (s State) SetMode(cfg Config, mode Mode, now time.Time) (State, error) {
	switch {
	case mode > Auto:
		return s, fmt.Errorf("%w: mode %d", ErrWord, mode)
	case mode.heats() && !cfg.Heater.Present:
		return s, fmt.Errorf("%w: %s needs a heater, and there is none", ErrMode, mode)
	case mode.cools() && !cfg.Cooler.Present:
		return s, fmt.Errorf("%w: %s needs a cooler, and there is none", ErrMode, mode)
	}
	s = s.expire(cfg, wall(now))
	s.Mode, s.BoostUntil = mode, time.Time{}
	return s, nil
}

// SetSetpoint asks for a temperature in °C, rounded to the step, in place of a
// preset. It ends a boost. During a hold it changes what is held, and the hold
// ends when it would have.
func (s State) SetSetpoint(cfg Config, celsius float64, now time.Time) (State, error) {
	if !(celsius >= cfg.Min && celsius <= cfg.Max) {
		return s, fmt.Errorf("%w: setpoint %v °C; use %v to %v °C", ErrRange, celsius, cfg.Min, cfg.Max)
	}
	return s.wish(cfg, Wish{Setpoint: cfg.rounded(celsius)}, now), nil
}

// SetPreset asks for the targets of a preset; NoPreset gives the setpoint back.
// It ends a boost, but for Boost itself, which begins one of Config.BoostFor.
// During a hold it changes what is held.
func (s State) SetPreset(cfg Config, preset Preset, now time.Time) (State, error) {
	switch {
	case preset == Boost:
		return s.SetBoost(cfg, cfg.BoostFor, now)
	case preset > Boost:
		return s, fmt.Errorf("%w: preset %d", ErrWord, preset)
	}
	s = s.expire(cfg, wall(now))
	return s.wish(cfg, Wish{Setpoint: s.Wish.Setpoint, Preset: preset}, now), nil
}

// SetBoost begins a boost that lasts d, or ends one where d is 0. A boost that is
// running gets the new end. In auto a boost heats. A thermostat that is off has
// to be switched on first.
func (s State) SetBoost(cfg Config, d time.Duration, now time.Time) (State, error) {
	now = wall(now)
	switch {
	case d < 0 || d > cfg.MaxBoost:
		return s, fmt.Errorf("%w: boost of %v; use up to %v, or 0 to end it", ErrRange, d, cfg.MaxBoost)
	case d == 0:
		s.BoostUntil = time.Time{}
		return s.expire(cfg, now), nil
	case s.Mode == Off:
		return s, fmt.Errorf("%w; set its mode before a boost", ErrOff)
	}
	s = s.expire(cfg, now)
	s.BoostUntil = now.Add(d)
	return s, nil
}

// SetHold keeps the wish in force until a time; the schedule waits, and at that
// time the former wish returns. The former wish is the one before what a person
// changed within the last ten minutes, so a setpoint can be set first and held
// afterwards. A zero until ends the hold at once.
func (s State) SetHold(cfg Config, until, now time.Time) (State, error) {
	now, until = wall(now), wall(until)
	if until.IsZero() {
		return s.release().expire(cfg, now), nil
	}
	if !until.After(now) || until.Sub(now) > cfg.MaxHold {
		return s, fmt.Errorf("%w: hold of %v; use up to %v", ErrRange, until.Sub(now), cfg.MaxHold)
	}
	s = s.expire(cfg, now)
	if s.HoldUntil.IsZero() && now.Sub(s.Changed) > adjusting {
		s.Former = s.Wish
	}
	s.HoldUntil = until
	return s, nil
}

// SetScheduled brings the schedule to its next point. Where a hold is running,
// the point comes into force when the hold ends. A boost stays.
func (s State) SetScheduled(cfg Config, wish Wish, now time.Time) (State, error) {
	if wish.Preset >= Boost {
		return s, fmt.Errorf("%w: a schedule cannot ask for preset %s", ErrWord, wish.Preset)
	}
	if !(wish.Setpoint >= cfg.Min && wish.Setpoint <= cfg.Max) {
		return s, fmt.Errorf("%w: setpoint %v °C; use %v to %v °C", ErrRange, wish.Setpoint, cfg.Min, cfg.Max)
	}
	s = s.expire(cfg, wall(now))
	wish.Setpoint, wish.Source = cfg.rounded(wish.Setpoint), Schedule
	s.Former = wish
	if s.HoldUntil.IsZero() {
		s.Wish, s.Changed = wish, time.Time{}
	}
	return s, nil
}

// wish puts a person's wish into force.
func (s State) wish(cfg Config, w Wish, now time.Time) State {
	now = wall(now)
	s = s.expire(cfg, now)
	if s.HoldUntil.IsZero() && now.Sub(s.Changed) > adjusting {
		s.Former = s.Wish
	}
	s.Wish, s.Changed, s.BoostUntil = w, now, time.Time{}
	return s
}
