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

// cameBack is the error with which a message comes back.
func cameBack(from, id string, condition xmpp.Condition) *xmpp.Stanza {
	return &xmpp.Stanza{
		Kind: xmpp.Message, Space: xmpp.NSComponent, Type: "error", ID: id,
		From: must(xmpp.ParseJID(from)), To: must(xmpp.ParseJID("boiler@things.home.test/gw")),
		Children: []xmpp.Element{{
			Space: xmpp.NSComponent, Local: "error", Attrs: []xmpp.Attr{{Local: "type", Value: "cancel"}},
			Children: []xmpp.Element{{Space: "urn:ietf:params:xml:ns:xmpp-stanzas", Local: string(condition)}},
		}},
	}
}

// A durable message that came back is sent again when its recipient may be there,
// under the same id; one that is not wanted is not.
func TestDurableMessageThatComesBack(t *testing.T) {
	tests := []struct {
		name      string
		condition xmpp.Condition
		from      string
		again     bool
	}{
		{"the recipient is away", xmpp.ServiceUnavailable, "archive@home.test", true},
		{"the recipient's server is away", xmpp.RemoteServerTimeout, "archive@home.test", true},
		{"the recipient does not want it", xmpp.NotAcceptable, "archive@home.test", false},
		{"somebody else says so", xmpp.ServiceUnavailable, "eve@home.test", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), durableBehindLive())
				defer s.stop()
				after(time.Second)
				s.wire.take()
				s.reading("temperature", devices.Number(30))
				after(10 * time.Millisecond)
				id := ""
				for _, stanza := range s.wire.take() {
					if strings.Contains(stanza, "to='archive@home.test'") {
						id = ids([]string{stanza})[0]
					}
				}
				if got := s.hear(cameBack(test.from, id, test.condition)); len(got) > 0 {
					t.Errorf("sent at once: %q", got)
				}
				after(3 * time.Second)
				s.wire.take()
				got := s.hear(presence("archive@home.test/phone", "boiler@things.home.test", "probe"))
				again := slices.ContainsFunc(got, func(stanza string) bool {
					return strings.HasPrefix(stanza, "<message") && ids([]string{stanza})[0] == id
				})
				if again != test.again {
					t.Errorf("sent again: %v, want %v", again, test.again)
				}
			})
		})
	}
}
