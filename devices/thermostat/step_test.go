package thermostat_test

import (
	"testing"
	"time"

	"thingbridge/devices/thermostat"
)

// The temperatures at which things switch, with a setpoint of 20 °C, a
// hysteresis of 0.4 K and a dead zone of 2 K.
func TestStepSwitches(t *testing.T) {
	const (
		off, heat, cool, auto  = thermostat.Off, thermostat.Heat, thermostat.Cool, thermostat.Auto
		idle, heating, cooling = thermostat.Idle, thermostat.Heating, thermostat.Cooling
	)
	tests := []struct {
		name    string
		mode    thermostat.Mode
		present thermostat.Action
		celsius float64
		want    thermostat.Action
	}{
		{"heating starts below the band", heat, idle, 19.7, heating},
		{"heating does not start inside the band", heat, idle, 19.9, idle},
		{"heating goes on inside the band", heat, heating, 20.1, heating},
		{"heating stops above the band", heat, heating, 20.3, idle},
		{"heat never cools", heat, idle, 29, idle},
		{"cooling starts above the band", cool, idle, 20.3, cooling},
		{"cooling goes on inside the band", cool, cooling, 19.9, cooling},
		{"cooling stops below the band", cool, cooling, 19.7, idle},
		{"cool never heats", cool, idle, 12, idle},
		{"auto heats below the setpoint", auto, idle, 19.7, heating},
		{"auto rests in the dead zone", auto, idle, 21, idle},
		{"auto rests at the upper end of the dead zone", auto, idle, 22.1, idle},
		{"auto cools above the dead zone", auto, idle, 22.3, cooling},
		{"auto cools down to the dead zone", auto, cooling, 21.9, cooling},
		{"auto stops cooling at the dead zone", auto, cooling, 21.7, idle},
		{"off does not heat", off, idle, 12, idle},
		{"off does not cool", off, idle, 29, idle},
		{"off stops the heater", off, heating, 12, idle},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			b.state.Mode, b.state.Action = test.mode, test.present
			if got := b.at("12:00", test.celsius).Action; got != test.want {
				t.Errorf("got %v at %v °C, want %v", got, test.celsius, test.want)
			}
		})
	}
}

// Every rule in the order of the package comment: the reason names it, Target is
// what is worked for, Wanted stays what was asked for.
func TestStepSaysWhy(t *testing.T) {
	noon := clock(t, "12:00")
	manual := thermostat.Reason{Cause: thermostat.CauseManual}
	tests := []struct {
		name    string
		prepare func(b *bench)
		celsius float64
		want    thermostat.Output
	}{
		{
			name: "a setpoint by hand", prepare: func(*bench) {}, celsius: 18,
			want: thermostat.Output{Action: thermostat.Heating, Target: 20, Reason: manual, Wanted: 20, WantedReason: manual},
		}, {
			name: "a preset",
			prepare: func(b *bench) {
				b.do(b.state.SetPreset(b.cfg, thermostat.Away, noon))
			},
			celsius: 18,
			want: thermostat.Output{
				Target: 15, Reason: thermostat.Reason{Cause: thermostat.CausePreset, Preset: thermostat.Away},
				Wanted: 15, WantedReason: thermostat.Reason{Cause: thermostat.CausePreset, Preset: thermostat.Away},
			},
		}, {
			name: "a preset while cooling has the other target",
			prepare: func(b *bench) {
				b.do(b.state.SetMode(b.cfg, thermostat.Cool, noon))
				b.do(b.state.SetPreset(b.cfg, thermostat.Eco, noon))
			},
			celsius: 28,
			want: thermostat.Output{
				Action: thermostat.Cooling,
				Target: 27, Reason: thermostat.Reason{Cause: thermostat.CausePreset, Preset: thermostat.Eco},
				Wanted: 27, WantedReason: thermostat.Reason{Cause: thermostat.CausePreset, Preset: thermostat.Eco},
			},
		}, {
			name:    "cooling in auto works for the far end of the dead zone",
			prepare: func(b *bench) { b.state.Mode = thermostat.Auto },
			celsius: 25,
			want:    thermostat.Output{Action: thermostat.Cooling, Target: 22, Reason: manual, Wanted: 20, WantedReason: manual},
		}, {
			name:    "mode off",
			prepare: func(b *bench) { b.state.Mode = thermostat.Off },
			celsius: 18,
			want: thermostat.Output{
				Target: 5, Reason: thermostat.Reason{Cause: thermostat.CauseOff}, Wanted: 20, WantedReason: manual,
			},
		}, {
			name:    "an open window",
			prepare: func(b *bench) { b.do(b.state.SetWindow(b.cfg, thermostat.ContactOpen, noon)) },
			celsius: 18,
			want: thermostat.Output{
				Target: 5, Reason: thermostat.Reason{Cause: thermostat.CauseWindow, Until: noon.Add(15 * time.Minute)},
				Wanted: 20, WantedReason: manual,
			},
		}, {
			name: "frost, although off and with an open window",
			prepare: func(b *bench) {
				b.do(b.state.SetWindow(b.cfg, thermostat.ContactOpen, noon))
				b.state.Mode = thermostat.Off
			},
			celsius: 4.9,
			want: thermostat.Output{
				Action: thermostat.Heating, Target: 5, Reason: thermostat.Reason{Cause: thermostat.CauseFrost},
				Wanted: 20, WantedReason: manual,
			},
		}, {
			name:    "the guard",
			prepare: func(b *bench) { b.state.Since = noon.Add(-time.Minute) },
			celsius: 18,
			want: thermostat.Output{
				Target: 20, Reason: thermostat.Reason{Cause: thermostat.CauseGuard, Until: noon.Add(2 * time.Minute)},
				Wanted: 20, WantedReason: manual,
			},
		}, {
			name: "the limit, although the heater should run for longer",
			prepare: func(b *bench) {
				b.state.Action, b.state.Since = thermostat.Heating, noon.Add(-time.Minute)
			},
			celsius: 30,
			want: thermostat.Output{
				Target: 20, Reason: thermostat.Reason{Cause: thermostat.CauseLimit}, Wanted: 20, WantedReason: manual,
			},
		}, {
			name: "the lower limit of cooling",
			prepare: func(b *bench) {
				b.state.Mode, b.state.Action, b.state.Since = thermostat.Cool, thermostat.Cooling, noon
			},
			celsius: 5,
			want: thermostat.Output{
				Target: 20, Reason: thermostat.Reason{Cause: thermostat.CauseLimit}, Wanted: 20, WantedReason: manual,
			},
		}, {
			name:    "a setpoint from before the limits were narrowed",
			prepare: func(b *bench) { b.cfg.Max = 19 },
			celsius: 18,
			want: thermostat.Output{
				Action: thermostat.Heating, Target: 19, Reason: thermostat.Reason{Cause: thermostat.CauseLimit},
				Wanted: 19, WantedReason: thermostat.Reason{Cause: thermostat.CauseLimit},
			},
		}, {
			name:    "a setpoint of cooling from before the limits were narrowed",
			prepare: func(b *bench) { b.state.Mode, b.cfg.Min = thermostat.Cool, 22 },
			celsius: 25,
			want: thermostat.Output{
				Action: thermostat.Cooling, Target: 22, Reason: thermostat.Reason{Cause: thermostat.CauseLimit},
				Wanted: 22, WantedReason: thermostat.Reason{Cause: thermostat.CauseLimit},
			},
		}, {
			name:    "a sensor that says nonsense",
			prepare: func(b *bench) { b.state.Action = thermostat.Heating },
			celsius: nan,
			want: thermostat.Output{
				Target: 20, Reason: thermostat.Reason{Cause: thermostat.CauseSensorLost}, Wanted: 20, WantedReason: manual,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			test.prepare(b)
			diff(t, test.want, b.at("12:00", test.celsius))
		})
	}
}

// A State may be older than the Config: a machine can have been taken away.
func TestNothingRunsThatIsNotThere(t *testing.T) {
	for _, celsius := range []float64{4, 12, 29} {
		for _, mode := range []thermostat.Mode{thermostat.Heat, thermostat.Cool, thermostat.Auto} {
			b := newBench(t)
			b.state.Mode = mode
			b.cfg.Heater.Present, b.cfg.Cooler.Present = false, false
			if got := b.at("12:00", celsius).Action; got != thermostat.Idle {
				t.Errorf("mode %v at %v °C: got %v without any machine, want idle", mode, celsius, got)
			}
		}
	}
}

func TestFrostProtectionWarmsByTheHysteresis(t *testing.T) {
	b := newBench(t)
	b.state.Mode = thermostat.Off
	wantAction(t, b.at("03:00", 5.0), thermostat.Idle, thermostat.CauseOff)
	wantAction(t, b.at("03:10", 4.9), thermostat.Heating, thermostat.CauseFrost)
	wantAction(t, b.at("03:20", 5.3), thermostat.Heating, thermostat.CauseFrost)
	wantAction(t, b.at("03:30", 5.4), thermostat.Idle, thermostat.CauseOff)
	wantAction(t, b.at("03:40", 5.1), thermostat.Idle, thermostat.CauseOff)
}

func TestSensorLost(t *testing.T) {
	b := newBench(t)
	wantAction(t, b.late("08:00"), thermostat.Idle, thermostat.CauseSensorLost) // never measured
	wantAction(t, b.at("08:01", 18), thermostat.Heating, thermostat.CauseManual)
	wantAction(t, b.late("08:31"), thermostat.Heating, thermostat.CauseManual)
	wantAction(t, b.late("08:31:01"), thermostat.Idle, thermostat.CauseSensorLost) // StaleAfter is 30 minutes
	wantAction(t, b.at("08:32", 18), thermostat.Idle, thermostat.CauseGuard)
	wantAction(t, b.at("08:35", 18), thermostat.Heating, thermostat.CauseManual)

	b.in.At = clock(t, "23:00") // by a clock of its own
	wantAction(t, b.late("08:40"), thermostat.Idle, thermostat.CauseSensorLost)
}
