package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

func TestFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "boil*"}}
		s := newStage(t, newShelf(), with)
		after(time.Second)
		s.wire.take()
		s.reading("temperature", devices.Number(33.5))
		s.apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(true)}}})
		after(time.Second)
		s.expect(s.wire.take(), "<message type='chat' from='boiler@things.home.test/gw' to='scripts@home.test' id='"+
			" … <body>temperature: 33.5 °C</body><json xmlns='urn:xmpp:json:0'>"+
			` … [{"bn":"things.home.test/boiler/","n":"temperature","u":"Cel","v":33.5,"t":9466848`+
			" … </json><no-store xmlns='urn:xmpp:hints'/></message>")
		s.reading("temperature", devices.Value{})
		after(time.Second)
		s.expect(s.wire.take(), `<body>temperature: –</body> … "n":"temperature","u":"Cel","vs":"","t":9466848`)
		s.stop()
	})
}

func ids(stanzas []string) []string {
	var out []string
	for _, stanza := range stanzas {
		_, rest, _ := strings.Cut(stanza, " id='")
		id, _, _ := strings.Cut(rest, "'")
		out = append(out, id)
	}
	return out
}

// A broker may be quicker than the bridge: what it sends before Run has got anywhere
// is fed too.
func TestFeedMissesNothingBeforeItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
		var parts gateway.Parts
		s := newStageWith(t, newShelf(), with, func(p *gateway.Parts) { parts = *p })
		s.stop()
		bridge := must(gateway.New(t.Context(), parts, with))
		s.reading("temperature", devices.Number(7))
		s.wire.take()
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = bridge.Run(ctx) })
		synctest.Wait()
		got := slices.Compact(s.wire.take()) // told again should the stream be the next one
		s.expect(got, "<body>temperature: 7 °C</body>")
		cancel()
		running.Wait()
	})
}

func TestFeedSendsAgainWhatWasNotConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
		s := newStage(t, newShelf(), with)
		after(3 * time.Second)
		s.wire.take()
		s.reading("temperature", devices.Number(1))
		after(10 * time.Millisecond)
		first := ids(s.wire.take())
		s.wire.reconnect(true) // before a fence
		s.reading("temperature", devices.Number(2))
		after(time.Minute)
		s.wire.reconnect(false)
		after(10 * time.Millisecond)
		again := s.wire.take()
		if len(again) != 2 || ids(again)[0] != first[0] || !strings.Contains(again[1], "2 °C") {
			t.Fatalf("first %v, again %v", first, again)
		}
		after(1500 * time.Millisecond) // a fence; but the server dies soon after it
		s.wire.reconnect(true)
		s.wire.reconnect(false)
		after(time.Second)
		if once := ids(s.wire.take()); !slices.Equal(once, ids(again)) {
			t.Errorf("what the server had just read: %v, want %v", once, ids(again))
		}
		after(5 * time.Second)
		s.wire.reconnect(true)
		s.wire.reconnect(false)
		after(time.Second)
		s.expect(s.wire.take())
		s.stop()
	})
}

// TestReadingThatComesAgainHasTheSameID sends a reading of known origin in two
// runs of the program: a broker had not heard that the first one had it.
func TestReadingThatComesAgainHasTheSameID(t *testing.T) {
	for _, durable := range []bool{false, true} {
		t.Run(fmt.Sprint("durable ", durable), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				with := settings()
				with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*", Durable: durable}}
				keep := newShelf()
				var got [][]string
				for range 2 {
					s := newStage(t, keep, with)
					after(3 * time.Second)
					s.wire.take()
					for _, origin := range []uint64{7, 8, 0} {
						s.apply(devices.Update{Readings: []devices.Reading{{Device: "boiler", Property: "temperature", Value: devices.Number(1), Origin: origin}}})
					}
					after(3 * time.Second)
					got = append(got, ids(s.wire.take()))
					s.stop()
				}
				first, second := got[0], got[1]
				if len(first) != 3 || len(second) != 3 || first[0] != second[0] || first[1] != second[1] {
					t.Fatalf("ids of one reading in two runs: %v and %v, want the first two to be the same", first, second)
				}
				if first[0] == first[1] || first[1] == first[2] || first[2] == second[2] {
					t.Errorf("ids of other readings are the same: %v and %v", first, second)
				}
			})
		})
	}
}

func TestFeedSendsAgainWhatBouncedByItsOrigin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
		s := newStage(t, newShelf(), with)
		after(3 * time.Second)
		s.wire.take()
		s.wire.slow = true // what bounces does so before a fence is answered
		for n := range uint64(3) {
			s.apply(devices.Update{Readings: []devices.Reading{{Device: "boiler", Property: "temperature", Value: devices.Number(float64(n)), Origin: 100 + n}}})
		}
		after(10 * time.Millisecond)
		sent := ids(s.wire.take())
		s.wire.handler.Stanza(&xmpp.Stanza{Kind: xmpp.Message, Type: "error", ID: sent[1], From: must(xmpp.ParseJID("scripts@home.test")), To: domain})
		after(6 * time.Second)
		if again := ids(s.wire.take()); len(again) == 0 || again[0] != sent[1] {
			t.Errorf("sent %v, of which the second came back; then sent %v", sent, again)
		}
		s.wire.slow = false
		s.stop()
	})
}

func TestFeedWaitsForARecipientWhoIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
		s := newStage(t, newShelf(), with)
		after(3 * time.Second)
		s.wire.take()
		bounced := func(id string) *xmpp.Stanza {
			return &xmpp.Stanza{Kind: xmpp.Message, Type: "error", ID: id, From: must(xmpp.ParseJID("scripts@home.test")), To: domain}
		}
		s.wire.slow = true // what bounces does so before a fence is answered
		for n := range 5 {
			s.reading("temperature", devices.Number(float64(n)))
		}
		after(10 * time.Millisecond)
		for _, id := range ids(s.wire.take()) {
			s.hear(bounced(id))
		}
		after(4 * time.Second)
		s.expect(s.wire.take())
		after(2 * time.Second)
		asking := s.wire.take()
		s.expect(asking, "<body>temperature: 0 °C</body>")
		s.hear(bounced(ids(asking)[0]))
		s.expect(s.hear(presence("scripts@home.test/x", "things.home.test", "")),
			"temperature: 0 °C", "temperature: 1 °C", "temperature: 2 °C", "temperature: 3 °C", "temperature: 4 °C")
		s.stop()
	})
}

func TestThrottledFeedTellsTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*", Every: time.Minute}}
		s := newStage(t, newShelf(), with)
		after(500 * time.Millisecond) // between two ticks
		for n := range 180 {
			s.reading("temperature", devices.Number(float64(n)))
			after(time.Second)
		}
		got := s.wire.take()
		if len(got) < 3 || len(got) > 4 {
			t.Fatalf("%d messages in three minutes:\n%s", len(got), strings.Join(got, "\n"))
		}
		s.expect(got[:2], "temperature: 0 °C", "temperature: 60 °C")
		s.stop()
	})
}

func TestDurableFeedGoesThroughTheOutbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*", Durable: true}}
		s := newStage(t, keep, with)
		s.wire.take()
		s.wire.reconnect(true)
		for n := range 3 {
			s.reading("temperature", devices.Number(float64(n)))
		}
		if err := s.registry.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.stop()
		if len(keep.items) != 3 {
			t.Fatalf("%d stored", len(keep.items))
		}
		s = newStage(t, keep, with)
		after(time.Second)
		s.expect(s.wire.take(), "temperature: 0 °C", "temperature: 1 °C", "temperature: 2 °C")
		s.stop()
	})
}
