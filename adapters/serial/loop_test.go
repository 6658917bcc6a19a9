package serial

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// aFake runs an adapter on one fake port in a bubble.
func aFake(t *testing.T, test func(t *testing.T, s *scene, f *fake)) {
	synctest.Test(t, func(t *testing.T) {
		a, log := speaking("attic", "tcp://fake:1", NewPorts())
		f := newFake()
		fakes(a, func(int) (*fake, error) { return f, nil })
		s := run(t, a, log)
		settle()
		test(t, s, f)
		s.stop()
	})
}

func (h *house) value(name string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.values[name].String()
}

func TestNoLineInAMegabyte(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		for range 1 << 20 / 1024 {
			f.in <- []byte(strings.Repeat("x", 1024))
			settle()
		}
		f.in <- []byte("\nlamp temperature 1\n")
		settle()
		if got := s.house.value("lamp temperature"); got != "1" {
			t.Errorf("after a megabyte without a line the temperature is %q, want 1", got)
		}
		if n := s.Counts().Noise; n < 1000 {
			t.Errorf("%d pieces of noise are counted", n)
		}
		if n := s.log.count("what came is no frame"); n != 1 {
			t.Errorf("%d lines in the log, want 1:\n%s", n, s.log)
		}
		time.Sleep(2 * time.Minute)
		f.in <- []byte(strings.Repeat("y", 1024))
		settle()
		if n := s.log.count("what came is no frame"); n != 2 {
			t.Errorf("noise that goes on is said %d times, want 2:\n%s", n, s.log)
		}
	})
}

func TestWrongBaudRateIsSuspected(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		for range 100 {
			f.in <- []byte("\xf8\x80\xe6\x98\x00\xfe\x1e\x9c\xf0\x80\n")
			settle()
		}
		time.Sleep(2 * time.Minute)
		f.in <- []byte("\xf8\x80\xe6\n")
		settle()
		if want := "this looks like a wrong baud rate"; !strings.Contains(s.log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, s.log)
		}
	})
}

func TestFaultIsSaidOnce(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		for range 50 {
			f.in <- []byte("lamp temperature nan?\n")
			settle()
		}
		if n := s.log.count("value cannot be read"); n != 1 {
			t.Errorf("a fault is said %d times, want once:\n%s", n, s.log)
		}
		if n := s.Counts().Faults; n != 50 {
			t.Errorf("%d faults are counted, want 50", n)
		}
	})
}

func TestPanicOfACodec(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		f.in <- []byte("panic\n")
		f.in <- []byte("lamp temperature 2\n")
		settle()
		if got := s.house.value("lamp temperature"); got != "2" {
			t.Errorf("after a panic the temperature is %q, want 2", got)
		}
		if s.Counts().Opened != 1 {
			t.Errorf("the port was opened %d times, want once", s.Counts().Opened)
		}
	})
}

// A port that vanishes as soon as it was opened is tried again, but not all the time.
func TestPortThatVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, log := speaking("attic", "tcp://fake:1", NewPorts())
		tries := 0
		fakes(a, func(n int) (*fake, error) {
			tries = n
			f := newFake()
			f.fail <- errGone
			return f, nil
		})
		s := run(t, a, log)
		time.Sleep(time.Minute)
		s.stop()
		if tries < 10 || tries > 20 {
			t.Errorf("%d tries in a minute, want 10 to 20", tries)
		}
		if n := log.count("the port cannot be used"); n > 2 {
			t.Errorf("%d lines in the log in a minute:\n%s", n, log)
		}
	})
}

func TestPortThatIsNotThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, log := speaking("attic", "tcp://fake:1", NewPorts())
		house := newHouse()
		house.records["words/device"] = "lamp"
		house.records["other/device"] = "stranger"
		fakes(a, func(int) (*fake, error) { return nil, fs.ErrNotExist })
		s := &scene{Adapter: a, house: house, log: log}
		s.start(t)
		settle()
		house.awaitPresence(t, "lamp", devices.Offline, time.Second)
		if house.announced != 1 {
			t.Errorf("%d devices are recalled, want 1", house.announced)
		}
		s.stop()
	})
}

func TestKeepAndRecall(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		f.in <- []byte("keep device lamp\n")
		settle()
		if got := s.house.records["words/device"]; got != "lamp" {
			t.Errorf("kept is %q, want lamp", got)
		}
		if sent := f.sent(); len(sent) != 2 || sent[1] != "kept\n" {
			t.Errorf("sent is %q, want that it is kept", sent)
		}
		s.house.mu.Lock()
		s.house.full = true
		s.house.mu.Unlock()
		f.in <- []byte("keep device attic\nlamp temperature 1\n")
		settle()
		if err := s.Execute(t.Context(), lampOn); err != nil {
			t.Errorf("a command while nothing can be kept: %v", err)
		}
		if sent := f.sent(); len(sent) != 3 {
			t.Errorf("sent is %q, want nothing of what could not be kept", sent)
		}
	})
}

func TestHungPortIsOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, log := speaking("attic", "tcp://fake:1", NewPorts())
		first, second := newFake(), newFake()
		fakes(a, func(n int) (*fake, error) { return []*fake{first, second}[n-1], nil })
		s := run(t, a, log)
		first.in <- []byte("lamp temperature 1\nhang\n")
		settle()
		s.house.awaitPresence(t, "lamp", devices.Offline, time.Millisecond)
		select {
		case <-first.closed:
		default:
			t.Error("the port that hangs is not closed")
		}
		time.Sleep(time.Second)
		second.in <- []byte("lamp temperature 2\n")
		settle()
		s.house.awaitPresence(t, "lamp", devices.Online, time.Millisecond)
		s.stop()
	})
}

func TestCommands(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		f.in <- []byte("lamp temperature 1\n")
		settle()
		if err := s.Execute(t.Context(), lampOn); err != nil {
			t.Errorf("what the port takes: %v", err)
		}
		slow := devices.Command{Device: "lamp", Property: "slow", Value: devices.Boolean(true)}
		done := make(chan error, 1)
		go func() { done <- s.Execute(t.Context(), slow) }()
		settle()
		if len(done) > 0 {
			t.Errorf("a command is done before it is confirmed: %v", <-done)
		}
		f.in <- []byte("ack\n")
		if err := <-done; err != nil {
			t.Errorf("what was confirmed: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Execute(ctx, slow); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("what is not confirmed in time: %v", err)
		}
		go func() { done <- s.Execute(t.Context(), slow) }()
		settle()
		f.fail <- errGone
		if err := <-done; !errors.Is(err, codec.ErrLost) {
			t.Errorf("when the port is lost: %v", err)
		}
		settle()
		if err := s.Execute(t.Context(), lampOn); !errors.Is(err, adapters.ErrUnavailable) {
			t.Errorf("without a port: %v", err)
		}
	})
}

func TestPortThatTakesNothing(t *testing.T) {
	aFake(t, func(t *testing.T, s *scene, f *fake) {
		f.in <- []byte("lamp temperature 1\n")
		settle()
		f.mu.Lock()
		f.stuck = true
		f.mu.Unlock()
		const callers = maxQueue + 10
		errs := make(chan error, callers)
		for range callers {
			go func() { errs <- s.Execute(t.Context(), lampOn) }()
		}
		settle()
		if n := len(errs); n != 10 {
			t.Errorf("%d commands are refused at once, want 10", n)
		}
		for range callers {
			if err := <-errs; err == nil {
				t.Fatal("a command that nobody took is done")
			}
		}
	})
}

func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := 3 * time.Second
		a, log := speaking("attic", "tcp://fake:1", NewPorts())
		a.cfg.Settle, a.line.Settle = &wait, wait
		f := newFake()
		fakes(a, func(int) (*fake, error) { return f, nil })
		s := run(t, a, log)
		time.Sleep(wait - time.Millisecond)
		if sent := f.sent(); len(sent) > 0 {
			t.Errorf("%q is written before the board has started", sent)
		}
		time.Sleep(2 * time.Millisecond)
		settle()
		if sent := f.sent(); len(sent) != 1 {
			t.Errorf("%q is written after that, want a greeting", sent)
		}
		s.stop()
	})
}

// Nothing is allocated for a frame, nor for what came in one read.
func TestNoAllocations(t *testing.T) {
	a, _ := speaking("attic", "tcp://fake:1", NewPorts())
	l := newLoop(a, newWords(), newHouse())
	l.sink = nothing{}
	chunk := []byte(strings.Repeat("lamp temperature 20.5\n", 100))
	for range MaxEntries {
		l.hear(chunk)
	}
	if n := testing.AllocsPerRun(100, func() { l.hear(chunk) }); n > 0 {
		t.Errorf("%g allocations for a read with 100 frames, want 0", n)
	}
}

// nothing is a sink that forgets.
type nothing struct{}

func (nothing) Apply(devices.Update)         {}
func (nothing) Settle(context.Context) error { return nil }

func BenchmarkHear(b *testing.B) {
	a, _ := speaking("attic", "tcp://fake:1", NewPorts())
	l := newLoop(a, newWords(), nothing{})
	const frames = 100
	chunk := []byte(strings.Repeat("lamp temperature 20.5\n", frames))
	b.ReportAllocs()
	for b.Loop() {
		l.hear(chunk)
	}
	perSecond := frames * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(perSecond, "frames/s")
	b.ReportMetric(100*11520/22/perSecond, "%core@115200")
}
