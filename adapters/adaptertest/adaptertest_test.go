package adaptertest_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/adaptertest"
	"thingbridge/devices"
)

// lamp is the smallest adapter that keeps the contract.
type lamp struct{ running atomic.Bool }

func (l *lamp) Run(ctx context.Context, sink adapters.Sink) error {
	l.running.Store(true)
	defer l.running.Store(false)
	sink.Apply(devices.Update{Announced: []*devices.Device{{
		ID:         "lamp",
		Properties: []devices.Property{{Name: "light", Type: devices.TypeBoolean, Writable: true}},
	}}})
	sink.Apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "light", Value: devices.Boolean(true), At: time.Now()}}})
	<-ctx.Done()
	return nil
}

func (l *lamp) Execute(_ context.Context, cmd devices.Command) error {
	switch {
	case cmd.Device != "lamp" || cmd.Property != "light":
		return fmt.Errorf("no property %s of device %s", cmd.Property, cmd.Device)
	case !l.running.Load():
		return adapters.ErrUnavailable
	}
	return nil
}

func TestAnAdapterThatKeepsTheContractPasses(t *testing.T) {
	adaptertest.Run(t, adaptertest.Case{
		New:     func(*testing.T) adapters.Adapter { return &lamp{} },
		Command: devices.Command{Device: "lamp", Property: "light", Value: devices.Boolean(false)},
	})
}
