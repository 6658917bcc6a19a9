package gateway

import (
	"testing"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// BenchmarkPresence is what one reading costs that is told to ten users.
func BenchmarkPresence(b *testing.B) {
	domain, _ := xmpp.ParseJID("things.home.test")
	contacts := newContacts(Component{Domain: domain})
	bridge := &Bridge{Parts: Parts{Identity: contacts.Identity}, contacts: contacts, abilities: newAbilities(contacts, "test")}
	bridge.presence.Store(&PresenceConfig{Stale: time.Hour})
	from, _ := xmpp.ParseJID("boiler@things.home.test/gw")
	user, _ := xmpp.ParseJID("anna@home.test")
	twin := devices.Twin{
		Device: &devices.Device{ID: "boiler", Name: "Boiler", Kind: "thermostat", Properties: []devices.Property{
			{Name: "temperature", Type: devices.TypeNumber, Unit: "°C", Class: "temperature"},
			{Name: "action", Type: devices.TypeEnum, Options: []string{"idle", "heating"}},
		}},
		States: []devices.State{{Reported: devices.Number(21.4)}, {Reported: devices.Text("heating")}},
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		f := bridge.faceOf(&twin)
		out = out[:0]
		for range 10 {
			out = appendPresence(out, from, user, &f, f.text)
		}
	}
	b.SetBytes(int64(len(out)))
}
