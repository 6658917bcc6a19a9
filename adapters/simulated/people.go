package simulated

import (
	"math"
	"time"
)

// people are a household of three.
type people struct{ noise noise }

const household = 3 // persons

// doing is what the people do at one moment.
type doing struct {
	home       int     // how many of them
	window     float64 // how far they have it open, 0 to 1
	appliances float64 // W, electric, all of which warms the house
}

// warmOutside is from how many °C on the window stays open for longer.
const warmOutside = 16

// at returns what the people do at a time, in the zone of t, when it is so warm
// outside.
func (p people) at(t time.Time, outside float64) doing {
	d := doing{home: p.home(t), window: p.airs(t, outside)}
	d.appliances = p.appliances(t, d.home)
	return d
}

func (p people) home(t time.Time) int {
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	hour, count := hourOfDay(t), 0
	for person := range int64(household) {
		habit := dayNumber(t)*household + person
		leaves, returns := 7.3+1.5*p.noise.at(habits, habit), 15+4*p.noise.at(habits, -habit)
		if weekend {
			leaves += 4
		}
		if hour < leaves || hour >= returns {
			count++
		}
	}
	return count
}

// airs is how far the window is open: in the morning, at noon, in the evening;
// wide, or tilted, which is hard to notice from the temperature; and sometimes for
// much longer than is meant.
func (p people) airs(t time.Time, outside float64) float64 {
	for slot, from := range [...]float64{7, 12, 19.5} {
		chance := dayNumber(t)*16 + int64(slot)*5
		if p.noise.at(airing, chance) > 0.6 {
			continue
		}
		begin := from + 1.5*p.noise.at(airing, chance+1)
		hours := (6 + 14*p.noise.at(airing, chance+2)) / 60
		switch {
		case outside > warmOutside:
			hours = 4
		case p.noise.at(airing, chance+3) < 0.06:
			hours = 1.5 // forgotten
		}
		if hour := hourOfDay(t); hour >= begin && hour < begin+hours {
			return 0.2 + 0.8*p.noise.at(airing, chance+4)
		}
	}
	return 0
}

func (p people) appliances(t time.Time, home int) float64 {
	const standby, fridge, evening, stove = 90.0, 85.0, 160.0, 1300.0 // W
	watts := standby
	if t.Unix()/60%48 < 17 { // minutes: the compressor of the fridge
		watts += fridge
	}
	if home == 0 {
		return watts
	}
	hour := hourOfDay(t)
	if hour >= 18 && hour < 23 {
		watts += evening
	}
	if math.Abs(hour-18.5) < 0.4 || math.Abs(hour-7) < 0.15 {
		watts += stove * p.noise.at(cooking, t.Unix()/300) // turned up and down every 5 minutes
	}
	return watts
}

// dayNumber counts the days in t's zone.
func dayNumber(t time.Time) int64 {
	_, offset := t.Zone()
	return (t.Unix() + int64(offset)) / 86400
}
