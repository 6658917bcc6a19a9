package simulated

import (
	"math"
	"testing"
	"time"
)

// An unheated house at 20 °C loses 0.3 to 1.5 K in the first hour when it is 0 °C
// outside.
func TestUnheatedHouseInTheFirstHour(t *testing.T) {
	rest := warmth{air: 20, walls: 20}
	heated := singleFamily.balance(flow{toAir: 131 * 20 * 0.6, toWalls: 131 * 20 * 0.4}, singleFamily.airOut)
	for name, w := range map[string]warmth{"evenly warm": rest, "heated until now": heated} {
		fall := w.air - singleFamily.after(w, flow{}, time.Hour).air
		if fall < 0.3 || fall > 1.5 {
			t.Errorf("%s: got a fall of %.2f K from %.2f °C, want 0.3 to 1.5", name, fall, w.air)
		}
	}
}

// The time after which 37 % of the difference is left.
func TestTimeConstants(t *testing.T) {
	start := warmth{air: 20, walls: 20}
	day := singleFamily.after(start, flow{}, 24*time.Hour).walls
	later := singleFamily.after(start, flow{}, 48*time.Hour).walls
	if tau := 24 / math.Log(day/later); tau < 15 || tau > 55 {
		t.Errorf("got %.1f h for the house, want 15 to 55", tau)
	}
	// The air alone, between walls that hardly change in six minutes.
	air := singleFamily.after(warmth{air: 21, walls: 20}, flow{outside: 20}, 6*time.Minute).air - 20
	if tau := -0.1 / math.Log(air); tau < 0.1 || tau > 1 {
		t.Errorf("got %.2f h for the air, want 0.1 to 1", tau)
	}
}

func TestSolutionIsTheSameForAnyStep(t *testing.T) {
	f := flow{outside: -5, toAir: 3600, toWalls: 2400, openWindow: 0.7}
	whole := singleFamily.after(warmth{air: 18, walls: 21}, f, 6*time.Hour)
	parts := warmth{air: 18, walls: 21}
	for range 6 * 120 {
		parts = singleFamily.after(parts, f, 30*time.Second)
	}
	if math.Abs(whole.air-parts.air) > 1e-9 || math.Abs(whole.walls-parts.walls) > 1e-9 {
		t.Errorf("got %+v in one step and %+v in 720, want the same", whole, parts)
	}
}

// Against the differential equation itself, integrated in steps of a second.
func TestSolutionFollowsTheEquation(t *testing.T) {
	b, f := singleFamily, flow{outside: 3, toAir: 3600, toWalls: 2400}
	got, want := warmth{air: 18, walls: 21}, warmth{air: 18, walls: 21}
	got = b.after(got, f, time.Hour)
	for range 3600 {
		between := b.airWalls * (want.air - want.walls)
		want.air, want.walls = want.air+(f.toAir-b.airOut*(want.air-f.outside)-between)/b.air/3600,
			want.walls+(f.toWalls-b.wallsOut*(want.walls-f.outside)+between)/b.walls/3600
	}
	if math.Abs(got.air-want.air) > 0.005 || math.Abs(got.walls-want.walls) > 0.005 {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAgesEndInBalance(t *testing.T) {
	f := flow{outside: -10, toAir: 2000, toWalls: 1000}
	got := singleFamily.after(warmth{air: 40, walls: -40}, f, 100*365*24*time.Hour)
	loss := singleFamily.airOut*(got.air-f.outside) + singleFamily.wallsOut*(got.walls-f.outside)
	if math.Abs(loss-3000) > 1e-6 {
		t.Errorf("got a loss of %v W in balance, want the 3000 W that come in", loss)
	}
}
