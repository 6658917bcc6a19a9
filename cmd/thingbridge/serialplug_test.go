package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
)

// board writes an adapter for a board that says its temperature in JSON.
func board(id, port string) string {
	return fmt.Sprintf(`  - name: %[1]s
    kind: serial
    port: %[2]s
    codec: json
    line:
      devices: [{id: %[1]s, name: %[1]s, properties: [{name: temperature, unit: °C}, {name: target, unit: °C, min: 5, max: 30, step: 0.5, write: "set {value}"}]}]
`, id, port)
}

func saysTemperature(n int) string { return fmt.Sprintf("{\"temperature\": %d}\n", n) }

// A port is pulled out and plugged in again and again: each time its contact is gone at
// once and soon back, nobody else notices, and nothing is left of the times before.
func TestAPortIsPulledOutAgainAndAgain(t *testing.T) {
	const (
		rounds  = 50
		gone    = time.Second
		back    = 2 * time.Second
		mostSay = 10 // lines in the log
		bath    = "bath@things.home.test"
		attic   = "attic@things.home.test"
	)
	h := newTestHouse(t, "")
	pulled, stays := labtest.NewHardware(t, nil), labtest.NewHardware(t, nil)
	h.withPorts(board("bath", pulled.Port) + board("attic", stays.Port))
	h.write("thingbridge.yml", strings.Replace(h.text(), "grants: [", `grants: [{who: scripts@home.test, devices: "*", role: view}, `, 1))
	h.start()
	anna, other := h.client("anna"), h.client("scripts")
	h.await("connected to the XMPP server")
	h.awaitTimes("the port is open", 2)
	pulled.Say(saysTemperature(0))
	stays.Say(saysTemperature(0))
	anna.Subscribe(bath)
	anna.Expect(presenceFrom(bath, "0 °C"))
	other.Subscribe(attic)
	other.Expect(presenceFrom(attic, "0 °C"))
	before := h.usage()

	slowestGone, slowestBack := time.Duration(0), time.Duration(0)
	for i := 1; i <= rounds; i++ {
		began := time.Now()
		pulled.Unplug()
		anna.Expect(unavailableFrom(bath))
		slowestGone = max(slowestGone, time.Since(began))
		stays.Say(saysTemperature(i))
		disturbed := false
		other.Expect(func(e labtest.Event) bool {
			disturbed = disturbed || unavailableFrom(attic)(e)
			return presenceFrom(attic, fmt.Sprintf("%d °C", i))(e)
		})
		if disturbed {
			t.Errorf("round %d: the contact at the other port went away", i)
		}
		if i == 1 {
			anna.Send(bath, "set 20")
			anna.Expect(messageWith("bath cannot be reached right now. Nothing was changed."))
		}

		began = time.Now()
		pulled.Plug()
		h.awaitTimes("the port is open", 2+i)
		pulled.Say(saysTemperature(i))
		anna.Expect(presenceFrom(bath, fmt.Sprintf("%d °C", i)))
		slowestBack = max(slowestBack, time.Since(began))
	}
	if slowestGone > gone || slowestBack > back {
		t.Errorf("gone after %v and back after %v at most, want %v and %v", slowestGone, slowestBack, gone, back)
	}
	after := before
	if !h.until(patience, func() bool {
		after = h.usage()
		return after.files <= before.files && after.goroutines <= before.goroutines
	}) {
		t.Errorf("after %d rounds %+v, before %+v", rounds, after, before)
	}
	if n := strings.Count(h.log.String(), "the port cannot be used"); n > mostSay {
		t.Errorf("%d lines in the log for %d rounds, want at most %d", n, rounds, mostSay)
	}
	t.Logf("gone after %v, back after %v at most; before %+v, after %+v", slowestGone, slowestBack, before, after)
}
