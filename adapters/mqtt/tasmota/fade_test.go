package tasmota_test

import (
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// TestFades asks a lamp for things that shall take a while. A fade over part of the
// brightness is told as the longer one that the whole would be.
func TestFades(t *testing.T) {
	off, half := `{"POWER":"OFF"}`, `{"POWER":"ON","Dimmer":50,"HSBColor":"120,100,50","CT":153,"White":0}`
	for _, test := range []struct {
		name, state string
		fixed       int
		property    string
		seconds     float64
		value       devices.Value
		want        string
	}{
		{"from dark to bright", off, 0, "brightness", 4, devices.Number(100), "Fade2 1;NoDelay;Speed2 8;NoDelay;Dimmer 100"},
		{"half of it", off, 0, "brightness", 4, devices.Number(50), "Fade2 1;NoDelay;Speed2 16;NoDelay;Dimmer 50"},
		{"half of it at a fixed time", off, 1, "brightness", 4, devices.Number(50), "Fade2 1;NoDelay;Speed2 8;NoDelay;Dimmer 50"},
		{"nothing changes", off, 0, "brightness", 20, devices.Number(0), "Fade2 1;NoDelay;Speed2 1;NoDelay;Power1 OFF"},
		{"slower than it can", half, 0, "on", 20, devices.Boolean(false), "Fade2 1;NoDelay;Speed2 40;NoDelay;Power1 OFF"},
		{"off", half, 0, "on", 6, devices.Boolean(false), "Fade2 1;NoDelay;Speed2 24;NoDelay;Power1 OFF"},
		{"on", off, 0, "on", 6, devices.Boolean(true), "Fade2 1;NoDelay;Speed2 12;NoDelay;Power1 ON"},
		{"at once", half, 0, "on", 0, devices.Boolean(false), "Fade2 0;NoDelay;Power1 OFF"},
		{"another color", half, 0, "color", 6, devices.Text("#ff0000"), "Fade2 1;NoDelay;Speed2 24;NoDelay;Power1 ON;NoDelay;HsbColor1 0;NoDelay;HsbColor2 100"},
		{"warmer", half, 0, "color_temp", 6, devices.Number(500), "Fade2 1;NoDelay;Speed2 24;NoDelay;Power1 ON;NoDelay;CT 500"},
		{"whiter", half, 0, "white", 6, devices.Number(80), "Fade2 1;NoDelay;Speed2 15;NoDelay;Power1 ON;NoDelay;White 80"},
		{"a scheme has its own time", half, 0, "effect", 6, devices.Text("Random"), "Power1 ON;NoDelay;Scheme 4"},
	} {
		h := newHouse()
		d := h.announce(t, map[string]any{"rl": []int{2}, "lt_st": 5, "so": map[string]int{"117": test.fixed}})
		h.hear("tele/lamp/STATE", test.state)
		var r convention.Result
		h.t.Echo(&r, devices.Command{Device: d.ID, Property: "transition", Value: devices.Number(test.seconds)}, noon)
		if len(r.Readings) != 1 || r.Readings[0].Value != devices.Number(test.seconds) {
			t.Errorf("%s: %v, want that the time is remembered", test.name, r.Readings)
		}
		out, err := h.t.Command(devices.Command{Device: d.ID, Property: test.property, Value: test.value}, noon)
		if err != nil || len(out) != 1 || string(out[0].Payload) != "NoDelay;"+test.want {
			t.Errorf("%s: %v, error %v; want %s", test.name, out, err, test.want)
		}
	}
}

func TestWhatALightSaysOfHowItShines(t *testing.T) {
	for _, test := range []struct {
		name    string
		changes map[string]any
		state   string
		want    devices.Value
	}{
		{"a color", map[string]any{"rl": []int{2}, "lt_st": 4}, `{"White":0}`, devices.Text("hs")},
		{"white", map[string]any{"rl": []int{2}, "lt_st": 4}, `{"White":40}`, devices.Text("white")},
		{"warm white", map[string]any{"rl": []int{2}, "lt_st": 5}, `{"White":40}`, devices.Text("color_temp")},
		{"one way only", map[string]any{"rl": []int{2}, "lt_st": 3}, `{"White":40}`, devices.Value{}},
		{"two lights", map[string]any{"rl": []int{2, 2}, "lt_st": 5, "lk": 0}, `{"White":40}`, devices.Value{}},
	} {
		h := newHouse()
		d := h.announce(t, test.changes)
		h.hear("tele/lamp/STATE", test.state)
		if got := h.values[string(d.ID)+"/color_mode"]; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// TestWhatALightCannotDo holds for dimmers, which have no schemes, and for those behind
// another controller, which cannot fade.
func TestWhatALightCannotDo(t *testing.T) {
	for _, test := range []struct {
		changes  map[string]any
		property string
		want     bool
	}{
		{map[string]any{"rl": []int{2}, "lt_st": 1}, "effect", false},
		{map[string]any{"rl": []int{2}, "lt_st": 2}, "effect", false},
		{map[string]any{"rl": []int{2}, "lt_st": 3}, "effect", true},
		{map[string]any{"rl": []int{2}, "lt_st": 1}, "transition", true},
		{map[string]any{"rl": []int{2}, "lt_st": 1, "ty": 1}, "transition", false},
		{map[string]any{"rl": []int{2}, "lt_st": 0}, "transition", false},
	} {
		if _, got := newHouse().announce(t, test.changes).Property(test.property); got != test.want {
			t.Errorf("%v: %s is there: %t, want %t", test.changes, test.property, got, test.want)
		}
	}
}

// TestAChangedAnnouncementForgetsNoFade sees that what was set stays.
func TestAChangedAnnouncementForgetsNoFade(t *testing.T) {
	h := newHouse()
	d := h.announce(t, map[string]any{"rl": []int{2}, "lt_st": 1})
	var r convention.Result
	h.t.Echo(&r, devices.Command{Device: d.ID, Property: "transition", Value: devices.Number(5)}, noon)
	h.announce(t, map[string]any{"rl": []int{2}, "lt_st": 1, "bat": 1})
	out, err := h.t.Command(devices.Command{Device: d.ID, Property: "on", Value: devices.Boolean(true)}, noon)
	if want := "NoDelay;Fade2 1;NoDelay;Speed2 10;NoDelay;Power1 ON"; err != nil || len(out) != 1 || string(out[0].Payload) != want {
		t.Errorf("%v, error %v; want %s", out, err, want)
	}
}
