package main

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestColoursAreWorkedOut(t *testing.T) {
	if got := seen([]float64{16, 64, 32, 128}).String(); got != "#60806b" {
		t.Errorf("red, green, blue and white are seen as %s", got)
	}
	if got, want := withWhites([]float64{255, 128, 128}, 1), []float64{253, 0, 0, 255}; !slices.Equal(got, want) {
		t.Errorf("with one white: %v, want %v", got, want)
	}
	if got, want := withWhites([]float64{1, 2, 3, 4}, 1), []float64{1, 2, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("white apart: %v, want %v", got, want)
	}
	if got := ofKelvin(6896); got.String() != "#f6f4ff" {
		t.Errorf("cold white is %v", got)
	}
	for _, test := range []struct {
		attribute, want, got string
		alike                bool
	}{
		{"rgb_color", "[255,128,64]", "[255,128,63]", true},
		{"rgb_color", "[255,128,64]", "[255,128,60]", false},
		{"xy_color", "[0.123,0.123]", "[0.14,0.133]", true},
		{"xy_color", "[0.123,0.123]", "[0.3,0.3]", false},
		{"rgbw_color", "[1,2,3,4]", "[1,2,3]", false},
		{"brightness", "[1]", "[2]", false},
	} {
		if got := alikeColours(test.want, test.got, test.attribute); got != test.alike {
			t.Errorf("%s %s and %s: %t", test.attribute, test.want, test.got, got)
		}
	}
}

func TestColoursThatAreAskedFor(t *testing.T) {
	for _, test := range []struct {
		data  string
		modes []string
		want  string
	}{
		{`{"rgbw_color":[255,128,64,32]}`, []string{"rgbw"}, "#ff804020"},
		{`{"rgbw_color":[16,64,32,128]}`, []string{"hs", "white"}, "#60806b"},
		{`{"hs_color":[240,100]}`, []string{"rgb"}, "#0000ff"},
		{`{"brightness":5}`, []string{"rgb"}, ""},
		{`{"rgb_color":[1]}`, []string{"rgb"}, ""},
	} {
		var d fields
		if err := json.Unmarshal([]byte(test.data), &d); err != nil {
			t.Fatal(err)
		}
		if got, _ := asked(d, test.modes); got != test.want {
			t.Errorf("%s of a light with %v: %q, want %q", test.data, test.modes, got, test.want)
		}
	}
}
