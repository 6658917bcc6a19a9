package homeassistant

import "testing"

func TestColoursByTheirPlace(t *testing.T) {
	for _, test := range []struct {
		x, y float64
		want string
	}{{1, 0, "#ff003c"}, {0.35, 0.35, "#fff3de"}, {0, 1, "#00ff00"}, {0, 0, "#003fff"}} {
		if got := (shade{colour: fromXY(test.x, test.y)}).value().String(); got != test.want {
			t.Errorf("fromXY(%v, %v) is %s, want %s", test.x, test.y, got, test.want)
		}
	}
	for _, test := range []struct {
		c    colour
		x, y float64
	}{{colour{255, 0, 0}, 0.701, 0.299}, {colour{0, 255, 0}, 0.172, 0.747}, {colour{0, 0, 255}, 0.136, 0.04}, {colour{255, 255, 255}, 0.323, 0.329}, {colour{}, 0, 0}} {
		if x, y := test.c.xy(); x != test.x || y != test.y {
			t.Errorf("%v is at %v, %v; want %v, %v", test.c, x, y, test.x, test.y)
		}
	}
}

func TestColoursByTheirHue(t *testing.T) {
	for _, test := range []struct {
		c               colour
		hue, saturation float64
	}{
		{colour{255, 0, 0}, 0, 100}, {colour{0, 255, 0}, 120, 100}, {colour{0, 0, 255}, 240, 100}, {colour{255, 255, 255}, 0, 0},
		{colour{255, 128, 0}, 30.118, 100}, {colour{255, 0, 128}, 329.882, 100}, {colour{255, 255, 0}, 60, 100},
	} {
		hue, saturation := test.c.hue()
		if hue != test.hue || saturation != test.saturation {
			t.Errorf("%v has the hue %v and the saturation %v; want %v and %v", test.c, hue, saturation, test.hue, test.saturation)
		}
		back := fromHue(hue, saturation, 255)
		for i := range back {
			if d := back[i] - test.c[i]; d < -1 || d > 1 {
				t.Errorf("%v comes back as %v", test.c, back)
			}
		}
	}
}
