package devices_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
)

// What a device takes back is not known any more, to twins, tails and what is kept of
// the device; a wish for it stays.
func TestDeviceTakesAValueBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s, _ := announced(t)
		ctx, cancel := context.WithCancel(t.Context())
		var told []string
		var wg sync.WaitGroup
		tail := r.Tail(ctx)
		wg.Go(func() {
			for batch := range tail {
				for _, reading := range batch {
					told = append(told, fmt.Sprintf("%s=%s", reading.Property, reading.Value))
				}
			}
		})
		nothing := func(property string) devices.Reading { return devices.Reading{Device: "boiler", Property: property} }
		_ = s.Apply(devices.Update{Readings: []devices.Reading{nothing("flame"), number("temperature", 55), number("target", 60)}})
		if err := r.Execute(ctx, devices.Command{Device: "boiler", Property: "target", Value: devices.Number(70), By: "anna"}); err != nil {
			t.Fatal(err)
		}
		before, _ := r.Get("boiler")
		time.Sleep(time.Minute)
		if err := s.Apply(devices.Update{Readings: []devices.Reading{nothing("temperature"), nothing("temperature"), nothing("target")}}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		twin, _ := r.Get("boiler")
		if state, _ := twin.State("temperature"); state != (devices.State{}) {
			t.Errorf("temperature: %+v, want nothing", state)
		}
		if state, _ := twin.State("target"); !state.Reported.IsZero() || state.Desired != devices.Number(70) {
			t.Errorf("target: %+v, want the wish alone", state)
		}
		if !twin.LastSeen.After(before.LastSeen) {
			t.Error("to take a value back is to be heard of")
		}
		if _, kept := twin.Memory().States["temperature"]; kept {
			t.Error("it comes back after a restart")
		}
		cancel()
		wg.Wait()
		if got, want := strings.Join(told, " "), "temperature=55 target=60 temperature= target="; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}
