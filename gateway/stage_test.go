package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/access"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/xmpp"
)

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
	return newStageWith(t, keep, with, func(p *gateway.Parts) { p.Identity = identity })
}

// newStageWith is a stage whose parts are changed before it begins.
func newStageWith(t *testing.T, keep *shelf, with gateway.Settings, change func(*gateway.Parts)) *stage {
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
	parts := gateway.Parts{
		Identity: gateway.Component{Domain: domain}, Registry: s.registry, Link: s.wire, Outbox: box,
		Subscriptions: keep, Languages: keep, Questions: keep, Rooms: keep, Version: "test", Log: zerolog.Nop(),
	}
	change(&parts)
	s.bridge = must(gateway.New(t.Context(), parts, with))
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

// written counts messages: each has an id of its own, as those of clients have.
var written atomic.Int64

func message(from, to, body string) *xmpp.Stanza {
	return &xmpp.Stanza{
		Kind: xmpp.Message, Space: xmpp.NSComponent, Type: "chat", ID: fmt.Sprintf("m%d", written.Add(1)), From: must(xmpp.ParseJID(from)), To: must(xmpp.ParseJID(to)),
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

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func (*swallow) Run(ctx context.Context, h xmpp.Handler) error { h.Up(); <-ctx.Done(); return nil }
func (*swallow) Send(context.Context, []byte) error            { return nil }
func (*swallow) Fence(context.Context) error                   { return nil }
func (*swallow) Request(ctx context.Context, _ xmpp.JID, _ func([]byte, string) []byte) (*xmpp.Stanza, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// after lets time pass in the bubble.
func after(d time.Duration) { <-time.After(d) }
