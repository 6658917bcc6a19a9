package thermostat

import "time"

// guard returns the action that is allowed when want is asked for. Where that is
// another one, it also returns until when.
func guard(cfg Config, s State, want Action, now time.Time) (Action, time.Time) {
	if want == s.Action {
		return want, time.Time{}
	}
	if s.Action == Idle {
		if rested := s.Since.Add(cfg.machine(want).MinOff); !s.Since.IsZero() && now.Before(rested) {
			return Idle, rested
		}
		return want, time.Time{}
	}
	if ran := s.Since.Add(cfg.machine(s.Action).MinOn); !s.Since.IsZero() && now.Before(ran) {
		return s.Action, ran
	}
	// To stop is allowed; from heating to cooling it goes only by way of a rest.
	return Idle, now.Add(cfg.machine(want).MinOff)
}
