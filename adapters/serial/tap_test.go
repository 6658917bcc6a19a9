package serial

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/devices"
)

func TestTapShowsWhatPasses(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		f.in <- []byte("lamp temperature 21.5\nlamp temperature \"no\\\"\n" + strings.Repeat("x", 90) + "\n")
		settle()
		tap, ok := s.ports.Tap("attic")
		if byPort, same := s.ports.Tap("tcp://fake:1"); !ok || !same || byPort != tap || len(s.ports.Taps()) != 1 {
			t.Fatal("the tap is not found by the name and by the port of its adapter")
		}
		var text []byte
		for _, e := range tap.Recent() {
			text = append(e.AppendText(text), '\n')
		}
		const stamp = "15:04:05.000 "
		opened, at := time.Now().Add(-4*gather).Format(stamp), time.Now().Add(-2*gather).Format(stamp)
		want := opened + "*  open: fake:1\n" +
			opened + "> hello\\n  WORDS: hello\n" +
			at + "< lamp temperature 21.5  WORDS: lamp temperature 21.5  [lamp temperature=21.5]\n" +
			at + `< lamp temperature "no\\"  WORDS: lamp temperature "no\"  ! device lamp: temperature: got "\"no\\\"", want a number` + "\n" +
			at + "? " + strings.Repeat("x", 90) + "\\n  ! a line of 90 bytes, want at most 80\n"
		if string(text) != want {
			t.Errorf("got:\n%swant:\n%s", text, want)
		}
	})
}

func TestTapFollows(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		tap, _ := s.ports.Tap("attic")
		seen := make(chan Entry, 10)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for e := range tap.Follow(ctx) {
				seen <- e
			}
		}()
		settle()
		if len(seen) != 2 {
			t.Fatalf("%d entries at first, want 2", len(seen))
		}
		f.in <- []byte("lamp temperature 1\n")
		settle()
		if len(seen) != 3 {
			t.Errorf("%d entries then, want 3", len(seen))
		}
		cancel()
		<-ended

		ended = make(chan struct{})
		go func() {
			defer close(ended)
			for range tap.Follow(t.Context()) {
			}
		}()
		s.stop()
		<-ended // when the adapter stops
		if len(s.ports.Taps()) != 0 {
			t.Error("an adapter that has stopped still has a tap")
		}
	})
}

// Who looks slowly loses entries, is told how many, and holds up nobody.
func TestSlowTapLosesEntries(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		tap, _ := s.ports.Tap("attic")
		const frames = 1000
		total, missed := uint64(0), uint64(0)
		for e := range tap.Follow(t.Context()) {
			if total++; total == 1 {
				for i := range frames {
					f.in <- fmt.Appendf(nil, "lamp temperature %d\n", i)
				}
				time.Sleep(frames * gather)
				settle()
				if got := s.house.value("lamp temperature"); got != fmt.Sprint(frames-1) {
					t.Fatalf("the port waits for who looks: %s", got)
				}
			}
			missed += e.Missed
			if e.Number == frames+2 { // the opening, and the greeting
				break
			}
		}
		if total+missed != frames+2 || missed != frames+1-MaxEntries {
			t.Errorf("%d entries are shown and %d lost, want %d together", total, missed, frames+2)
		}
	})
}

// What is kept of a frame is bounded, and half of one is not explained.
func TestTapIsBounded(t *testing.T) {
	tap := newTap("a", "b", func(dst, _ []byte) []byte { return append(dst, "explained"...) })
	readings := make([]devices.Reading, 2*maxEntryParts)
	for range 2 * MaxEntries {
		tap.add(time.Now(), Received, make([]byte, 2*MaxEntryBytes), readings, nil)
	}
	all := tap.Recent()
	if e := all[0]; len(all) != MaxEntries || len(e.Bytes) != MaxEntryBytes || e.Size != 2*MaxEntryBytes || len(e.Readings) != maxEntryParts || e.Text != "" {
		t.Errorf("%d entries, the first with %d of %d bytes, %d readings, explained as %q", len(all), len(e.Bytes), e.Size, len(e.Readings), e.Text)
	}
	if text := string(all[0].AppendText(nil)); !strings.Contains(text, "0000… (4096 bytes)") {
		t.Errorf("it is shown as %.200q", text)
	}
}
