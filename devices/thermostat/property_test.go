package thermostat_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"thingbridge/devices/thermostat"
)

// careless is a household that presses every button at any time, in a room whose
// temperature does what it likes, with a sensor that fails now and then.
type careless struct {
	rand  *rand.Rand
	cfg   thermostat.Config
	state thermostat.State
	in    thermostat.Input
	now   time.Time
}

func newCareless(seed uint64) *careless {
	cfg := thermostat.DefaultConfig()
	cfg.Cooler.Present = true
	return &careless{
		rand: rand.New(rand.NewPCG(seed, 1)), cfg: cfg, state: thermostat.New(cfg),
		in: thermostat.Input{Temperature: 20}, now: monday.In(time.FixedZone("CET", 3600)),
	}
}

// live lets some time pass, in which anything may happen, and steps.
func (c *careless) live() thermostat.Output {
	c.now = c.now.Add(time.Duration(c.rand.IntN(240)) * time.Second)
	c.in.Temperature = min(max(c.in.Temperature+c.rand.NormFloat64(), -10), 40)
	if c.rand.IntN(50) > 0 {
		c.in.At = c.now
	}
	if c.rand.IntN(300) == 0 {
		c.in.At = c.now.Add(-time.Hour)
	}
	if c.rand.IntN(20) == 0 {
		c.in.Contact = thermostat.Contact(c.rand.IntN(3))
	}
	if c.rand.IntN(5) == 0 {
		c.press()
	}
	var out thermostat.Output
	c.state, out = thermostat.Step(c.cfg, c.state, c.in, c.now)
	return out
}

// press presses a button. A refusal is as good as any: the state must not change.
func (c *careless) press() {
	before := c.state
	after, err := c.command()
	if err != nil && after != before {
		panic(fmt.Sprintf("refused with %v, yet changed", err))
	}
	c.state = after
}

func (c *careless) command() (thermostat.State, error) {
	minutes := time.Duration(c.rand.IntN(900)-60) * time.Minute
	switch c.rand.IntN(8) {
	case 0:
		return c.state.SetMode(c.cfg, thermostat.Mode(c.rand.IntN(6)), c.now)
	case 1:
		return c.state.SetSetpoint(c.cfg, c.rand.Float64()*40, c.now)
	case 2:
		return c.state.SetPreset(c.cfg, thermostat.Preset(c.rand.IntN(7)), c.now)
	case 3:
		return c.state.SetBoost(c.cfg, minutes, c.now)
	case 4:
		return c.state.SetHold(c.cfg, c.now.Add(minutes), c.now)
	case 5:
		return c.state.SetHold(c.cfg, time.Time{}, c.now)
	case 6:
		return c.state.SetWindow(c.cfg, thermostat.Contact(c.rand.IntN(4)), c.now)
	}
	wish := thermostat.Wish{Setpoint: c.rand.Float64() * 40, Preset: thermostat.Preset(c.rand.IntN(6))}
	return c.state.SetScheduled(c.cfg, wish, c.now)
}

func (c *careless) known() bool { return c.now.Sub(c.in.At) <= c.cfg.StaleAfter }

// eachStep lives through 10 households of 3000 steps.
func eachStep(t *testing.T, check func(c *careless, before thermostat.State, out thermostat.Output) error) {
	t.Helper()
	for seed := range uint64(10) {
		c := newCareless(seed)
		for i := range 3000 {
			before := c.state
			out := c.live()
			if err := check(c, before, out); err != nil {
				t.Fatalf("seed %d, step %d, %v °C, %+v: %v", seed, i, c.in.Temperature, out, err)
			}
		}
	}
}

func TestAlwaysWithinTheLimits(t *testing.T) {
	eachStep(t, func(c *careless, _ thermostat.State, out thermostat.Output) error {
		switch celsius := c.in.Temperature; {
		case !c.known() && out.Action != thermostat.Idle:
			return fmt.Errorf("%v blindly", out.Action)
		case out.Action == thermostat.Heating && celsius >= c.cfg.Max:
			return fmt.Errorf("heating above %v", c.cfg.Max)
		case out.Action == thermostat.Cooling && celsius <= c.cfg.Min:
			return fmt.Errorf("cooling below %v", c.cfg.Min)
		case c.known() && celsius < c.cfg.Frost && out.Action != thermostat.Heating:
			return fmt.Errorf("freezing")
		case out.Wanted < c.cfg.Min || out.Wanted > c.cfg.Max:
			return fmt.Errorf("wanted out of range")
		}
		return nil
	})
}

func TestStartsOnlyForAReason(t *testing.T) {
	eachStep(t, func(c *careless, before thermostat.State, out thermostat.Output) error {
		if out.Action == before.Action || out.Action == thermostat.Idle || out.Reason.Cause == thermostat.CauseFrost {
			return nil
		}
		mode := c.state.Mode
		switch {
		case mode == thermostat.Off, c.state.Window.Open:
			return fmt.Errorf("started with mode %v and window open %v", mode, c.state.Window.Open)
		case out.Action == thermostat.Heating && (mode == thermostat.Cool || c.in.Temperature >= out.Target):
			return fmt.Errorf("started heating in mode %v", mode)
		case out.Action == thermostat.Cooling && (mode == thermostat.Heat || c.in.Temperature <= out.Target):
			return fmt.Errorf("started cooling in mode %v", mode)
		}
		return nil
	})
}

func TestGuardYieldsOnlyToSafety(t *testing.T) {
	var since time.Time // when the action of the present household began
	eachStep(t, func(c *careless, before thermostat.State, out thermostat.Output) error {
		if before.Since.IsZero() {
			since = time.Time{} // a household that has never switched
		}
		if out.Action == before.Action {
			return nil
		}
		lasted, first := c.now.Sub(since), since.IsZero()
		since = c.now
		ran, rest := c.cfg.Heater.MinOn, c.cfg.Heater.MinOff
		if before.Action == thermostat.Cooling {
			ran = c.cfg.Cooler.MinOn
		}
		if out.Action == thermostat.Cooling {
			rest = c.cfg.Cooler.MinOff
		}
		cause := out.Reason.Cause
		safety := cause == thermostat.CauseFrost || cause == thermostat.CauseLimit || cause == thermostat.CauseSensorLost
		switch {
		case first, safety:
			return nil
		case before.Action == thermostat.Idle && lasted < rest:
			return fmt.Errorf("rested for %v only", lasted)
		case before.Action != thermostat.Idle && out.Action != thermostat.Idle:
			return fmt.Errorf("from %v without a rest", before.Action)
		case before.Action != thermostat.Idle && lasted < ran:
			return fmt.Errorf("ran for %v only", lasted)
		}
		return nil
	})
}

func TestWhatHasAnEndEnds(t *testing.T) {
	eachStep(t, func(c *careless, _ thermostat.State, out thermostat.Output) error {
		for _, end := range []struct {
			name  string
			until time.Time
			most  time.Duration
		}{
			{"boost", c.state.BoostUntil, c.cfg.MaxBoost},
			{"hold", c.state.HoldUntil, c.cfg.MaxHold},
			{"reason", out.Reason.Until, c.cfg.MaxHold},
		} {
			if end.until.IsZero() {
				continue
			}
			if left := end.until.Sub(c.now); left <= 0 || left > end.most {
				return fmt.Errorf("%s has %v left", end.name, left)
			}
		}
		return nil
	})
}

func TestStateSurvivesARestart(t *testing.T) {
	eachStep(t, func(c *careless, _ thermostat.State, _ thermostat.Output) error {
		if c.rand.IntN(50) > 0 {
			return nil
		}
		text, err := json.Marshal(c.state)
		if err != nil {
			return err
		}
		var back thermostat.State
		if err := json.Unmarshal(text, &back); err != nil {
			return err
		}
		if back != c.state {
			return fmt.Errorf("got %+v back from %s", back, text)
		}
		return nil
	})
}
