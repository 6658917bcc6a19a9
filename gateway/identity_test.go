package gateway_test

import (
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

var boilerAccount = must(xmpp.ParseJID("my-boiler@rented.test"))

// An account's server knows who is subscribed: presence goes to it once, and what
// is asked is answered from the account.
func TestDeviceWithAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := settings()
		with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
		s := newStageAs(t, gateway.Account{JID: boilerAccount, Device: "boiler"}, newShelf(), with)
		after(time.Second)
		s.expect(s.wire.take(), "<presence from='my-boiler@rented.test'><status>21.4 °C → 21.0</status><c ")

		s.expect(s.hear(presence("anna@home.test", "my-boiler@rented.test", "subscribe")),
			"from='my-boiler@rented.test' to='anna@home.test' type='subscribed'")
		s.expect(s.hear(message("anna@home.test/x", "my-boiler@rented.test/gw", "get target")),
			"<message type='chat' from='my-boiler@rented.test' to='anna@home.test' … Target: 21 °C")
		s.expect(s.hear(message("eve@away.test/x", "my-boiler@rented.test/gw", "get target")), "<forbidden ")
		s.expect(s.hear(iq("anna@home.test/x", "my-boiler@rented.test/gw", "get", "http://jabber.org/protocol/disco#info", "query")),
			`category="client" type="bot" … `)

		s.reading("temperature", devices.Number(40))
		s.apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(true)}}})
		after(time.Minute)
		s.expect(s.wire.take(), "from='my-boiler@rented.test' to='scripts@home.test'", "<presence from='my-boiler@rented.test'><status>40 °C")

		less := with
		less.Access.Grants = nil
		s.bridge.Configure(less)
		s.expect(s.wire.take(), "to='anna@home.test' type='unsubscribed'")
		s.stop()
		s.expect(s.wire.take(), "<presence from='my-boiler@rented.test' type='unavailable'></presence>")
	})
}

func TestHouseWithAnAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		identity := gateway.Account{JID: must(xmpp.ParseJID("house@rented.test")), Others: map[devices.ID]bool{"boiler": true}}
		s := newStageAs(t, identity, newShelf(), settings())
		after(time.Second)
		s.expect(s.wire.take(), "<presence from='house@rented.test'><c ") // how many things there are is not for everybody
		s.expect(s.hear(message("anna@home.test/x", "house@rented.test", "lamp on")), "from='house@rented.test' … Light: on.")
		if !identity.Speaks("lamp") || identity.Speaks("boiler") {
			t.Error("feeds of a device with an account of its own are not the house's")
		}
		s.stop()
	})
}
