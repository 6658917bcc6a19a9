package homeassistant

import (
	"slices"
	"testing"
)

func TestColoursOfLampsWithWhites(t *testing.T) {
	w := warmths{mireds(6493), mireds(2702)}
	for _, test := range []struct {
		form     string
		c        colour
		channels []float64
	}{
		{"rgbw", colour{255, 128, 128}, []float64{253, 0, 0, 255}},
		{"rgbw", colour{255, 0, 0}, []float64{255, 0, 0, 0}},
		{"rgbw", colour{}, []float64{0, 0, 0, 0}},
		{"rgbww", colour{255, 255, 255}, []float64{0, 54, 98, 255, 255}},
		{"rgbww", colour{128, 128, 128}, []float64{0, 27, 49, 128, 128}},
		{"rgbww", colour{32, 64, 16}, []float64{9, 64, 0, 38, 38}},
		{"rgbww", colour{}, []float64{0, 0, 0, 0, 0}},
	} {
		f := &colourForms[slices.IndexFunc(colourForms, func(f colourForm) bool { return f.name == test.form })]
		if got := f.channels(shade{colour: test.c}, w); !slices.Equal(got, test.channels) {
			t.Errorf("%v as %s is %v, want %v", test.c, test.form, got, test.channels)
		}
		if got, want := f.shade(test.channels, w), (shade{colour: test.c}); got != want {
			t.Errorf("%v as %s shows %v, want %v", test.channels, test.form, got, want)
		}
	}
}

func TestShades(t *testing.T) {
	for _, text := range []string{"#ff8000", "#ff804020", "#ff80402010"} {
		s, ok := parseShade(text)
		if got := s.value().String(); !ok || got != text {
			t.Errorf("%s is read as %v, and written %s", text, s, got)
		}
	}
	for _, text := range []string{"", "#", "ff8000", "#ff80", "#ff800", "#ff80402", "#gg8000", "#ff8040201000", "#+f8000"} {
		if s, ok := parseShade(text); ok {
			t.Errorf("%q is read as %v", text, s)
		}
	}
	cold, _ := parseShade("#000000ff00")
	if got := cold.seen(warmths{153, 500}); got != (colour{255, 255, 251}) {
		t.Errorf("cold white is seen as %v", got)
	}
}
