package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// run runs a command of the program on the house, and returns what it printed and its
// exit code.
func (h *testHouse) run(args ...string) (printed string, code int) {
	h.t.Helper()
	out, err := exec.Command("thingbridge", append(args, "-c", h.file())...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		h.t.Fatal(err)
	}
	h.t.Logf("%s", out)
	if exit != nil {
		code = exit.ExitCode()
	}
	return string(out), code
}

func (h *testHouse) doctor(flags ...string) (printed string, code int) {
	h.t.Helper()
	return h.run(append([]string{"doctor"}, flags...)...)
}

func TestDoctor(t *testing.T) {
	h := newTestHouse(t, "")
	if printed, code := h.doctor(); code != exitOK || !strings.Contains(printed, "the server takes the secret for things.home.test") {
		t.Errorf("all is well, and it exits with %d", code)
	}

	h.configure("wrong", "")
	if printed, code := h.doctor(); code != exitFailure || !strings.Contains(printed, "thingbridge.yml") ||
		!strings.Contains(printed, "xmpp.component.secret: write the same secret on both sides") || !strings.Contains(printed, ": 1 step failed") {
		t.Errorf("the secret is wrong, and it exits with %d", code)
	}

	h.configure("s3cret", "")
	h.publish("boiler/state", `{"temp": 20}`)
	h.start()
	anna := h.client("anna")
	anna.Subscribe(h.thing)
	anna.Expect(presenceFrom(h.thing, "20 °C"))
	running := fmt.Sprintf("the gateway is running (process %d)", h.gateway.Process.Pid)
	if printed, code := h.doctor("--json"); code != exitOK || !strings.Contains(printed, running) {
		t.Errorf("the gateway runs, and it exits with %d", code)
	}
	h.publish("boiler/state", `{"temp": 21}`)
	anna.Expect(presenceFrom(h.thing, "21 °C"))
	for _, trouble := range []string{"no connection", "connection lost"} {
		if strings.Contains(h.log.String(), trouble) {
			t.Error("the doctor disturbed the gateway")
		}
	}
}
