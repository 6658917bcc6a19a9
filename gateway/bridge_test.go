package gateway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/access"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/store"
	"thingbridge/gateway/xmpp"
)

// wire is a link whose other end is the test.
type wire struct {
	mu      sync.Mutex
	handler xmpp.Handler
	broken  bool
	slow    bool // fences are not answered
	sent    []string
}

func (w *wire) Run(ctx context.Context, h xmpp.Handler) error {
	w.mu.Lock()
	w.handler = h
	w.mu.Unlock()
	h.Up()
	<-ctx.Done()
	return nil
}

func (w *wire) Send(_ context.Context, stanzas []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken {
		return xmpp.ErrDown
	}
	w.sent = append(w.sent, split(string(stanzas))...)
	return nil
}

func (w *wire) Fence(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken || w.slow {
		return xmpp.ErrDown
	}
	return nil
}

// split cuts a run of stanzas at the ends of their elements.
func split(text string) []string {
	var out []string
	for text != "" {
		end := len(text)
		for _, mark := range []string{"</message>", "</presence>", "</iq>", "/>"} {
			i := strings.Index(text, mark)
			if mark == "/>" && i >= 0 && strings.Contains(text[:i], "><") {
				continue // inside of a stanza
			}
			if i >= 0 {
				end = min(end, i+len(mark))
			}
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	return out
}

// take returns what was sent since the last call, once all is at rest.
func (w *wire) take() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.sent
	w.sent = nil
	return out
}

func (w *wire) reconnect(broken bool) {
	w.mu.Lock()
	w.broken = broken
	w.mu.Unlock()
	if !broken {
		w.handler.Up()
	}
}

// shelf is a store in memory.
type shelf struct {
	mu    sync.Mutex
	subs  map[[2]string]store.Subscription
	words map[string][]byte
	items []outbox.Item
	seq   int64
	fail  error
}

func newShelf() *shelf {
	return &shelf{subs: make(map[[2]string]store.Subscription), words: make(map[string][]byte)}
}

func (s *shelf) Subscriptions(context.Context) ([]store.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []store.Subscription
	for _, sub := range s.subs {
		all = append(all, sub)
	}
	return all, s.fail
}

func (s *shelf) SaveSubscription(_ context.Context, sub store.Subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.subs[[2]string{sub.User, sub.Contact}] = sub
	}
	return s.fail
}

func (s *shelf) DeleteSubscription(_ context.Context, user, contact string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subs, [2]string{user, contact})
	return s.fail
}

func (s *shelf) Get(_ context.Context, key string) ([]byte, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.words[key]
	return value, ok, nil
}

func (s *shelf) Put(_ context.Context, key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words[key] = value
	return nil
}

func (s *shelf) AddItems(_ context.Context, items []outbox.Item) ([]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seqs := make([]int64, len(items))
	for i, item := range items {
		s.seq++
		item.Seq, seqs[i] = s.seq, s.seq
		s.items = append(s.items, item)
	}
	return seqs, nil
}

func (s *shelf) Items(_ context.Context, after int64, limit int) ([]outbox.Item, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []outbox.Item
	for _, item := range s.items {
		if item.Seq > after && len(out) < limit {
			out = append(out, item)
		}
	}
	return out, nil
}

func (s *shelf) DeleteItems(_ context.Context, seqs []int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seq := range seqs {
		for i := range s.items {
			if s.items[i].Seq == seq {
				s.items = append(s.items[:i:i], s.items[i+1:]...)
				break
			}
		}
	}
	return nil
}

// relay is hardware that confirms what it is told, unless it is mute.
type relay struct {
	mu     sync.Mutex
	source *devices.Source
	mute   bool
	fail   error
}

func (r *relay) Execute(_ context.Context, cmd devices.Command) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil || r.mute {
		return r.fail
	}
	return r.source.Apply(devices.Update{Readings: []devices.Reading{{Device: cmd.Device, Property: cmd.Property, Value: cmd.Value, At: time.Now()}}})
}

// stage is a bridge with a boiler and a lamp, that anna may control and bert may
// look at.
type stage struct {
	t        *testing.T
	wire     *wire
	shelf    *shelf
	relay    *relay
	registry *devices.Registry
	bridge   *gateway.Bridge
	stop     func()
}

var domain = must(xmpp.ParseJID("things.home.test"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func settings() gateway.Settings {
	return gateway.Settings{
		Presence: gateway.PresenceConfig{Interval: time.Minute, Stale: 2 * time.Hour},
		Access: access.Config{
			Admins: []string{"root@home.test"},
			Grants: []access.Grant{
				{Who: "anna@home.test", Devices: "*", Role: access.Control},
				{Who: "bert@home.test", Devices: "boiler", Role: access.View},
			},
		},
	}
}

func newStage(t *testing.T, keep *shelf, with gateway.Settings) *stage {
	t.Helper()
	return newStageAs(t, gateway.Component{Domain: domain}, keep, with)
}

func newStageAs(t *testing.T, identity gateway.Identity, keep *shelf, with gateway.Settings) *stage {
	t.Helper()
	s := &stage{t: t, wire: &wire{}, shelf: keep, relay: &relay{}, registry: devices.NewRegistry()}
	s.relay.source = s.registry.Source("house", s.relay)
	s.apply(devices.Update{
		Announced: []*devices.Device{
			{ID: "boiler", Name: "Boiler", Properties: []devices.Property{
				{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature", Deadband: 0.2},
				{Name: "target", Type: devices.TypeNumber, Unit: "°C", Min: 5, Max: 80, Step: 0.5, Writable: true},
				{Name: "smoke", Type: devices.TypeBoolean, Class: "smoke"},
			}},
			{ID: "lamp", Name: "Lamp", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean, Writable: true}}},
		},
		Availability: []devices.Presence{{Device: "boiler", Availability: devices.Online}, {Device: "lamp", Availability: devices.Online}},
		Readings: []devices.Reading{
			{Device: "boiler", Property: "temperature", Value: devices.Number(21.4)},
			{Device: "boiler", Property: "target", Value: devices.Number(21)},
		},
	})
	box := must(outbox.New(t.Context(), keep, outbox.Config{Log: zerolog.Nop()}))
	s.bridge = must(gateway.New(t.Context(), gateway.Parts{
		Identity: identity, Registry: s.registry, Link: s.wire, Outbox: box,
		Subscriptions: keep, Languages: keep, Version: "test", Log: zerolog.Nop(),
	}, with))
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.bridge.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	s.stop = func() { cancel(); wg.Wait() }
	synctest.Wait()
	return s
}

func (s *stage) apply(u devices.Update) {
	s.t.Helper()
	if err := s.relay.source.Apply(u); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) reading(property string, v devices.Value) {
	s.t.Helper()
	s.apply(devices.Update{Readings: []devices.Reading{{Device: "boiler", Property: property, Value: v}}})
}

// hear gives the bridge a stanza of a user and returns what it sends.
func (s *stage) hear(stanza *xmpp.Stanza) []string {
	s.wire.handler.Stanza(stanza)
	return s.wire.take()
}

func presence(from, to, presenceType string) *xmpp.Stanza {
	return &xmpp.Stanza{Kind: xmpp.Presence, Space: xmpp.NSComponent, Type: presenceType, From: must(xmpp.ParseJID(from)), To: must(xmpp.ParseJID(to))}
}

func message(from, to, body string) *xmpp.Stanza {
	return &xmpp.Stanza{
		Kind: xmpp.Message, Space: xmpp.NSComponent, Type: "chat", ID: "m1", From: must(xmpp.ParseJID(from)), To: must(xmpp.ParseJID(to)),
		Children: []xmpp.Element{{Space: xmpp.NSComponent, Local: "body", Text: body}},
	}
}

func iq(from, to, iqType, space, local string) *xmpp.Stanza {
	return &xmpp.Stanza{
		Kind: xmpp.IQ, Space: xmpp.NSComponent, Type: iqType, ID: "i1", From: must(xmpp.ParseJID(from)), To: must(xmpp.ParseJID(to)),
		Children: []xmpp.Element{{Space: space, Local: local}},
	}
}

// expect compares what was sent with what must be in it, stanza by stanza.
func (s *stage) expect(got []string, want ...string) {
	s.t.Helper()
	if len(got) != len(want) {
		s.t.Fatalf("%d stanzas, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		for _, part := range strings.Split(want[i], " … ") {
			if !strings.Contains(got[i], part) {
				s.t.Errorf("stanza %d: %s\nlacks %s", i, got[i], part)
			}
		}
	}
}

const annaSees = "<presence from='boiler@things.home.test/gw' to='anna@home.test'><status>"

func TestSubscriptionIsAnsweredStoredAndSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe")),
			"from='boiler@things.home.test' to='anna@home.test' type='subscribed'",
			annaSees+"21.4 °C → 21.0")
		s.stop()
		s.expect(s.wire.take(), "from='boiler@things.home.test/gw' to='anna@home.test' type='unavailable'")

		s = newStage(t, keep, settings())
		s.expect(s.wire.take(), annaSees+"21.4 °C → 21.0")
		s.expect(s.hear(presence("anna@home.test/phone", "boiler@things.home.test", "probe")),
			"to='anna@home.test/phone'><status>21.4 °C → 21.0")
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "unsubscribe")),
			"type='unavailable'", "type='unsubscribed'")
		s.reading("temperature", devices.Number(30))
		after(2 * time.Minute)
		s.expect(s.wire.take())
		s.stop()
	})
}

func TestSubscriptionThatIsNotStoredIsNotAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		keep.fail = errors.New("disk full")
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe")))
		keep.fail = nil
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe")), "type='subscribed'", annaSees)
		s.stop()
	})
}

func TestPresenceIsConflated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		after(2 * time.Minute)
		s.wire.take()

		s.reading("temperature", devices.Number(21.5))
		after(2 * time.Minute)
		s.expect(s.wire.take()) // within the deadband

		s.reading("temperature", devices.Number(21.9))
		after(time.Second)
		s.expect(s.wire.take(), annaSees+"21.9 °C")
		for n := range 10 {
			s.reading("temperature", devices.Number(float64(22+n)))
			after(time.Second)
		}
		s.expect(s.wire.take()) // the interval has not passed
		after(time.Minute)
		s.expect(s.wire.take(), annaSees+"31 °C")

		s.reading("smoke", devices.Boolean(true))
		after(time.Second)
		s.expect(s.wire.take(), "<show>dnd</show> … SMOKE")
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Offline}}})
		after(time.Second)
		s.expect(s.wire.take(), "type='unavailable'><status>offline")
		s.apply(devices.Update{Removed: []devices.ID{"boiler"}})
		after(time.Second)
		s.expect(s.wire.take())
		s.stop()
	})
}

func TestSilentDeviceBecomesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		after(time.Minute)
		s.wire.take()
		after(2 * time.Hour)
		s.expect(s.wire.take(), "<show>away</show> … <idle xmlns='urn:xmpp:idle:1' since='2000-01-01T00:00:00Z'/>")
		s.reading("temperature", devices.Number(21.4))
		after(time.Second)
		s.expect(s.wire.take(), annaSees+"21.4 °C")
		s.stop()
	})
}

func TestNewStreamIsToldEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))
		s.hear(presence("anna@home.test", "things.home.test", "subscribe"))
		after(time.Second)
		s.wire.take()
		s.wire.reconnect(true)
		s.reading("temperature", devices.Number(50))
		after(time.Hour)
		s.expect(s.wire.take())
		s.wire.reconnect(false)
		after(time.Second)
		s.expect(s.wire.take(),
			"from='things.home.test/gw' to='anna@home.test'><status>2 things, 0 offline",
			annaSees+"50 °C",
			"from='lamp@things.home.test/gw'")
		s.stop()
	})
}

func TestChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		answer := "<message type='chat' from='boiler@things.home.test/gw' to='anna@home.test' id='"
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "set 21.5")), answer+" … <body>Target: 21.5 °C.</body>")
		s.expect(s.hear(message("anna@home.test/phone", "things.home.test", "lamp on")), "from='things.home.test/gw' … Light: on.")

		s.relay.mute = true
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "wärmer")))
		after(3 * time.Second)
		s.expect(s.wire.take(), answer+" … xml:lang='de' … Sollwert: 22,5 °C ist gewünscht")
		twin, _ := s.registry.Get("boiler")
		state, _ := twin.State("target")
		if state.Reported != devices.Number(21.5) || state.Desired != devices.Number(22.5) || state.By != "anna@home.test" {
			t.Errorf("reported and desired: %+v", state)
		}
		s.relay.fail = errors.New("broker is away")
		s.expect(s.hear(message("anna@home.test/phone", "boiler@things.home.test", "60")), "nicht erreichbar")
		s.stop()
	})
}

func TestDelayedCommandIsNotObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		late := message("anna@home.test/phone", "boiler@things.home.test", "set 60")
		stamp := time.Now().Add(-time.Hour).Format(time.RFC3339)
		late.Children = append(late.Children, xmpp.Element{Space: "urn:xmpp:delay", Local: "delay", Attrs: []xmpp.Attr{{Local: "stamp", Value: stamp}}})
		s.expect(s.hear(late), "Your message was 1 h on its way")
		if twin, _ := s.registry.Get("boiler"); twin.Reported("target") != devices.Number(21) {
			t.Errorf("obeyed: %v", twin.Reported("target"))
		}
		s.stop()
	})
}

func TestWhoMaySeeWhat(t *testing.T) {
	forbidden, notFound := "<forbidden ", "<item-not-found "
	tests := []struct {
		name   string
		stanza func(device string) *xmpp.Stanza
		user   string
		want   map[string]string // by device
	}{
		{"a stranger's message", func(d string) *xmpp.Stanza { return message("eve@away.test/x", d, "status") }, "eve",
			map[string]string{"boiler": forbidden, "ghost": forbidden, "": forbidden}},
		{"a stranger's question", func(d string) *xmpp.Stanza { return iq("eve@away.test/x", d, "get", "jabber:iq:version", "query") }, "eve",
			map[string]string{"boiler": forbidden, "ghost": forbidden, "": forbidden}},
		{"a stranger's subscription", func(d string) *xmpp.Stanza { return presence("eve@away.test", d, "subscribe") }, "eve",
			map[string]string{"boiler": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a stranger's probe", func(d string) *xmpp.Stanza { return presence("eve@away.test", d, "probe") }, "eve",
			map[string]string{"boiler": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a user's message", func(d string) *xmpp.Stanza { return message("bert@home.test/x", d, "status") }, "bert",
			map[string]string{"boiler": "Boiler", "lamp": notFound, "ghost": notFound, "": "Boiler: 21.4"}},
		{"a user's question", func(d string) *xmpp.Stanza { return iq("bert@home.test/x", d, "get", "jabber:iq:last", "query") }, "bert",
			map[string]string{"boiler": "seconds='0'", "lamp": notFound, "ghost": notFound}},
		{"a user's subscription", func(d string) *xmpp.Stanza { return presence("bert@home.test", d, "subscribe") }, "bert",
			map[string]string{"lamp": "type='unsubscribed'", "ghost": "type='unsubscribed'"}},
		{"a viewer's command", func(d string) *xmpp.Stanza { return message("bert@home.test/x", d, "set 60") }, "bert",
			map[string]string{"boiler": "not change anything"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), settings())
				for device, want := range test.want {
					to := device + "@things.home.test"
					if device == "" {
						to = "things.home.test"
					}
					got := s.hear(test.stanza(to))
					if len(got) != 1 || !strings.Contains(got[0], want) {
						t.Errorf("%s: %q, want %q", device, got, want)
					}
					if strings.Contains(got[0], "Lamp") {
						t.Errorf("%s: tells of the lamp: %q", device, got)
					}
				}
				s.stop()
			})
		})
	}
}

func TestRevokedAccessEndsSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keep := newShelf()
		s := newStage(t, keep, settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		s.hear(presence("bert@home.test", "boiler@things.home.test", "subscribe"))
		less := settings()
		less.Access.Grants = less.Access.Grants[:1]
		s.bridge.Configure(less)
		s.expect(s.wire.take(), "to='bert@home.test' type='unavailable'", "to='bert@home.test' type='unsubscribed'")
		if len(keep.subs) != 1 {
			t.Errorf("stored subscriptions: %v", keep.subs)
		}
		s.stop()
	})
}

func TestEveryIQIsAnswered(t *testing.T) {
	tests := []struct {
		to, iqType, space, local, want string
	}{
		{"boiler@things.home.test", "get", "http://jabber.org/protocol/disco#info", "query", `category="account" type="registered"`},
		{"boiler@things.home.test/gw", "get", "http://jabber.org/protocol/disco#info", "query", `category="client" type="bot"`},
		{"things.home.test", "get", "http://jabber.org/protocol/disco#info", "query", `category="gateway" type="iot"`},
		{"things.home.test", "get", "http://jabber.org/protocol/disco#items", "query", `jid="boiler@things.home.test"`},
		{"boiler@things.home.test", "get", "http://jabber.org/protocol/disco#items", "query", "disco#items"},
		{"boiler@things.home.test", "get", "jabber:iq:version", "query", "<version>test</version>"},
		{"boiler@things.home.test", "get", "urn:xmpp:ping", "ping", "type='result'"},
		{"boiler@things.home.test", "get", "urn:xmpp:time", "time", "<utc>2000-01-01T00:00:00Z</utc>"},
		{"boiler@things.home.test", "get", "urn:example:unknown", "x", "<service-unavailable "},
		{"boiler@things.home.test", "set", "jabber:iq:version", "query", "<service-unavailable "},
	}
	for _, test := range tests {
		t.Run(test.to+" "+test.iqType+" "+test.space, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, newShelf(), settings())
				s.expect(s.hear(iq("anna@home.test/phone", test.to, test.iqType, test.space, test.local)), "id='i1' … "+test.want)
				s.stop()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		empty := iq("anna@home.test/phone", "boiler@things.home.test", "get", "x", "x")
		empty.Children = nil
		s.expect(s.hear(empty), "<bad-request ")
		s.expect(s.hear(iq("anna@home.test/phone", "boiler@things.home.test", "result", "x", "x")))
		s.expect(s.hear(iq("home.test", "things.home.test", "get", "urn:xmpp:ping", "ping")), "type='result'")
		s.expect(s.hear(iq("home.test", "things.home.test", "get", "jabber:iq:version", "query")), "<forbidden ")
		s.stop()
	})
}

func TestTooManyMessagesAreRefusedInWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		answered, refused := 0, 0
		for range 100 {
			for _, got := range s.hear(message("anna@home.test/x", "boiler@things.home.test", "status")) {
				if strings.Contains(got, "resource-constraint") {
					refused++
				} else {
					answered++
				}
			}
		}
		if answered != 50 || refused != 50 {
			t.Errorf("%d answered, %d refused", answered, refused)
		}
		s.stop()
	})
}

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
		after(3 * time.Second) // a fence
		s.wire.reconnect(true)
		s.wire.reconnect(false)
		after(time.Second)
		s.expect(s.wire.take())
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

func BenchmarkApplyWithFeed(b *testing.B) {
	s := newBenchStage(b)
	b.ReportAllocs()
	u := devices.Update{Readings: []devices.Reading{{Device: "boiler", Property: "temperature", Value: devices.Number(21.5)}}}
	for b.Loop() {
		_ = s.Apply(u)
	}
}

// newBenchStage returns the source of a registry with a feed of all readings to
// a link that swallows them.
func newBenchStage(b *testing.B) *devices.Source {
	b.Helper()
	registry := devices.NewRegistry()
	source := registry.Source("bench", &relay{})
	if err := source.Apply(devices.Update{Announced: []*devices.Device{{ID: "boiler", Properties: []devices.Property{
		{Name: "temperature", Type: devices.TypeNumber, Unit: "°C"},
	}}}}); err != nil {
		b.Fatal(err)
	}
	keep := newShelf()
	box := must(outbox.New(b.Context(), keep, outbox.Config{Log: zerolog.Nop()}))
	bridge := must(gateway.New(b.Context(), gateway.Parts{
		Identity: gateway.Component{Domain: domain}, Registry: registry, Link: &swallow{}, Outbox: box, Subscriptions: keep, Languages: keep, Log: zerolog.Nop(),
	}, gateway.Settings{Feeds: []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}}))
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Fprint(discard{}, bridge.Run(ctx)) })
	b.Cleanup(func() { cancel(); wg.Wait() })
	return source
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

type swallow struct{}

func (*swallow) Run(ctx context.Context, h xmpp.Handler) error { h.Up(); <-ctx.Done(); return nil }
func (*swallow) Send(context.Context, []byte) error            { return nil }
func (*swallow) Fence(context.Context) error                   { return nil }

// after lets time pass in the bubble.
func after(d time.Duration) { <-time.After(d) }
