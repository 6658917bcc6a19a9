package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
)

const (
	readings   = 2000
	readingsHz = 200
	away       = 3 * time.Second
)

// 2,000 readings, 200 a second, and the server is away for three seconds in the
// middle: none is lost, and none comes under two ids.
func TestFeedLosesNothingWhileTheServerIsAway(t *testing.T) {
	ends := []struct {
		name string
		end  func(h *testHouse)
	}{
		{"killed", func(h *testHouse) { h.server.Kill() }},
		{"stopped in order", func(h *testHouse) {
			if err := h.server.Stop(h.t.Context()); err != nil {
				h.t.Error(err)
			}
		}},
	}
	for _, end := range ends {
		for _, server := range servers() {
			t.Run(server.name+" "+end.name, func(t *testing.T) {
				t.Parallel()
				h := newTestHouseAt(t, server, "feeds: [{to: scripts@home.test, devices: boiler}]\n")
				loseNothing(h, end.end)
			})
		}
	}
}

func loseNothing(h *testHouse, end func(*testHouse)) {
	t := h.t
	h.start()
	scripts := h.client("scripts")
	h.publish("boiler/state", `{"temp": -1}`)
	scripts.Expect(messageWith("temperature: -1 °C"))

	var publishing sync.WaitGroup
	publishing.Go(func() {
		tick := time.NewTicker(time.Second / readingsHz)
		defer tick.Stop()
		for n := range readings {
			<-tick.C
			h.device.Publish("boiler/state", 1, false, fmt.Sprintf(`{"temp": %d}`, n))
		}
	})
	<-time.After(4 * time.Second)
	end(h)
	<-time.After(away)
	if err := h.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := collectReadings(scripts, readings)
	publishing.Wait()
	repeated := 0
	for n := range readings {
		if len(got[n]) == 0 {
			t.Errorf("reading %d never came", n)
		}
		if len(got[n]) > 1 {
			repeated++
		}
	}
	if repeated > 0 {
		t.Errorf("%d readings came under more than one id", repeated)
	}
	t.Logf("%d of %d readings arrived", len(got), readings)
}

var number = regexp.MustCompile(`^temperature: (\d+) °C$`)

// collectReadings returns the ids under which each number came, once all have come or
// the client has waited long enough.
func collectReadings(scripts *labtest.Client, all int) map[int][]string {
	got := make(map[int]map[string]bool, all)
	scripts.Expect(func(e labtest.Event) bool {
		if match := number.FindStringSubmatch(e.Body); match != nil && e.Type != "error" {
			n, _ := strconv.Atoi(match[1])
			if got[n] == nil {
				got[n] = make(map[string]bool)
			}
			got[n][e.ID] = true
		}
		return len(got) == all
	})
	out := make(map[int][]string, len(got))
	for n, ids := range got {
		out[n] = slices.Collect(maps.Keys(ids))
	}
	return out
}
