package simulated

import (
	"math"
	"time"
)

// weather is that of central Europe at a latitude of 50°: 0 °C in January, 19 °C
// in July on average.
type weather struct{ noise noise }

// conditions are what the weather is at one moment.
type conditions struct {
	temperature float64 // °C
	humidity    float64 // %, relative
	vapour      float64 // Pa, partial pressure of the water in the air
	sun         float64 // W/m² on the ground
	illuminance float64 // lx
}

const (
	latitude    = 50 * math.Pi / 180
	yearMean    = 9.5 // °C
	yearSwing   = 9.5 // K, from the mean to the warmest month
	coldestDay  = 20  // of the year
	warmestHour = 15.0
	clearSky    = 1000.0 // W/m² with the sun in the zenith
	luxPerWatt  = 110.0  // lm/W of daylight
)

// at returns the conditions at a time.
func (w weather) at(t time.Time) conditions {
	season := -math.Cos(2 * math.Pi * (dayOfYear(t) - coldestDay) / 365.25) // -1 in winter, 1 in summer
	cover := w.cover(t)
	day := yearMean + yearSwing*season + 4*w.noise.smooth(fronts, t, 100*time.Hour)
	swing := (3 + 1.8*season) * (1.3 - cover) // a clear sky lets days warm up and nights cool down

	var c conditions
	c.temperature = day + swing*math.Cos(2*math.Pi*(hourOfDay(t)-warmestHour)/24)
	c.temperature += 0.7*w.noise.smooth(gusts, t, 7*time.Hour) + 0.15*w.noise.smooth(gusts, t, 25*time.Minute)

	dew := day - 3.5 + 2*w.noise.smooth(dampness, t, 30*time.Hour) + 2*(cover-0.5)
	c.humidity = min(max(100*saturation(dew)/saturation(c.temperature), 15), 100)
	c.vapour = saturation(c.temperature) * c.humidity / 100

	sine := sunHeight(t)
	c.sun = clearSky * max(sine, 0) * (1 - 0.75*math.Pow(cover, 3.4)) // after Kasten and Czeplak 1980
	c.illuminance = luxPerWatt*c.sun + 400*math.Exp(min(sine, 0)*60)  // with twilight
	return c
}

// cover is how much of the sky is clouded, 0 to 1.
func (w weather) cover(t time.Time) float64 {
	n := 0.7*w.noise.smooth(clouds, t, 20*time.Hour) + 0.5*w.noise.smooth(clouds, t, 2*time.Hour)
	return min(max(0.55+0.75*n, 0), 1)
}

// sunHeight is the sine of the sun's elevation.
func sunHeight(t time.Time) float64 {
	declination := 23.44 * math.Pi / 180 * math.Sin(2*math.Pi*(284+dayOfYear(t))/365.25)
	hourAngle := (hourOfDay(t) - 12) * math.Pi / 12
	return math.Sin(latitude)*math.Sin(declination) + math.Cos(latitude)*math.Cos(declination)*math.Cos(hourAngle)
}

// saturation is the vapour pressure in Pa over water: the Magnus formula.
func saturation(celsius float64) float64 {
	return 611.2 * math.Exp(17.62*celsius/(243.12+celsius))
}

func dayOfYear(t time.Time) float64 { return float64(t.YearDay()) + hourOfDay(t)/24 }

func hourOfDay(t time.Time) float64 {
	return float64(t.Hour()) + float64(t.Minute())/60 + (float64(t.Second())+float64(t.Nanosecond())/1e9)/3600
}
