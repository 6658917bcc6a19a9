package serial

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

// patience is for what happens at once, on a busy machine.
const patience = 15 * time.Second

// house is a sink that knows what it was told, and can wait for it.
type house struct {
	mu        sync.Mutex
	changed   chan struct{} // closed at each update
	present   map[devices.ID]devices.Availability
	values    map[string]devices.Value // by "device property"
	readings  int
	applied   int // updates with readings
	records   map[string]string
	announced int
	full      bool // nothing can be kept
}

var _ adapters.Archive = (*house)(nil)

func newHouse() *house {
	return &house{
		changed: make(chan struct{}), present: make(map[devices.ID]devices.Availability),
		values: make(map[string]devices.Value), records: make(map[string]string),
	}
}

func (h *house) Apply(u devices.Update) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.announced += len(u.Announced)
	for _, p := range u.Availability {
		h.present[p.Device] = p.Availability
	}
	for _, r := range u.Readings {
		h.values[string(r.Device)+" "+r.Property] = r.Value
	}
	for _, id := range u.Removed {
		delete(h.present, id)
	}
	h.readings += len(u.Readings)
	h.applied += min(len(u.Readings), 1)
	h.wake()
}

func (h *house) wake() {
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *house) Settle(ctx context.Context) error { return ctx.Err() }

func (h *house) Records(_ context.Context, each func(key string, value []byte)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for key, value := range h.records {
		each(key, []byte(value))
	}
	return nil
}

func (h *house) Keep(_ context.Context, records []adapters.Record) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.full {
		return errors.New("the disk is full")
	}
	for _, r := range records {
		if h.records[r.Key] = string(r.Value); r.Value == nil {
			delete(h.records, r.Key)
		}
	}
	h.wake()
	return nil
}

// await waits until what is known is as it should be.
func (h *house) await(t testing.TB, what string, within time.Duration, ok func(*house) bool) {
	t.Helper()
	deadline := time.NewTimer(within)
	defer deadline.Stop()
	for {
		h.mu.Lock()
		done, changed := ok(h), h.changed
		h.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

func (h *house) awaitPresence(t testing.TB, id devices.ID, want devices.Availability, within time.Duration) {
	t.Helper()
	h.await(t, string(id)+" is "+want.String(), within, func(h *house) bool { return h.present[id] == want })
}

func (h *house) awaitValue(t testing.TB, name string, want devices.Value) {
	t.Helper()
	h.await(t, name+" is "+want.String(), patience, func(h *house) bool { return h.values[name] == want })
}

// until waits for what nobody tells of.
func until(t testing.TB, what string, within time.Duration, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(within); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// notes is a log that can be read while it is written.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

func (n *notes) count(part string) int { return bytes.Count([]byte(n.String()), []byte(part)) }

// scene is an adapter at work.
type scene struct {
	*Adapter
	house *house
	log   *notes
	stop  func()
}

// run runs an adapter that speaks words, until the end of the test or stop.
func run(t testing.TB, a *Adapter, log *notes) *scene {
	t.Helper()
	s := &scene{Adapter: a, house: newHouse(), log: log}
	s.start(t)
	return s
}

func (s *scene) start(t testing.TB) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, s.house) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(s.stop)
}

func speaking(name, port string, ports *Ports) (*Adapter, *notes) {
	log := &notes{}
	cfg := DefaultConfig()
	cfg.Port, cfg.Codec = port, "words"
	return newAdapter(name, cfg, zerolog.New(log), ports, wordsProtocols()), log
}

// cable plugs in a cable for the test.
func cable(t testing.TB) *lab.Cable {
	t.Helper()
	c, err := lab.StartSocat(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// hardware is who plays the device at the other end.
type hardware struct{ *os.File }

func play(t testing.TB, path string) hardware {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return hardware{f}
}

func (h hardware) say(t testing.TB, lines string) {
	t.Helper()
	if _, err := io.WriteString(h, lines); err != nil {
		t.Fatal(err)
	}
}

// obey answers until the cable is unplugged: "hello" by the value of the device, and
// what is set by that value.
func (h hardware) obey(device string) {
	lines := bufio.NewScanner(h)
	for lines.Scan() {
		answer := device + " temperature 21.5\n"
		if rest, ok := bytes.CutPrefix(lines.Bytes(), []byte("set ")); ok {
			answer = string(rest) + "\n"
		}
		if _, err := io.WriteString(h, answer); err != nil {
			return
		}
	}
}
