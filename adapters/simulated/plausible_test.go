package simulated_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/adapters/simulated"
	"thingbridge/devices"

	"github.com/google/go-cmp/cmp"
)

// at100ms is the time of one report of a fast house: six minutes of its own.
const at100ms = 100 * time.Millisecond

func TestHeatedHouseKeepsTheSetpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, fast())
		b.pass(2 * time.Second) // to warm up
		aired := 0              // reports since the window was last open
		for range 10 * 24 * 10 {
			b.pass(at100ms)
			aired++
			if open, _ := b.value("window", "open").Boolean(); open {
				aired = 0
			}
			if celsius := b.number("living-room", "temperature"); aired > 15 && math.Abs(celsius-21) > 0.7 {
				t.Errorf("got %v °C, 90 minutes after the window was open, want 21 ± 0.7", celsius)
			}
		}
	})
}

func TestHouseThatIsOffCoolsDownToTheFrostProtection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, fast())
		b.mustAsk("living-room", "mode", text("off"))
		b.pass(2 * time.Second)
		before := b.number("living-room", "temperature")
		b.pass(24 * time.Second)
		after := b.number("living-room", "temperature")
		if fall := before - after; fall < 2 || fall > 14 {
			t.Errorf("got a fall of %v K in a winter's day without heating, want 2 to 14", fall)
		}
		for range 40 * 24 * 10 {
			b.pass(at100ms)
			if celsius := b.number("living-room", "temperature"); celsius < 4 {
				t.Fatalf("got %v °C, want at least 4 with frost protection at 5", celsius)
			}
		}
	})
}

// Three weeks of January: the thermostat has no contact at the window, finds out
// about most openings from the temperature, and is fooled by some.
func TestOpenWindowFoolsTheThermostatNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, fast())
		var opened, noticed int
		var open, believed bool
		for range 21 * 24 * 10 {
			b.pass(at100ms)
			isOpen, _ := b.value("window", "open").Boolean()
			isBelieved, _ := b.value("living-room", "window").Boolean()
			if isOpen && !open {
				opened++
			}
			if isBelieved && !believed {
				noticed++
			}
			open, believed = isOpen, isBelieved
		}
		if opened < 21 || noticed < opened/3 || noticed >= opened {
			t.Errorf("got %d openings in 3 weeks and %d noticed, want one a day at least, and some but not all noticed", opened, noticed)
		}
	})
}

func TestWarmHouseInAutoIsCooled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fast()
		cfg.Start = time.Date(2026, time.July, 5, 6, 0, 0, 0, time.UTC)
		b := start(t, cfg)
		b.mustAsk("living-room", "mode", text("auto")) // preset comfort: 21 to 24 °C
		var warmest float64
		cooled := false
		for range 14 * 24 * 10 {
			b.pass(at100ms)
			warmest = max(warmest, b.number("living-room", "temperature"))
			cooled = cooled || b.value("living-room", "action") == text("cooling")
		}
		if !cooled || warmest > 26.5 {
			t.Errorf("got cooled %v and at most %v °C in two weeks of July, want cooling, and at most 26.5", cooled, warmest)
		}
	})
}

// A year at the highest speed, in leaps of half a day.
func TestYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := fast()
		cfg.Interval = 12 * time.Second
		b := start(t, cfg)
		announced := b.updates[0].Announced
		energy := b.number("meter", "energy")
		coldest, warmest := math.Inf(1), math.Inf(-1)
		for range 2 * 365 {
			b.pass(cfg.Interval)
			for _, d := range announced {
				for _, p := range d.Properties {
					if err := p.Check(b.value(d.ID, p.Name)); err != nil {
						t.Fatalf("device %s: %v", d.ID, err)
					}
				}
			}
			coldest = min(coldest, b.number("outdoor", "temperature"))
			warmest = max(warmest, b.number("outdoor", "temperature"))
			if n := b.number("meter", "energy"); n < energy {
				t.Fatalf("the meter ran backwards from %v to %v kWh", energy, n)
			}
		}
		if coldest < -20 || coldest > 0 || warmest < 20 || warmest > 38 {
			t.Errorf("got %v to %v °C outdoors, want a year of central Europe", coldest, warmest)
		}
		if used := b.number("meter", "energy") - energy; used < 2000 || used > 8000 {
			t.Errorf("got %v kWh in a year, want 2000 to 8000", used)
		}
	})
}

func TestSameSeedSameDays(t *testing.T) {
	live := func(seed int64) []devices.Reading {
		var told []devices.Reading
		synctest.Test(t, func(t *testing.T) {
			cfg := simulated.DefaultConfig()
			cfg.Seed, cfg.Speed = seed, 600
			b := start(t, cfg)
			b.mustAsk("living-room", "target", number(22))
			told = b.told()
			told = append(told, b.pass(61*time.Second)...)
			b.mustAsk("living-room", "boost", number(90))
			told = append(told, b.told()...)
			told = append(told, b.pass(10*time.Minute)...)
		})
		return told
	}
	first := live(7)
	if len(first) < 500 {
		t.Fatalf("got %d readings, want some 500 at least", len(first))
	}
	compareValues := cmp.Comparer(func(a, b devices.Value) bool { return a == b })
	if d := cmp.Diff(first, live(7), compareValues); d != "" {
		t.Errorf("the same seed lived other days: -first +second:\n%s", d)
	}
	if cmp.Equal(first, live(8), compareValues) {
		t.Error("another seed lived the same days")
	}
}
