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

// Hardware plays what is at the other end of a serial port, in lines of text. Its
// methods are for the goroutine of the test.
type Hardware struct {
	// Port is the gateway's end of the cable, for a configuration.
	Port string

	t      testing.TB
	cable  *lab.Cable
	file   *os.File
	answer func(line string) string
	lines  chan string
	ended  chan struct{} // closed when the reader of this plug has ended
}

// maxHeard is how many lines wait for Hear; what is beyond is lost.
const maxHeard = 1000

// NewHardware plugs in a cable for the test. answer makes, of each line that the gateway
// sends, what is said at once; it is called from another goroutine. Nil: nothing is.
func NewHardware(t testing.TB, answer func(line string) string) *Hardware {
	t.Helper()
	cable, err := lab.StartSocat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h := &Hardware{Port: cable.Port, t: t, cable: cable, answer: answer, lines: make(chan string, maxHeard)}
	t.Cleanup(func() {
		h.Unplug()
		if err := cable.Close(); err != nil {
			t.Error(err)
		}
	})
	h.attach()
	return h
}

// attach opens the end of the hardware, and reads from it.
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
		for lines := bufio.NewScanner(file); lines.Scan(); {
			select {
			case h.lines <- lines.Text():
			default:
			}
			if h.answer == nil {
				continue
			}
			if text := h.answer(lines.Text()); text != "" {
				_, _ = io.WriteString(file, text) // when it was unplugged, nobody waits
			}
		}
	}()
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

// Unplug pulls the cable out.
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
