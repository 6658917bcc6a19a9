package gateway_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/xmpp"
)

const eventsNS = "urn:nfi:iot:events:1.0"

func subscribeTo(attributes, children string) string {
	return "<subscribe xmlns='" + eventsNS + "' " + attributes + ">" + children + "</subscribe>"
}

// told returns the messages to observers that were sent within a time.
func (s *stage) told(d time.Duration) []string {
	s.t.Helper()
	after(d)
	synctest.Wait()
	var events []string
	for _, sent := range s.wire.take() {
		if strings.HasPrefix(sent, "<message") && strings.Contains(sent, sensorNS) {
			events = append(events, sent)
		}
	}
	return events
}

// observe subscribes, expects that it is promised, and returns what is told at once.
func (s *stage) observe(from, attributes, children string) []string {
	s.t.Helper()
	s.wire.take()
	s.wire.handler.Stanza(request(s.t, from, boilerFull, "set", subscribeTo(attributes, children)))
	got := s.wire.take()
	if len(got) == 0 || !strings.Contains(got[0], `<accepted xmlns="`+sensorNS+`" id="`) {
		s.t.Fatalf("the promise does not come first: %q", got)
	}
	return got[1:]
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.observe(annasPhone, "id='e1' m='true'", "<f n='temperature' by='0.5'/>")
		s.expect(s.told(time.Minute))
		s.reading("temperature", devices.Number(21.6))
		s.reading("target", devices.Number(30))
		s.expect(s.told(time.Minute))
		s.reading("temperature", devices.Number(21.9))
		s.expect(s.told(time.Second), "from='boiler@things.home.test/gw' to='anna@home.test/phone' id='event- … "+
			`<resp xmlns="`+sensorNS+`" id="e1"><ts v=" … <q n='temperature' v='21.9' u='°C' m='true' ar='true'/></ts></resp><no-store xmlns='urn:xmpp:hints'/></message>`)
		s.expect(s.observe(annasPhone, "id='e1' s='true' req='true'", "")) // in place of the other, and of nothing that there is
		s.reading("temperature", devices.Number(30))
		s.expect(s.told(time.Minute))
		s.expect(s.observe(annasPhone, "id='e1' req='true' minInt='PT10S' maxInt='PT1M'", "<f n='temperature'/>"), "v='30'")
		s.reading("temperature", devices.Number(31))
		s.expect(s.told(time.Second))
		s.reading("temperature", devices.Number(32))
		s.expect(s.told(10*time.Second), "v='32'")
		s.expect(s.told(45 * time.Second)) // it was told less than a minute ago
		s.expect(s.told(3*time.Minute), "v='32'", "v='32'", "v='32'")

		end := "<unsubscribe xmlns='" + eventsNS + "' id='e1'/>"
		s.expect([]string{s.say("anna@home.test/desk", boilerFull, "set", end)}, "<item-not-found ") // it is not hers there
		s.expect([]string{s.say(annasPhone, boilerFull, "set", end)}, "type='result'")
		s.expect([]string{s.say(annasPhone, boilerFull, "set", end)}, "<item-not-found ")
		s.reading("temperature", devices.Number(40))
		s.expect(s.told(time.Hour))
		s.stop()
	})
}

func TestEventsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		for _, test := range []struct{ user, to, payload, want string }{
			{annasPhone, boilerFull, subscribeTo("", ""), "<bad-request "},
			{annasPhone, boilerFull, subscribeTo("id='x' minInt='soon'", ""), "<bad-request "},
			{annasPhone, boilerFull, subscribeTo("id='x' minInt='PT1H' maxInt='PT1M'", ""), "<bad-request "},
			{annasPhone, boilerFull, subscribeTo("id='x'", "<f n='temperature' by='much'/>"), "<bad-request "},
			{annasPhone, boilerFull, subscribeTo("id='x'", "<f n='pressure'/>"), "<item-not-found "},
			{annasPhone, houseFull, subscribeTo("id='x'", ""), "<service-unavailable "},
			{annasPhone, "ghost@things.home.test", subscribeTo("id='x'", ""), "<item-not-found "},
			{"eve@away.test/x", boilerFull, subscribeTo("id='x'", ""), "<forbidden "},
		} {
			s.expect([]string{s.say(test.user, test.to, "set", test.payload)}, test.want)
		}
		for i := range 8 {
			s.observe(annasPhone, fmt.Sprintf("id='e%d'", i), "")
		}
		s.expect([]string{s.say("anna@home.test/desk", boilerFull, "set", subscribeTo("id='more'", ""))}, "type='wait' … <resource-constraint ")
		s.observe(bertsPhone, "id='e1'", "") // others are not kept from it
		s.stop()
	})
}

// A subscription ends with its observer: each of these ends anna's, and not bert's.
func TestEventsEndWithTheirObserver(t *testing.T) {
	tests := map[string]func(*stage){
		"unavailable":        func(s *stage) { s.hear(presence(annasPhone, boilerJID, "unavailable")) },
		"her server says so": func(s *stage) { s.hear(presence("anna@home.test", boilerJID, "unavailable")) },
		"unsubscribed":       func(s *stage) { s.hear(presence("anna@home.test", boilerJID, "unsubscribed")) },
		"unsubscribe":        func(s *stage) { s.hear(presence("anna@home.test", boilerJID, "unsubscribe")) },
		"an error": func(s *stage) {
			s.reading("temperature", devices.Number(50))
			events := s.told(time.Second)
			_, rest, _ := strings.Cut(strings.Join(events, ""), "to='"+annasPhone+"' id='")
			id, _, _ := strings.Cut(rest, "'")
			s.hear(&xmpp.Stanza{Kind: xmpp.Message, Type: "error", ID: id, From: must(xmpp.ParseJID(annasPhone)), To: must(xmpp.ParseJID(boilerFull))})
		},
		"access taken away": func(s *stage) {
			with := settings()
			with.Access.Grants = []access.Grant{{Who: "bert@home.test", Devices: "boiler", Role: access.View}}
			s.bridge.Configure(with)
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), settings())
				s.observe(annasPhone, "id='e1'", "")
				s.observe(bertsPhone, "id='e1'", "")
				after(time.Minute)
				end(s)
				s.told(time.Minute)
				s.reading("temperature", devices.Number(60))
				s.expect(s.told(time.Minute), "to='bert@home.test/phone' … v='60'")
				s.stop()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.observe(annasPhone, "id='e1' maxInt='PT1M'", "")
		s.apply(devices.Update{Removed: []devices.ID{"boiler"}})
		s.expect(s.told(time.Hour))
		s.stop()
	})
}

// Data never comes before the promise of it, however fast it changes.
func TestEventsComeAfterTheirPromise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		for i := range 50 {
			s.hear(presence(annasPhone, boilerJID, "unavailable"))
			go s.reading("temperature", devices.Number(float64(i)))
			got := s.observe(annasPhone, "id='e1' req='true'", "<f n='temperature'/>")
			if got = append(got, s.told(500*time.Millisecond)...); len(got) != 1 {
				t.Fatalf("told %q, want the temperature", got)
			}
			after(time.Minute)
		}
		s.stop()
	})
}

// What is sent while there is no stream is lost, so it is sent anew on the next.
func TestEventsAfterANewStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.observe(annasPhone, "id='e1'", "<f n='temperature'/>")
		after(time.Minute)
		s.wire.reconnect(true)
		s.reading("temperature", devices.Number(60))
		s.expect(s.told(time.Minute))
		s.wire.reconnect(false)
		s.expect(s.told(time.Second), "v='60'")
		s.stop()
	})
}
