package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const (
	readings   = 2000
	readingsHz = 200
	away       = 3 * time.Second

	lineCuts = 2 // of the account's line, before the server goes away
	cutPace  = 1300 * time.Millisecond
)

// 2,000 readings, 200 a second, and the server is away for three seconds in the
// middle: none is lost, and none comes under two ids. Two gateways feed the same
// user: a component, and an account whose line is cut now and then, which stream
// management (XEP-0198) makes good.
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
	const feeds = "feeds: [{to: scripts@home.test, devices: boiler}]\n"
	for _, end := range ends {
		for _, server := range servers() {
			t.Run(server.name+" "+end.name, func(t *testing.T) {
				t.Parallel()
				h := newTestHouseAt(t, server, feeds)
				line := newFaultLine(t, h.server.C2SAddr)
				loseNothing(h, h.another(line.addr(), feeds), line, end.end)
			})
		}
	}
}

func loseNothing(component, account *testHouse, line *faultLine, end func(*testHouse)) {
	h, t := component, component.t
	component.start()
	account.start()
	scripts := h.client("scripts")
	h.publish("boiler/state", `{"temp": -1}`)
	scripts.ExpectAll(fed(component.thing), fed(account.thing))

	var publishing sync.WaitGroup
	publishing.Go(func() {
		tick := time.NewTicker(time.Second / readingsHz)
		defer tick.Stop()
		for n := range readings {
			<-tick.C
			h.device.Publish("boiler/state", 1, false, fmt.Sprintf(`{"temp": %d}`, n))
		}
	})
	for n := range lineCuts {
		<-time.After(cutPace)
		line.cut()
		account.awaitTimes("stream to the XMPP server resumed", n+1)
	}
	<-time.After(cutPace)
	end(h)
	<-time.After(away)
	if err := h.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := collectReadings(scripts, readings, component.thing, account.thing)
	publishing.Wait()
	for _, thing := range []string{component.thing, account.thing} {
		repeated := 0
		for n := range readings {
			ids := got[thing][n]
			if len(ids) == 0 {
				t.Errorf("reading %d of %s never came", n, thing)
			}
			if len(ids) > 1 {
				repeated++
			}
		}
		if repeated > 0 {
			t.Errorf("%d readings of %s came under more than one id", repeated, thing)
		}
		t.Logf("%s: %d of %d readings arrived", thing, len(got[thing]), readings)
	}
}

// fed is a first reading from a contact.
func fed(thing string) func(labtest.Event) bool {
	return func(e labtest.Event) bool { return messageWith("temperature: -1 °C")(e) && bareOf(e.From) == thing }
}

func bareOf(jid string) string {
	bare, _, _ := strings.Cut(jid, "/")
	return bare
}

var number = regexp.MustCompile(`^temperature: (\d+) °C$`)

// collectReadings returns by contact the ids under which each number came, once all
// have come from all contacts or the client has waited long enough.
func collectReadings(scripts *labtest.Client, all int, contacts ...string) map[string]map[int]map[string]bool {
	got := make(map[string]map[int]map[string]bool)
	for _, contact := range contacts {
		got[contact] = make(map[int]map[string]bool, all)
	}
	scripts.Expect(func(e labtest.Event) bool {
		from := got[bareOf(e.From)]
		if match := number.FindStringSubmatch(e.Body); match != nil && e.Type != "error" && from != nil {
			n, _ := strconv.Atoi(match[1])
			if from[n] == nil {
				from[n] = make(map[string]bool)
			}
			from[n][e.ID] = true
		}
		for _, contact := range contacts {
			if len(got[contact]) < all {
				return false
			}
		}
		return true
	})
	return got
}

// forgetful is a server that keeps no messages for users who are away.
func forgetful(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Prosody(t, lab.ProsodyConfig{
		Host: "home.test", Users: users(), Components: components(), Lines: `modules_disabled = { "s2s", "s2s_auth_certs", "offline" }`,
	}).XMPPServer
}

// A durable reading for a user who is not there comes back from such a server. It
// is held until the user is there, also by a gateway that is killed.
func TestDurableReadingWaitsForItsRecipient(t *testing.T) {
	for _, at := range []place{{"component", forgetful, false}, {"account", forgetful, true}} {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "feeds: [{to: scripts@home.test, devices: boiler, durable: true}]\n")
			h.start()
			h.await("connected to the XMPP server")
			h.publish("boiler/state", `{"temp": 20}`)
			h.await("messages come back from this recipient")
			h.kill()
			h.publish("boiler/state", `{"temp": 21}`)
			scripts := h.client("scripts")
			h.start()
			scripts.ExpectAll(messageWith("temperature: 20 °C"), messageWith("temperature: 21 °C"))
		})
	}
}
