package talk_test

import (
	"testing"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
)

// TestALightTellsByWhatItShines sees that the status line leaves out how warm a light is
// that shows a colour, though it goes on saying it.
func TestALightTellsByWhatItShines(t *testing.T) {
	d := &devices.Device{ID: "lamp", Name: "Lamp", Kind: "light", Properties: []devices.Property{
		{Name: "on", Type: devices.TypeBoolean, Writable: true},
		{Name: "brightness", Type: devices.TypeNumber, Unit: "%", Max: 100, Writable: true},
		{Name: "color_temp", Type: devices.TypeNumber, Unit: "K", Writable: true},
		{Name: "color_mode", Type: devices.TypeEnum, Options: []string{"color_temp", "hs"}, Category: devices.Diagnostic},
	}}
	for mode, want := range map[string]string{"": "on · 50 % · 4000 K", "color_temp": "on · 50 % · 4000 K", "hs": "on · 50 %"} {
		readings := []devices.Reading{
			{Device: "lamp", Property: "on", Value: devices.Boolean(true), At: noon},
			{Device: "lamp", Property: "brightness", Value: devices.Number(50), At: noon},
			{Device: "lamp", Property: "color_temp", Value: devices.Number(4000), At: noon},
		}
		if mode != "" {
			readings = append(readings, devices.Reading{Device: "lamp", Property: "color_mode", Value: devices.Text(mode), At: noon})
		}
		twin := twinOf(t, d, readings)
		if got := talk.StatusLine(&twin, talk.English); got != want {
			t.Errorf("mode %q: %q, want %q", mode, got, want)
		}
	}
}
