package gateway_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/xmpp"
)

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
		Identity: gateway.Component{Domain: domain}, Registry: registry, Link: &swallow{}, Outbox: box, Subscriptions: keep, Languages: keep, Questions: keep, Rooms: keep, Log: zerolog.Nop(),
	}, gateway.Settings{Feeds: []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}}))
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Fprint(discard{}, bridge.Run(ctx)) })
	b.Cleanup(func() { cancel(); wg.Wait() })
	return source
}

type discard struct{}

type swallow struct{}
