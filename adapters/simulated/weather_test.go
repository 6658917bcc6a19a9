package simulated

import (
	"math"
	"testing"
	"time"
)

// mean is the average over 28 days from the 2nd of a month, over one hour or over
// all (-1).
func mean(w weather, month time.Month, hour int, of func(conditions) float64) float64 {
	var sum, count float64
	for day := range 28 {
		for h := range 24 {
			if hour < 0 || h == hour {
				sum += of(w.at(time.Date(2026, month, 2+day, h, 0, 0, 0, time.UTC)))
				count++
			}
		}
	}
	return sum / count
}

func temperature(c conditions) float64 { return c.temperature }
func sunshine(c conditions) float64    { return c.sun }

func TestWeatherOverTheYear(t *testing.T) {
	for seed := range uint64(5) {
		w := weather{noise{seed}}
		january, april, july := mean(w, 1, -1, temperature), mean(w, 4, -1, temperature), mean(w, 7, -1, temperature)
		if january < -5 || january > 5 || july < 14 || july > 24 || april < january || april > july {
			t.Errorf("seed %d: got %.1f, %.1f and %.1f °C in January, April and July", seed, january, april, july)
		}
		if winter, summer := mean(w, 1, -1, sunshine), mean(w, 7, -1, sunshine); summer < 3*winter {
			t.Errorf("seed %d: got %.0f W/m² of sun in January and %.0f in July, want three times as much", seed, winter, summer)
		}
	}
}

func TestWeatherOverTheDay(t *testing.T) {
	w := weather{noise{1}}
	for _, month := range []time.Month{time.January, time.July} {
		if dawn, noon := mean(w, month, 4, temperature), mean(w, month, 15, temperature); noon-dawn < 1 || noon-dawn > 12 {
			t.Errorf("%v: got %.1f °C at 4 and %.1f at 15", month, dawn, noon)
		}
		if got := mean(w, month, 0, sunshine); got != 0 {
			t.Errorf("%v: got %v W/m² of sun at midnight", month, got)
		}
	}
}

func TestWeatherStaysInItsRange(t *testing.T) {
	w := weather{noise{3}}
	for _, year := range []int{1930, 2026} {
		first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		before := w.at(first)
		for at := first; at.Before(first.AddDate(1, 0, 1)); at = at.Add(10 * time.Minute) {
			c := w.at(at)
			if !(c.humidity >= 15 && c.humidity <= 100 && c.sun >= 0 && c.sun <= clearSky && c.illuminance >= 0 && c.illuminance <= 120000) {
				t.Fatalf("%v: got %+v", at, c)
			}
			if jump := math.Abs(c.temperature - before.temperature); jump > 0.6 {
				t.Fatalf("%v: got a jump of %v K in ten minutes", at, jump)
			}
			before = c
		}
	}
}

func TestNoiseIsEvenAndRepeatable(t *testing.T) {
	n := noise{seed: 42}
	var sum float64
	for i := range int64(10000) {
		x := n.at(habits, i-5000)
		if x < 0 || x >= 1 || x != n.at(habits, i-5000) {
			t.Fatalf("point %d: got %v and then %v, want the same in [0, 1)", i, x, n.at(habits, i-5000))
		}
		sum += x
	}
	if mean := sum / 10000; math.Abs(mean-0.5) > 0.02 {
		t.Errorf("got a mean of %v, want 0.5", mean)
	}
	if n.at(habits, 1) == n.at(airing, 1) || n.at(habits, 1) == (noise{seed: 43}).at(habits, 1) {
		t.Error("got the same number for another topic or seed")
	}
}

func TestPeopleHaveADay(t *testing.T) {
	p := people{noise{1}}
	var night, noon, opened, inSummer int
	for day := range 28 {
		at := func(hour int) doing { return p.at(time.Date(2026, 1, 5+day, hour, 0, 0, 0, time.UTC), 0) }
		night += at(3).home
		noon += at(12).home
		if at(3).window > 0 {
			t.Errorf("day %d: the window is open at night in January", day)
		}
		for minute := range 24 * 60 {
			if p.airs(time.Date(2026, 1, 5+day, 0, minute, 0, 0, time.UTC), 0) > 0 {
				opened++
			}
			if p.airs(time.Date(2026, 1, 5+day, 0, minute, 0, 0, time.UTC), 20) > 0 {
				inSummer++
			}
		}
	}
	if night != 28*household || noon > 28 {
		t.Errorf("got %d at home at night and %d at noon in 28 days, want all and few", night, noon)
	}
	if opened < 28*5 || opened > 28*120 {
		t.Errorf("got the window open for %d minutes in 28 days, want 5 to 120 a day", opened)
	}
	if opened > inSummer/3 {
		t.Errorf("got the window open for %d minutes in winter and %d in summer, want three times as long", opened, inSummer)
	}
}
