package main

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// What goes wrong outside is said once, in words that name the thing and the
// remedy, and mends itself when it is mended.
func TestWrongSecretIsNamedAndMended(t *testing.T) {
	t.Parallel()
	h := newTestHouse(t, "")
	h.configure("wrong", "")
	h.start()
	h.await("xmpp.component.secret")
	h.publish("boiler/state", `{"temp": 20}`)
	h.configure("s3cret", "")
	_ = h.gateway.Process.Signal(syscall.SIGHUP)
	anna := h.client("anna")
	h.await("the new configuration is in force")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "20 °C"))
	if log := h.log.String(); strings.Contains(log, "s3cret") {
		t.Error("the secret is in the log")
	}
}

// The line to ejabberd's own listener is encrypted, and its certificate is looked at.
func TestWrongAuthorityOfAComponentsServerIsNamedAndMended(t *testing.T) {
	t.Parallel()
	h := newTestHouseAt(t, place{start: func(t *testing.T) *lab.XMPPServer {
		return labtest.Ejabberd(t, lab.EjabberdConfig{Host: "home.test", Users: users(), Components: components(), SecureLine: true}).XMPPServer
	}}, "")
	secured := strings.Replace(h.text(), `server: "`, `server: "tls://`, 1)
	h.write("thingbridge.yml", secured)
	h.start()
	h.await("name a file with that authority in xmpp.component.ca_file")
	h.publish("boiler/state", `{"temp": 20}`)
	h.write("thingbridge.yml", strings.Replace(secured, "secret_file: secret", fmt.Sprintf("ca_file: %q, secret_file: secret", h.server.CAFile), 1))
	_ = h.gateway.Process.Signal(syscall.SIGHUP)
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "20 °C"))
}

func TestUnknownDomainIsNamed(t *testing.T) {
	t.Parallel()
	h := newTestHouse(t, "")
	h.configure("s3cret", "")
	text := strings.ReplaceAll(h.text(), "things.home.test", "nothing.home.test")
	h.write("thingbridge.yml", text)
	h.start()
	h.await("xmpp.component.domain")
}

func TestTakenDomainIsNamed(t *testing.T) {
	t.Parallel()
	first := newTestHouse(t, "")
	first.publish("boiler/state", `{"temp": 20}`)
	first.start()
	first.await("thingbridge runs")
	anna := first.client("anna")
	anna.Subscribe(first.thing)
	anna.Expect(presenceFrom(first.thing, "20 °C"))

	second := *first
	second.dir, second.log, second.gateway = t.TempDir(), &lockedBuffer{}, nil
	second.configure("s3cret", "")
	second.write("thingbridge.yml", strings.ReplaceAll(second.text(), "name: house", "name: other"))
	second.start()
	t.Cleanup(func() { second.stop() })
	second.await("conflict")
	first.publish("boiler/state", `{"temp": 25}`)
	anna.Expect(presenceFrom(first.thing, "25 °C"))
}

func TestWhatDevicesGetWrongIsNamedAndTheRestGoesOn(t *testing.T) {
	t.Parallel()
	h := newTestHouse(t, "")
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	anna.Subscribe(h.thing)
	anna.Expect(subscriptionOf("subscribed"))
	for _, bad := range []struct{ payload, log string }{
		{"this is no JSON", "boiler/state"},
		{`{"humidity": 4}`, ""},
		{`{"temp": "warm"}`, "warm"},
		{`{"temp": 1e999}`, ""},
		{string(bytes.Repeat([]byte("x"), 10<<20)), "10485760"},
	} {
		h.publish("boiler/state", bad.payload)
		h.await(bad.log)
		h.publish("boiler/state", `{"temp": 22}`) // a fault is said again only after it was over
	}
	h.publish("boiler/target", "500")
	h.publish("boiler/state", `{"temp": 23}`)
	anna.Expect(presenceFrom(h.thing, "23 °C"))
}

func TestRefusedPasswordOfTheBrokerIsNamed(t *testing.T) {
	t.Parallel()
	h := newTestHouse(t, "")
	h.broker = labtest.Mosquitto(t, lab.MosquittoConfig{Listeners: []lab.MosquittoListener{{Users: map[string]string{"gateway": "right"}}}})
	h.configure("s3cret", "")
	h.start()
	h.await("password")
	anna := h.client("anna")
	anna.Subscribe(h.thing)
	anna.Expect(subscriptionOf("subscribed")) // the link does not suffer from the broker
}
