package gateway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

// durableBehindLive has a feed that needs a stream before one that does not.
func durableBehindLive() gateway.Settings {
	with := settings()
	with.Feeds = []gateway.FeedConfig{
		{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"},
		{To: must(xmpp.ParseJID("archive@home.test")), Devices: "*", Durable: true},
	}
	return with
}

func TestDurableFeedIsStoredWithoutAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), durableBehindLive())
		defer s.stop()
		s.wire.reconnect(true)
		s.reading("temperature", devices.Number(30))
		synctest.Wait()
		s.shelf.mu.Lock()
		defer s.shelf.mu.Unlock()
		if len(s.shelf.items) != 1 || s.shelf.items[0].To != "archive@home.test" {
			t.Errorf("stored: %+v, want the reading for the archive", s.shelf.items)
		}
	})
}

// The outbox holds 1000 messages for one recipient.
func TestDurableReadingsWaitForRoomInTheOutbox(t *testing.T) {
	const all = 3000
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), durableBehindLive())
		defer s.stop()
		s.wire.take()
		s.wire.reconnect(true)
		for n := range all {
			s.reading("temperature", devices.Number(float64(n)))
		}
		synctest.Wait()
		s.wire.reconnect(false)
		<-time.After(time.Minute)
		var got, want []string
		for _, stanza := range s.wire.take() {
			if strings.Contains(stanza, "to='archive@home.test'") {
				_, rest, _ := strings.Cut(stanza, "<body>")
				body, _, _ := strings.Cut(rest, "</body>")
				got = append(got, body)
			}
		}
		for n := range all {
			want = append(want, fmt.Sprintf("temperature: %d °C", n))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d readings came, want %d in their order", len(got), all)
		}
	})
}

// Only the server can keep what comes while the recipient is away.
func TestDurableMessagesMayBeStoredByTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), durableBehindLive())
		defer s.stop()
		s.wire.take()
		s.reading("temperature", devices.Number(30))
		for _, stanza := range s.wire.take() {
			forLive := strings.Contains(stanza, "to='scripts@home.test'")
			if hinted := strings.Contains(stanza, "no-store"); strings.HasPrefix(stanza, "<message") && hinted != forLive {
				t.Errorf("%s", stanza)
			}
		}
	})
}
