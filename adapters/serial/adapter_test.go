package serial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"thingbridge/adapters"
	"thingbridge/adapters/adaptertest"
	"thingbridge/devices"
)

var lampOn = devices.Command{Device: "lamp", Property: "on", Value: devices.Boolean(true)}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Case{
		New: func(t *testing.T) adapters.Adapter {
			c := cable(t)
			go play(t, c.Device).obey("lamp")
			a, _ := speaking("test", c.Port, NewPorts())
			return a
		},
		Command: lampOn,
	})
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// A port that is pulled out and plugged in again fifty times is back each time, and
// nothing is left of the times before.
func TestReplug(t *testing.T) {
	const times = 50
	c := cable(t)
	a, log := speaking("attic", c.Port, NewPorts())
	s := run(t, a, log)
	var goroutines, files int
	for i := range times + 1 {
		hw := play(t, c.Device)
		hw.say(t, "lamp temperature "+strconv.Itoa(i)+"\n")
		s.house.awaitValue(t, "lamp temperature", devices.Number(float64(i)))
		s.house.awaitPresence(t, "lamp", devices.Online, patience)
		if i == 0 {
			goroutines, files = runtime.NumGoroutine(), descriptors(t)
		}
		if i == times {
			break
		}
		c.Unplug()
		s.house.awaitPresence(t, "lamp", devices.Offline, time.Second)
		hw.Close()
		if err := s.Execute(t.Context(), lampOn); !errors.Is(err, adapters.ErrUnavailable) {
			t.Fatalf("Execute without a port returns %v", err)
		}
		opened := s.Counts().Opened
		if err := c.Plug(t.Context()); err != nil {
			t.Fatal(err)
		}
		until(t, "the port is back", 2*time.Second, func() bool { return s.Counts().Opened > opened })
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("%d goroutines after %d rounds, %d before", n, times, goroutines)
	}
	if n := descriptors(t); n > files {
		t.Errorf("%d open files after %d rounds, %d before", n, times, files)
	}
	if n := log.count("the port cannot be used"); n > 10 {
		t.Errorf("%d lines in the log for %d rounds", n, times)
	}
}

// The second of two adapters on a port says who has it, and disturbs nobody. It takes
// over when the first ends.
func TestTwoAdaptersOnOnePort(t *testing.T) {
	c := cable(t)
	ports := NewPorts()
	a, log := speaking("first", c.Port, ports)
	first := run(t, a, log)
	hw := play(t, c.Device)
	hw.say(t, "lamp temperature 1\n")
	first.house.awaitValue(t, "lamp temperature", devices.Number(1))

	b, log := speaking("second", c.Port, ports)
	second := run(t, b, log)
	for e := range tapOf(t, ports, "second").Follow(t.Context()) {
		if e.Way == Event {
			if want := "in use by the adapter first of this gateway"; !strings.Contains(e.Text, want) {
				t.Errorf("the second says %q, want %q in it", e.Text, want)
			}
			break
		}
	}
	hw.say(t, "lamp temperature 2\n")
	first.house.awaitValue(t, "lamp temperature", devices.Number(2))
	first.stop()
	hw.say(t, "lamp temperature 3\n")
	second.house.awaitValue(t, "lamp temperature", devices.Number(3))
}

func tapOf(t *testing.T, ports *Ports, name string) *Tap {
	t.Helper()
	var tap *Tap
	until(t, name+" has a tap", patience, func() (ok bool) {
		tap, ok = ports.Tap(name)
		return ok
	})
	return tap
}

// A port that another program has is not touched, and the error names that program.
func TestBusyPort(t *testing.T) {
	c := cable(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	other := exec.CommandContext(ctx, "flock", c.Port, "cat")
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		in.Close()
		_ = other.Wait()
	}()
	path, err := filepath.EvalSymlinks(c.Port)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "flock has the port", patience, func() bool {
		return strings.HasPrefix(holderOf(path), fmt.Sprintf("process %d ", other.Process.Pid))
	})
	_, err = testSetup(place{path: c.Port}).open(t.Context())
	want := "in use by process " + strconv.Itoa(other.Process.Pid) + " (flock)"
	var trouble *Trouble
	if !errors.As(err, &trouble) || !strings.Contains(trouble.Problem, want) {
		t.Errorf("open: %v, want %q in it", err, want)
	}
}

func testSetup(at place) *setup {
	ports := NewPorts()
	return &setup{at: at, baud: 115200, dataBits: 8, parity: "none", stopBits: 1, claim: func(key string) (string, func()) { return ports.claim(key, "test") }}
}

// A port that is open gives itself back soon, although a read waits.
func TestCloseWhileReading(t *testing.T) {
	c := cable(t)
	s := testSetup(place{path: c.Port})
	for range 5 {
		port, err := s.open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			for {
				if _, err := port.Read(make([]byte, 10)); err != nil {
					done <- err
					return
				}
			}
		}()
		began := time.Now()
		if err := port.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		<-done
		if took := time.Since(began); took > time.Second {
			t.Errorf("closing took %s", took)
		}
		if err := port.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	}
}

// A device that reads nothing cannot make a write wait for ever.
func TestWriteIntoAFullPort(t *testing.T) {
	c := cable(t)
	port, err := testSetup(place{path: c.Port}).open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if err := (&process{c.PID()}).halt(t); err != nil {
		t.Fatal(err)
	}
	_, err = port.Write(make([]byte, 1<<20))
	if err == nil || !strings.Contains(err.Error(), "within 5s") {
		t.Errorf("Write: %v, want that it was not taken in time", err)
	}
	began := time.Now()
	if err := port.Close(); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("Close: %v after %s", err, time.Since(began))
	}
}

// process is socat, which stops to read.
type process struct{ pid int }

func (p *process) halt(t *testing.T) error {
	t.Cleanup(func() { _ = unix.Kill(p.pid, unix.SIGCONT) })
	return unix.Kill(p.pid, unix.SIGSTOP)
}

// A device that floods is read completely, in few updates, and disturbs no other port.
func TestFlood(t *testing.T) {
	const lines = 50_000
	loud, calm := cable(t), cable(t)
	ports := NewPorts()
	a, log := speaking("loud", loud.Port, ports)
	first := run(t, a, log)
	b, log := speaking("calm", calm.Port, ports)
	second := run(t, b, log)
	go play(t, calm.Device).obey("lamp")
	second.house.awaitPresence(t, "lamp", devices.Online, patience)
	hw := play(t, loud.Device)
	done := make(chan error, 1)
	go func() {
		text := strings.Repeat("attic temperature 20\n", 100)
		for range lines / 100 {
			if _, err := hw.WriteString(text); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for flooding := true; flooding; {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if err := second.Execute(ctx, lampOn); err != nil {
			t.Errorf("a command beside the flood: %v", err)
		}
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			flooding = false
		default:
		}
	}
	first.house.await(t, "all readings", patience, func(h *house) bool { return h.readings == lines })
	first.house.mu.Lock()
	defer first.house.mu.Unlock()
	if first.house.applied > lines/4 {
		t.Errorf("%d updates for %d readings", first.house.applied, lines)
	}
}

// What is behind TCP is a port too.
func TestTCP(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a, log := speaking("net", "tcp://"+listener.Addr().String(), NewPorts())
	s := run(t, a, log)
	for i := range 3 {
		conn, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte("lamp temperature " + strconv.Itoa(i) + "\n")); err != nil {
			t.Fatal(err)
		}
		s.house.awaitValue(t, "lamp temperature", devices.Number(float64(i)))
		if err := s.Execute(t.Context(), lampOn); err != nil {
			t.Errorf("Execute: %v", err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		s.house.awaitPresence(t, "lamp", devices.Offline, time.Second)
	}
	listener.Close()
	_, err = testSetup(a.at).open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "nobody listens on "+a.at.tcp) {
		t.Errorf("without a listener: %v", err)
	}
}
