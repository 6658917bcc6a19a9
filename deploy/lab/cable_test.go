package lab_test

import (
	"errors"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"thingbridge/deploy/lab"
)

func TestACableCarriesBothWaysAndCanBePulled(t *testing.T) {
	c, err := lab.StartSocat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		port, device := open(t, c.Port), open(t, c.Device)
		carries(t, port, device)
		carries(t, device, port)
		c.Unplug()
		if err := port.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := port.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read of what was unplugged returns %v", err)
		}
		port.Close()
		device.Close()
		if _, err := os.Lstat(c.Port); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the end of a cable that is not plugged in: %v", err)
		}
		if err := c.Plug(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func carries(t *testing.T, from, to *os.File) {
	t.Helper()
	const text = "20;01;PING\n"
	if _, err := from.WriteString(text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != text {
		t.Fatalf("%q arrives, %v; want %q", got, err, text)
	}
}
