package tasmota

import (
	"math"
	"strconv"

	"thingbridge/devices"
)

// fading is which properties of a device are one light that can change slowly, by their
// indices; -1: it has none.
type fading struct {
	relay                                      int // from 1
	on, brightness, temperature, color, length int
}

// Speeds are half seconds for a change from dark to full brightness.
const (
	slowest  = 40
	halves   = 2
	longest  = slowest / halves // s
	quickest = 1
)

// fade are the commands that let what follows them in the same message take its time,
// where it was said how long. They hold for that message alone.
func (d *device) fade(o *order, v devices.Value) []string {
	f := d.fadingOf(o.number)
	if f == nil || o.how == orderScheme {
		return nil
	}
	seconds, said := d.values[f.length].Number()
	switch {
	case !said:
		return nil
	case seconds == 0:
		return []string{"Fade2 0"}
	}
	speed := seconds * halves
	if !d.config.on(optionFadeFixed) {
		speed = stretched(speed, d.change(f, o, v))
	}
	return []string{"Fade2 1", "Speed2 " + strconv.Itoa(int(min(max(math.RoundToEven(speed), quickest), slowest)))}
}

// stretched is the speed with which a change that is but a share of full brightness
// takes as long as one of all of it.
func stretched(speed, share float64) float64 {
	if share <= 0 {
		return quickest
	}
	return speed / share
}

func (d *device) fadingOf(relay int) *fading {
	for i := range d.fadings {
		if d.fadings[i].relay == relay {
			return &d.fadings[i]
		}
	}
	return nil
}

// change is how far the channel goes that goes farthest when the light gets v, as a share
// of full brightness.
func (d *device) change(f *fading, o *order, v devices.Value) float64 {
	value := func(property int) devices.Value {
		if property < 0 {
			return devices.Value{}
		}
		return d.values[property]
	}
	bright := 1.0
	if n, ok := value(f.brightness).Number(); ok {
		bright = n / 100
	}
	now, then := 0.0, bright
	if value(f.on) == devices.Boolean(true) {
		now = bright
	}
	color, temperature := value(f.color), value(f.temperature)
	colorThen, temperatureThen := color, temperature
	switch n, _ := v.Number(); {
	case o.how == orderLight && v != devices.Boolean(true):
		then = 0
	case o.how == orderDimmer:
		then = n / 100
	case o.how == orderColor:
		colorThen = v
	case o.command == "CT":
		temperatureThen = v
	case o.command == "White":
		return max(now, n/100)
	}
	farthest := math.Abs(then - now)
	before, known := channels(color)
	after, set := channels(colorThen)
	for i := range before {
		if known && set {
			farthest = max(farthest, math.Abs(after[i]*then-before[i]*now))
		}
	}
	if !temperature.IsZero() {
		warmth := func(v devices.Value) float64 {
			limits := &d.info.Properties[f.temperature]
			n, _ := v.Number()
			return (n - limits.Min) / (limits.Max - limits.Min)
		}
		farthest = max(farthest, math.Abs(warmth(temperatureThen)*then-warmth(temperature)*now))
	}
	return farthest
}

// channels are red, green and blue of a color such as #ff8800, from 0 to 1.
func channels(color devices.Value) (out [3]float64, ok bool) {
	text, _ := color.Text()
	n, err := digitsOf(text)
	if err != nil {
		return out, false
	}
	return [3]float64{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}
