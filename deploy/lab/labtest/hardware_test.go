package labtest_test

import (
	"bufio"
	"os"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab/labtest"
)

func TestHardwareHearsAndAnswers(t *testing.T) {
	h := labtest.NewHardware(t, func(line string) string {
		if line == "ping" {
			return "pong\n"
		}
		return ""
	})
	for range 2 {
		port, err := os.OpenFile(h.Port, os.O_RDWR|syscall.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		h.Say("hello\n")
		if _, err := port.WriteString("other\nping\n"); err != nil {
			t.Fatal(err)
		}
		if got := h.Hear("pi", 10*time.Second); got != "ping" {
			t.Errorf("heard %q, want ping", got)
		}
		lines := bufio.NewScanner(port)
		for _, want := range []string{"hello", "pong"} {
			if !lines.Scan() || lines.Text() != want {
				t.Errorf("got %q, %v, want %s", lines.Text(), lines.Err(), want)
			}
		}
		h.Unplug()
		port.Close()
		h.Plug()
	}
}
