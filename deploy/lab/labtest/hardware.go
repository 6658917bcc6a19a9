package labtest

import (
	"bufio"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab"
)

// Hardware plays what is at the other end of a serial port. Its methods are for the
// goroutine of the test.
type Hardware struct {
	// Port is the gateway's end of the cable, for a configuration.
	Port string

	t     testing.TB
	cable *lab.Cable
	file  *os.File
	live  func(line io.ReadWriter)
	lines chan string
	ended chan struct{} // closed when live has ended for this plug
}

// maxHeard is how many lines wait for Hear; what is beyond is lost.
const maxHeard = 1000

// NewHardware plugs in a cable for the test, with hardware that speaks in lines of text.
// answer makes, of each line that the gateway sends, what is said at once; it is called
// from another goroutine. Nil: nothing is.
func NewHardware(t testing.TB, answer func(line string) string) *Hardware {
	t.Helper()
	lines := make(chan string, maxHeard)
	h := NewLiveHardware(t, func(line io.ReadWriter) { converse(line, answer, lines) })
	h.lines = lines
	return h
}

// NewLiveHardware plugs in a cable for the test. live is what lives at its other end: it
// is called whenever the cable is plugged in, from another goroutine, and returns when it
// cannot read or write any more. With it, [Hardware.Hear] hears nothing.
func NewLiveHardware(t testing.TB, live func(line io.ReadWriter)) *Hardware {
	t.Helper()
	cable := Cable(t)
	h := &Hardware{Port: cable.Port, t: t, cable: cable, live: live}
	t.Cleanup(h.Unplug)
	h.attach()
	return h
}

// Cable plugs in a cable for the test.
func Cable(t testing.TB) *lab.Cable {
	t.Helper()
	cable, err := lab.StartSocat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cable.Close(); err != nil {
			t.Error(err)
		}
	})
	return cable
}

// attach opens the end of the hardware, and has it live there.
func (h *Hardware) attach() {
	h.t.Helper()
	file, err := os.OpenFile(h.cable.Device, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	ended := make(chan struct{})
	h.file, h.ended = file, ended
	go func() {
		defer close(ended)
		h.live(file)
	}()
}

// converse answers what comes in lines until the cable is pulled out.
func converse(line io.ReadWriter, answer func(line string) string, heard chan<- string) {
	for lines := bufio.NewScanner(line); lines.Scan(); {
		select {
		case heard <- lines.Text():
		default:
		}
		if answer == nil {
			continue
		}
		if text := answer(lines.Text()); text != "" {
			_, _ = io.WriteString(line, text) // when it was unplugged, nobody waits
		}
	}
}

// Say writes to the gateway.
func (h *Hardware) Say(text string) {
	h.t.Helper()
	if _, err := io.WriteString(h.file, text); err != nil {
		h.t.Fatalf("say %q: %v", text, err)
	}
}

// Hear waits for a line of the gateway that holds part, and returns it. Lines before it
// are passed over.
func (h *Hardware) Hear(part string, within time.Duration) string {
	h.t.Helper()
	timer := time.NewTimer(within)
	defer timer.Stop()
	for {
		select {
		case line := <-h.lines:
			if strings.Contains(line, part) {
				return line
			}
		case <-timer.C:
			h.t.Fatalf("the gateway did not send %q within %s", part, within)
		}
	}
}

// Unplug pulls the cable out, and returns when nothing lives at its end any more.
func (h *Hardware) Unplug() {
	h.cable.Unplug()
	if h.file != nil {
		_ = h.file.Close()
		<-h.ended
		h.file = nil
	}
}

// Plug plugs the cable in again.
func (h *Hardware) Plug() {
	h.t.Helper()
	if err := h.cable.Plug(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.attach()
}
