package thermostat_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"thingbridge/devices/thermostat"

	"github.com/google/go-cmp/cmp"
)

// monday is when the days of these tests begin.
var monday = time.Date(2026, time.January, 12, 0, 0, 0, 0, time.UTC)

// clock returns a time of that Monday: "14:30" or "14:30:15".
func clock(t *testing.T, hhmm string) time.Time {
	t.Helper()
	for _, layout := range []string{"15:04", "15:04:05"} {
		if at, err := time.Parse(layout, hhmm); err == nil {
			return monday.Add(at.Sub(at.Truncate(24 * time.Hour)))
		}
	}
	t.Fatalf("no time of day: %q", hhmm)
	return time.Time{}
}

// bench is a thermostat on a workbench: the test turns the dials and reads what
// it does. It has a heater and a cooler, and the setpoint is 20 °C.
type bench struct {
	t     *testing.T
	cfg   thermostat.Config
	state thermostat.State
	in    thermostat.Input
}

func newBench(t *testing.T) *bench {
	t.Helper()
	cfg := thermostat.DefaultConfig()
	cfg.Cooler.Present = true
	cfg.Window.Fall = 0 // temperatures jump on a workbench
	state, err := thermostat.New(cfg).SetSetpoint(cfg, 20, monday.Add(-24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t: t, cfg: cfg, state: state, in: thermostat.Input{Temperature: 20}}
}

// at steps at a time of day, with a temperature measured just then.
func (b *bench) at(hhmm string, celsius float64) thermostat.Output {
	b.t.Helper()
	b.in.Temperature, b.in.At = celsius, clock(b.t, hhmm)
	return b.late(hhmm)
}

// late steps at a time of day without any measurement since the last step.
func (b *bench) late(hhmm string) thermostat.Output {
	b.t.Helper()
	var out thermostat.Output
	b.state, out = thermostat.Step(b.cfg, b.state, b.in, clock(b.t, hhmm))
	return out
}

// do takes the result of a command, which has to be accepted.
func (b *bench) do(state thermostat.State, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	b.state = state
}

func wantAction(t *testing.T, out thermostat.Output, action thermostat.Action, cause thermostat.Cause) {
	t.Helper()
	if out.Action != action || out.Reason.Cause != cause {
		t.Errorf("got %v because of %v, want %v because of %v", out.Action, out.Reason.Cause, action, cause)
	}
}

func wantWish(t *testing.T, out thermostat.Output, celsius float64, cause thermostat.Cause) {
	t.Helper()
	if out.Wanted != celsius || out.WantedReason.Cause != cause {
		t.Errorf("got %v °C wanted because of %v, want %v °C because of %v",
			out.Wanted, out.WantedReason.Cause, celsius, cause)
	}
}

func diff[T any](t *testing.T, want, got T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func wantError(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got error %v, want %v", err, target)
	}
}

var nan = math.NaN()
