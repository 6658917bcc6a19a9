package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/deploy/lab/labtest"
)

// lineOf returns the line of the configuration that holds text, the last of them.
func (h *testHouse) lineOf(text string) int {
	h.t.Helper()
	at := strings.LastIndex(h.text(), text)
	if at < 0 {
		h.t.Fatalf("the configuration has no %q", text)
	}
	return 1 + strings.Count(h.text()[:at], "\n")
}

// Two adapters cannot have one port, by whatever name they call it.
func TestCheckFindsTwoAdaptersOnOnePort(t *testing.T) {
	cable := labtest.Cable(t)
	device, err := filepath.EvalSymlinks(cable.Port)
	if err != nil {
		t.Fatal(err)
	}
	h := newTestHouse(t, "")
	h.withPorts(board("bath", cable.Port) + board("attic", device))
	out, code := h.run("check")
	want := fmt.Sprintf("%s:%d: adapters.attic.port: the adapter bath has it too, in line %d;", h.file(), h.lineOf("port: "+device), h.lineOf("port: "+cable.Port))
	if code != exitUsage || !strings.Contains(out, want) {
		t.Errorf("exit %d: %s, want exit %d and %q", code, out, exitUsage, want)
	}
}

// Two gateways cannot have one port: the second says which process has it, and takes it
// over when that was killed.
func TestTwoGatewaysOnOnePort(t *testing.T) {
	const ofFirst, ofSecond = "bath@things.home.test", "boiler@home.test"
	hardware := labtest.NewHardware(t, nil)
	first := newTestHouse(t, "")
	second := first.another(first.server.C2SAddr, "")
	first.withPorts(board("bath", hardware.Port))
	second.withPorts(board("bath", hardware.Port))
	second.write("thingbridge.yml", strings.Replace(second.text(), "device: boiler", "device: bath", 1))
	first.start()
	anna := first.client("anna")
	first.await("connected to the XMPP server")
	first.await("the port is open")
	hardware.Say(saysTemperature(1))
	anna.Subscribe(ofFirst)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(ofFirst, "1 °C"))

	holder := fmt.Sprintf("is in use by process %d (thingbridge)", first.gateway.Process.Pid)
	const remedy = "end it, or give it another port"
	if out, code := second.doctor(); code != exitFailure || !strings.Contains(out, holder) || !strings.Contains(out, "adapters.bath.port: "+remedy) {
		t.Errorf("doctor exits with %d, want %d, %q and %q", code, exitFailure, holder, remedy)
	}
	second.start()
	second.await("connected to the XMPP server")
	second.await(holder + "; " + remedy)
	hardware.Say(saysTemperature(2))
	anna.Expect(presenceFrom(ofFirst, "2 °C"))

	first.kill()
	second.await("the port is open")
	hardware.Say(saysTemperature(3))
	anna.Subscribe(ofSecond)
	anna.Expect(presenceFrom(ofSecond, "3 °C"))
}
