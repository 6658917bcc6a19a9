package thermostat_test

import (
	"testing"
	"time"

	"thingbridge/devices/thermostat"
)

func TestSetpoint(t *testing.T) {
	b := newBench(t)
	b.cfg.Step = 0.1
	b.do(b.state.SetSetpoint(b.cfg, 21.42, monday))
	wantWish(t, b.at("08:00", 20), 21.4, thermostat.CauseManual)
	for _, celsius := range []float64{4.9, 30.1, nan} {
		_, err := b.state.SetSetpoint(b.cfg, celsius, monday)
		wantError(t, err, thermostat.ErrRange)
	}
}

func TestModeNeedsItsMachine(t *testing.T) {
	cfg := thermostat.DefaultConfig() // a heater, no cooler
	state := thermostat.New(cfg)
	for mode, want := range map[thermostat.Mode]error{
		thermostat.Off: nil, thermostat.Heat: nil, thermostat.Cool: thermostat.ErrMode, thermostat.Auto: thermostat.ErrMode,
	} {
		_, err := state.SetMode(cfg, mode, monday)
		wantError(t, err, want)
	}
	cfg.Heater.Present, cfg.Cooler.Present = false, true
	if got := thermostat.New(cfg).Mode; got != thermostat.Cool {
		t.Errorf("got mode %v for a cooler alone, want cool", got)
	}
}

func TestPresetKeepsTheSetpointBelow(t *testing.T) {
	b := newBench(t)
	b.do(b.state.SetPreset(b.cfg, thermostat.Eco, clock(t, "08:00")))
	wantWish(t, b.at("08:00", 20), 18, thermostat.CausePreset)
	b.do(b.state.SetPreset(b.cfg, thermostat.NoPreset, clock(t, "09:00")))
	wantWish(t, b.at("09:00", 20), 20, thermostat.CauseManual)
	b.do(b.state.SetPreset(b.cfg, thermostat.Eco, clock(t, "10:00")))
	b.do(b.state.SetSetpoint(b.cfg, 22, clock(t, "10:01"))) // takes the preset away
	wantWish(t, b.at("10:01", 20), 22, thermostat.CauseManual)
}

func TestBoostEndsAndTheFormerWishReturns(t *testing.T) {
	b := newBench(t)
	b.do(b.state.SetPreset(b.cfg, thermostat.Eco, clock(t, "07:00")))
	b.do(b.state.SetBoost(b.cfg, 20*time.Minute, clock(t, "08:00")))
	out := b.at("08:00", 20)
	wantWish(t, out, 24, thermostat.CauseBoost)
	if want := clock(t, "08:20"); !out.Reason.Until.Equal(want) {
		t.Errorf("got boost until %v, want %v", out.Reason.Until, want)
	}
	if got := b.state.Preset(); got != thermostat.Boost {
		t.Errorf("got preset %v during a boost, want boost", got)
	}
	wantWish(t, b.at("08:19:59", 21), 24, thermostat.CauseBoost)
	wantWish(t, b.at("08:20", 21), 18, thermostat.CausePreset)
	if got := b.state.Preset(); got != thermostat.Eco {
		t.Errorf("got preset %v after the boost, want eco", got)
	}
}

func TestWhatEndsABoost(t *testing.T) {
	at := clock(t, "08:05")
	tests := []struct {
		name    string
		command func(b *bench) (thermostat.State, error)
		want    thermostat.Preset
	}{
		{"boost of 0", func(b *bench) (thermostat.State, error) { return b.state.SetBoost(b.cfg, 0, at) }, thermostat.Eco},
		{"preset none", func(b *bench) (thermostat.State, error) {
			return b.state.SetPreset(b.cfg, thermostat.NoPreset, at)
		}, thermostat.NoPreset},
		{"a setpoint", func(b *bench) (thermostat.State, error) { return b.state.SetSetpoint(b.cfg, 19, at) }, thermostat.NoPreset},
		{"mode off", func(b *bench) (thermostat.State, error) { return b.state.SetMode(b.cfg, thermostat.Off, at) }, thermostat.Eco},
		{"not the schedule", func(b *bench) (thermostat.State, error) {
			return b.state.SetScheduled(b.cfg, thermostat.Wish{Setpoint: 17}, at)
		}, thermostat.Boost},
		{"not a hold", func(b *bench) (thermostat.State, error) {
			return b.state.SetHold(b.cfg, at.Add(time.Hour), at)
		}, thermostat.Boost},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.do(b.state.SetPreset(b.cfg, thermostat.Eco, clock(t, "07:00")))
			b.do(b.state.SetPreset(b.cfg, thermostat.Boost, clock(t, "08:00")))
			b.do(test.command(b))
			if got := b.state.Preset(); got != test.want {
				t.Errorf("got preset %v, want %v", got, test.want)
			}
		})
	}
}

func TestBoostRefused(t *testing.T) {
	b := newBench(t)
	for _, d := range []time.Duration{-time.Minute, 12*time.Hour + 1} {
		_, err := b.state.SetBoost(b.cfg, d, monday)
		wantError(t, err, thermostat.ErrRange)
	}
	b.state.Mode = thermostat.Off
	_, err := b.state.SetPreset(b.cfg, thermostat.Boost, monday)
	wantError(t, err, thermostat.ErrOff)
}

// The classic trap: how long does a change by hand last?
func TestHold(t *testing.T) {
	t.Run("without a hold it lasts until the schedule's next point", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetSetpoint(b.cfg, 23, clock(t, "08:00")))
		wantWish(t, b.at("11:59", 20), 23, thermostat.CauseManual)
		b.do(b.state.SetScheduled(b.cfg, thermostat.Wish{Setpoint: 17}, clock(t, "12:00")))
		wantWish(t, b.at("12:00", 20), 17, thermostat.CauseSchedule)
	})
	t.Run("with a hold the schedule waits", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetSetpoint(b.cfg, 23, clock(t, "08:00")))
		b.do(b.state.SetHold(b.cfg, clock(t, "13:00"), clock(t, "08:00")))
		b.do(b.state.SetScheduled(b.cfg, thermostat.Wish{Setpoint: 17}, clock(t, "12:00")))
		wantWish(t, b.at("12:59:59", 20), 23, thermostat.CauseHold)
		wantWish(t, b.at("13:00", 20), 17, thermostat.CauseSchedule)
	})
	t.Run("without a schedule the former wish returns", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetSetpoint(b.cfg, 21, clock(t, "08:00")))
		b.do(b.state.SetSetpoint(b.cfg, 22, clock(t, "08:01"))) // warmer, warmer …
		b.do(b.state.SetHold(b.cfg, clock(t, "10:00"), clock(t, "08:02")))
		wantWish(t, b.at("09:00", 20), 22, thermostat.CauseHold)
		wantWish(t, b.at("10:00", 20), 20, thermostat.CauseManual)
	})
	t.Run("a wish that has stood for long is its own former wish", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetSetpoint(b.cfg, 22, clock(t, "08:00")))
		b.do(b.state.SetHold(b.cfg, clock(t, "13:00"), clock(t, "12:00")))
		wantWish(t, b.at("12:30", 20), 22, thermostat.CauseHold)
		wantWish(t, b.at("13:00", 20), 22, thermostat.CauseManual)
	})
	t.Run("a change during a hold changes what is held", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetHold(b.cfg, clock(t, "13:00"), clock(t, "08:00")))
		b.do(b.state.SetPreset(b.cfg, thermostat.Away, clock(t, "09:00")))
		wantWish(t, b.at("10:00", 20), 15, thermostat.CauseHold)
		b.do(b.state.SetSetpoint(b.cfg, 16, clock(t, "11:00")))
		wantWish(t, b.at("12:00", 20), 16, thermostat.CauseHold)
		wantWish(t, b.at("13:00", 20), 20, thermostat.CauseManual)
	})
	t.Run("ended early the former wish returns", func(t *testing.T) {
		b := newBench(t)
		b.do(b.state.SetSetpoint(b.cfg, 23, clock(t, "08:00")))
		b.do(b.state.SetHold(b.cfg, clock(t, "13:00"), clock(t, "08:00")))
		b.do(b.state.SetHold(b.cfg, time.Time{}, clock(t, "09:00")))
		wantWish(t, b.at("09:00", 20), 20, thermostat.CauseManual)
	})
	t.Run("too long, or over already, is refused", func(t *testing.T) {
		b := newBench(t)
		for _, until := range []time.Time{monday.Add(-time.Second), monday, monday.Add(7*24*time.Hour + time.Second)} {
			_, err := b.state.SetHold(b.cfg, until, monday)
			wantError(t, err, thermostat.ErrRange)
		}
	})
}

func TestScheduleRefused(t *testing.T) {
	b := newBench(t)
	_, err := b.state.SetScheduled(b.cfg, thermostat.Wish{Setpoint: 31}, monday)
	wantError(t, err, thermostat.ErrRange)
	_, err = b.state.SetScheduled(b.cfg, thermostat.Wish{Setpoint: 20, Preset: thermostat.Boost}, monday)
	wantError(t, err, thermostat.ErrWord)
}

func TestClockSetBackProlongsNothing(t *testing.T) {
	b := newBench(t)
	nextYear := monday.AddDate(1, 0, 0)
	b.do(b.state.SetHold(b.cfg, nextYear.Add(time.Hour), nextYear))
	b.do(b.state.SetBoost(b.cfg, time.Hour, nextYear))
	b.do(b.state.SetWindow(b.cfg, thermostat.ContactOpen, nextYear))
	b.at("08:00", 20)
	type ends struct{ Boost, Hold, Window time.Time }
	diff(t,
		ends{clock(t, "20:00"), clock(t, "08:00").AddDate(0, 0, 7), clock(t, "08:15")},
		ends{b.state.BoostUntil, b.state.HoldUntil, b.state.Window.Until})

	b = newBench(t)
	b.do(b.state.SetWindow(b.cfg, thermostat.ContactClosed, nextYear))
	b.state.Window.Contact, b.state.Window.Since = thermostat.ContactOpen, nextYear
	b.in.Contact = thermostat.ContactOpen
	b.at("08:00", 20)
	wantAction(t, b.at("08:01", 20), thermostat.Idle, thermostat.CauseWindow)
	if want := clock(t, "08:15"); !b.state.Window.Rearm.Equal(want) {
		t.Errorf("got a fall not looked for before %v, want %v", b.state.Window.Rearm, want)
	}
}
