package thermostat_test

import (
	"testing"

	"thingbridge/devices/thermostat"
)

// The heater runs for at least 3 minutes and rests for at least 3; the cooler 5.
func TestGuard(t *testing.T) {
	t.Run("a heater that started runs for its time", func(t *testing.T) {
		b := newBench(t)
		wantAction(t, b.at("10:00", 19), thermostat.Heating, thermostat.CauseManual)
		wantAction(t, b.at("10:02:59", 20.5), thermostat.Heating, thermostat.CauseGuard)
		wantAction(t, b.at("10:03", 20.5), thermostat.Idle, thermostat.CauseManual)
	})
	t.Run("a heater that stopped rests", func(t *testing.T) {
		b := newBench(t)
		b.at("10:00", 19)
		wantAction(t, b.at("10:10", 20.5), thermostat.Idle, thermostat.CauseManual)
		out := b.at("10:12", 19)
		wantAction(t, out, thermostat.Idle, thermostat.CauseGuard)
		if want := clock(t, "10:13"); !out.Reason.Until.Equal(want) {
			t.Errorf("got rest until %v, want %v", out.Reason.Until, want)
		}
		wantAction(t, b.at("10:13", 19), thermostat.Heating, thermostat.CauseManual)
	})
	t.Run("a person who switches off waits too", func(t *testing.T) {
		b := newBench(t)
		b.at("10:00", 19)
		b.do(b.state.SetMode(b.cfg, thermostat.Off, clock(t, "10:01")))
		wantAction(t, b.at("10:01", 19), thermostat.Heating, thermostat.CauseGuard)
		wantAction(t, b.at("10:03", 19), thermostat.Idle, thermostat.CauseOff)
	})
	t.Run("from heating to cooling only by way of a rest", func(t *testing.T) {
		b := newBench(t)
		b.state.Mode = thermostat.Auto
		wantAction(t, b.at("10:00", 19), thermostat.Heating, thermostat.CauseManual)
		wantAction(t, b.at("10:02", 25), thermostat.Heating, thermostat.CauseGuard)
		wantAction(t, b.at("10:04", 25), thermostat.Idle, thermostat.CauseGuard)
		wantAction(t, b.at("10:08", 25), thermostat.Idle, thermostat.CauseGuard)
		wantAction(t, b.at("10:09", 25), thermostat.Cooling, thermostat.CauseManual)
	})
	t.Run("frost does not wait for the rest", func(t *testing.T) {
		b := newBench(t)
		b.at("10:00", 19)
		b.at("10:10", 20.5)
		wantAction(t, b.at("10:11", 4), thermostat.Heating, thermostat.CauseFrost)
	})
	t.Run("an unknown past needs no rest", func(t *testing.T) {
		b := newBench(t)
		b.state.Since = clock(t, "00:00").AddDate(-2026, 0, 0)
		wantAction(t, b.at("00:00", 19), thermostat.Heating, thermostat.CauseManual)
	})
	t.Run("a clock that is set back does not prolong a rest", func(t *testing.T) {
		b := newBench(t)
		b.state.Since = clock(t, "20:00")
		wantAction(t, b.at("10:00", 19), thermostat.Idle, thermostat.CauseGuard)
		wantAction(t, b.at("10:03", 19), thermostat.Heating, thermostat.CauseManual)
	})
}
