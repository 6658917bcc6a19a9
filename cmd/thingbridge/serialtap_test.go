package main

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/web"
)

// tapFollower is a tap that goes on until it is ended.
type tapFollower struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // closed when it says no more
	errs  *lockedBuffer
}

// follow starts thingbridge tap with arguments.
func (h *testHouse) follow(args ...string) *tapFollower {
	h.t.Helper()
	f := &tapFollower{t: h.t, cmd: exec.Command("thingbridge", append([]string{"tap", "-c", h.file()}, args...)...), lines: make(chan string, 1000), errs: &lockedBuffer{}}
	f.cmd.Stderr = f.errs
	f.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := f.cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(f.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			f.lines <- lines.Text()
		}
	}()
	h.t.Cleanup(func() {
		_ = f.cmd.Process.Kill() // unless it has ended
		<-read
		_ = f.cmd.Wait()
	})
	return f
}

// line waits for a line that holds all parts.
func (f *tapFollower) line(parts ...string) string {
	f.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case line, ok := <-f.lines:
			if !ok {
				f.t.Fatalf("the tap ended before it showed %q: %s", parts, f.errs)
			}
			if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
				return line
			}
		case <-limit:
			f.t.Fatalf("the tap never showed %q: %s", parts, f.errs)
		}
	}
}

// ended waits until the tap has ended, and returns its exit code.
func (f *tapFollower) ended() (code int) {
	f.t.Helper()
	for limit := time.After(patience); ; {
		select {
		case _, ok := <-f.lines:
			if ok {
				continue
			}
			_ = f.cmd.Wait()
			return f.cmd.ProcessState.ExitCode()
		case <-limit:
			f.t.Fatal("the tap does not end")
		}
	}
}

// Who looks at a port sees what passed and what passes, and the gateway goes on
// undisturbed, however they leave.
func TestTapOfTheRunningGateway(t *testing.T) {
	const bath = "bath@things.home.test"
	hardware := labtest.NewHardware(t, nil)
	h := newTestHouse(t, "")
	h.withPorts(board("bath", hardware.Port))
	h.start()
	anna := h.client("anna")
	h.await("connected to the XMPP server")
	h.await("the port is open")
	hardware.Say(saysTemperature(1))
	anna.Subscribe(bath)
	anna.Expect(presenceFrom(bath, "1 °C"))
	before := h.usage()

	out, code := h.run("tap", "bath", "--once")
	for _, part := range []string{" *  open: /dev/pts/", `< {"temperature": 1}  temperature 1 °C  [bath temperature=1]`} {
		if code != exitOK || !strings.Contains(out, part) {
			t.Errorf("exit %d, want %d and %q", code, exitOK, part)
		}
	}
	if out, code := h.run("tap", "attic"); code != exitFailure || !strings.Contains(out, `no adapter named "attic" has a serial port; these have one: bath`) {
		t.Errorf("a wrong name: exit %d: %s", code, out)
	}

	text, objects := h.follow(), h.follow(hardware.Port, "--json") // by the only port, and by its path
	text.line(`{"temperature": 1}`)
	hardware.Say(saysTemperature(2))
	anna.Expect(presenceFrom(bath, "2 °C"))
	text.line(" < ", `{"temperature": 2}`, "[bath temperature=2]")
	anna.Send(bath, "set 20")
	anna.Expect(messageWith("Target: 20 °C."))
	text.line(" > ", "set 20")
	var e web.Entry
	if err := json.Unmarshal([]byte(objects.line(`"sent"`)), &e); err != nil || e.Text != "command set 20" || e.Hex != "7365742032300a" {
		t.Errorf("as an object: %+v, %v", e, err)
	}
	hardware.Say("{\"temperature\": \"no\"}\n")
	text.line(`{"temperature": "no"}`, "  ! ")
	hardware.Unplug()
	anna.Expect(unavailableFrom(bath))
	text.line(" *  the port is gone")
	hardware.Plug()
	text.line(" *  open: ")

	_ = text.cmd.Process.Kill()
	_ = objects.cmd.Process.Signal(syscall.SIGINT)
	if code := objects.ended(); code != exitOK {
		t.Errorf("after Ctrl-C the tap exits with %d: %s", code, objects.errs)
	}
	hardware.Say(saysTemperature(3))
	anna.Expect(presenceFrom(bath, "3 °C"))
	after := before
	if !h.until(patience, func() bool {
		after = h.usage()
		return after.files <= before.files && after.goroutines <= before.goroutines
	}) {
		t.Errorf("when nobody looks any more the gateway has %+v, before %+v", after, before)
	}

	text = h.follow("bath")
	text.line(`{"temperature": 3}`)
	h.stop()
	if code := text.ended(); code != exitFailure || !strings.Contains(text.errs.String(), "the adapter or its gateway has stopped") {
		t.Errorf("when the gateway stops, the tap exits with %d: %s", code, text.errs)
	}
	if out, code := h.run("tap"); code != exitFailure || !strings.Contains(out, "no gateway runs there; start it, or name the configuration") {
		t.Errorf("without a gateway: exit %d: %s", code, out)
	}
	if strings.Contains(h.log.String(), `"level":"error"`) {
		t.Error("the log has errors")
	}
}
