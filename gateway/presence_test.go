package gateway_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
)

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
		s.reading("temperature", devices.Value{})
		after(time.Minute)
		s.expect(s.wire.take(), "<status>")
		s.reading("temperature", devices.Number(31))
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

func TestTheHouseTellsWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "things.home.test", "subscribe"))
		after(2 * time.Minute)
		s.wire.take()
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "lamp", Availability: devices.Offline}}})
		after(time.Second)
		s.expect(s.wire.take(), "from='things.home.test/gw' to='anna@home.test'><status>2 things · 1 offline")
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
			"from='things.home.test/gw' to='anna@home.test'><status>2 things",
			annaSees+"50 °C",
			"from='lamp@things.home.test/gw'")
		s.stop()
	})
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

// A server that was away for a moment returns a presence; its user shall not be
// left with the one before.
func TestReturnedPresenceIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		s.hear(presence("bert@home.test", "boiler@things.home.test", "subscribe"))
		after(2 * time.Minute)
		s.wire.take()
		s.reading("temperature", devices.Number(50))
		after(time.Second)
		s.expect(s.wire.take(), annaSees+"50 °C", "to='bert@home.test'")

		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "error")))
		after(31 * time.Second)
		s.expect(s.wire.take(), annaSees+"50 °C") // and bert is left in peace
		s.expect(s.hear(presence("anna@home.test", "boiler@things.home.test", "error")))
		after(31 * time.Second)
		s.expect(s.wire.take())
		after(30 * time.Second)
		s.expect(s.wire.take(), annaSees+"50 °C")
		after(time.Hour)
		s.expect(s.wire.take()) // it did not come back
		s.stop()
	})
}
