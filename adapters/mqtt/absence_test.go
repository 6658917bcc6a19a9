package mqtt

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

// offline is a sink that notes when devices become offline.
type offline struct{ at []time.Time }

func (o *offline) Apply(u devices.Update) {
	for _, p := range u.Availability {
		if p.Availability == devices.Offline {
			o.at = append(o.at, time.Now())
		}
	}
}

func (o *offline) Settle(context.Context) error { return nil }

func TestDevicesAreOfflineFiveSecondsAfterTheBroker(t *testing.T) {
	for _, pause := range []time.Duration{100 * time.Millisecond, shortPause, longPause} {
		synctest.Test(t, func(t *testing.T) {
			cfg := DefaultConfig("house")
			cfg.Broker = "mqtt://127.0.0.1"
			cfg.Devices = []mapped.Device{{ID: "boiler", Properties: []mapped.Property{{Name: "temp", Topic: "t"}}}}
			var told offline
			a := New("house", cfg, zerolog.Nop())
			in := newInbox(a, a.spoken, &told)
			began := time.Now()
			away := absence{since: began}
			for time.Since(began) < 40*time.Second {
				if !away.wait(t.Context(), pause, in) {
					t.Fatal("wait ended although its context holds")
				}
			}
			if len(told.at) != 1 || told.at[0].Sub(began) != awayAfter {
				t.Errorf("with pauses of %s told at %v after %v, want once after %s", pause, told.at, began, awayAfter)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if away.wait(ctx, time.Hour, in) || time.Since(began) > 2*time.Minute {
				t.Error("wait goes on although its context ended")
			}
		})
	}
}
