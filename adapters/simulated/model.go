package simulated

import (
	"math"
	"time"
)

// building is a house as two stores of heat: the air with the furniture, which
// follows a heater in minutes, and the walls, which take a day.
//
//	outside ──airOut── air ──airWalls── walls ──wallsOut── outside
type building struct {
	air, walls float64 // Wh/K, heat capacities
	airOut     float64 // W/K: glass and the air that leaks
	airWalls   float64 // W/K
	wallsOut   float64 // W/K
	openWindow float64 // W/K in addition to airOut, when it is wide open
}

// singleFamily loses about 131 W/K; its time constants are 34 hours and a
// quarter of an hour.
var singleFamily = building{air: 500, walls: 4000, airOut: 40, airWalls: 2000, wallsOut: 95, openWindow: 550}

// warmth is the state of a building.
type warmth struct {
	air, walls float64 // °C
}

// flow is what acts on a building from outside.
type flow struct {
	outside    float64 // °C
	toAir      float64 // W
	toWalls    float64 // W
	openWindow float64 // how far, 0 to 1
}

// after returns the state after d under a constant flow. The solution is exact,
// so it is stable for every d.
//
// With x the state less the one that it tends to, dx/dt = A·x. A has two real
// eigenvalues p > q, both negative, and exp(A·t) is
// (e^pt·(A-q) - e^qt·(A-p)) / (p-q).
func (b building) after(w warmth, f flow, d time.Duration) warmth {
	out := b.airOut + f.openWindow*b.openWindow
	rest := b.balance(f, out)
	hours := d.Hours()

	a11, a12 := -(out+b.airWalls)/b.air, b.airWalls/b.air
	a21, a22 := b.airWalls/b.walls, -(b.wallsOut+b.airWalls)/b.walls
	mean, root := (a11+a22)/2, math.Sqrt((a11-a22)*(a11-a22)/4+a12*a21)
	p, q := mean+root, mean-root
	ep, eq := math.Exp(p*hours), math.Exp(q*hours)

	x, y := w.air-rest.air, w.walls-rest.walls
	return warmth{
		air:   rest.air + (ep*((a11-q)*x+a12*y)-eq*((a11-p)*x+a12*y))/(p-q),
		walls: rest.walls + (ep*(a21*x+(a22-q)*y)-eq*(a21*x+(a22-p)*y))/(p-q),
	}
}

// balance is the state in which as much heat flows in as out.
func (b building) balance(f flow, out float64) warmth {
	toAir, toWalls := f.toAir+out*f.outside, f.toWalls+b.wallsOut*f.outside
	g11, g22 := out+b.airWalls, b.wallsOut+b.airWalls
	det := g11*g22 - b.airWalls*b.airWalls
	return warmth{
		air:   (toAir*g22 + toWalls*b.airWalls) / det,
		walls: (toWalls*g11 + toAir*b.airWalls) / det,
	}
}
