package gateway_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/xmpp"
)

const (
	feedEvery = 250 * time.Millisecond // between two readings
	linkBack  = 10 * time.Second       // from the end of a fault until new readings arrive
)

// The faults that take long in a real house. Whatever the server does, for however
// long: no reading that the queue can hold is lost, none has two ids, what was
// asked is answered, the contact is right, and not one goroutine is left over.
func TestServerFaultsLoseNothing(t *testing.T) {
	tests := []struct {
		name       string
		begin, end func(*fakeServer)
		lasts      time.Duration
	}{
		{name: "cut", begin: (*fakeServer).hangUp},
		{
			name:  "gone for ten minutes",
			begin: func(s *fakeServer) { s.change(func(s *fakeServer) { s.gone = true }); s.hangUp() },
			end:   func(s *fakeServer) { s.change(func(s *fakeServer) { s.gone = false }) },
			lasts: 10 * time.Minute,
		},
		{
			name:  "gone for four minutes",
			begin: func(s *fakeServer) { s.change(func(s *fakeServer) { s.gone = true }); s.hangUp() },
			end:   func(s *fakeServer) { s.change(func(s *fakeServer) { s.gone = false }) },
			lasts: 4 * time.Minute,
		},
		{name: "halted for five seconds", begin: (*fakeServer).halt, end: (*fakeServer).resume, lasts: 5 * time.Second},
		{name: "halted for a minute", begin: (*fakeServer).halt, end: (*fakeServer).resume, lasts: time.Minute},
		{name: "halted for ten minutes", begin: (*fakeServer).halt, end: (*fakeServer).resume, lasts: 10 * time.Minute},
		{
			name:  "half-open for a minute",
			begin: func(s *fakeServer) { s.change(func(s *fakeServer) { s.swallow = true }) },
			end:   func(s *fakeServer) { s.change(func(s *fakeServer) { s.swallow = false }); s.hangUp() },
			lasts: time.Minute,
		},
		{
			name:  "byte by byte",
			begin: func(s *fakeServer) { s.change(func(s *fakeServer) { s.slice = true }) },
			end:   func(s *fakeServer) { s.change(func(s *fakeServer) { s.slice = false }) },
			lasts: 10 * time.Second,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newFaultyHouse(t)
				defer h.stop()
				h.feed(10 * time.Second)
				before := h.goroutines()
				h.ask("before")
				test.begin(h.server)
				h.feed(test.lasts)
				h.ask("meanwhile")
				if test.end != nil {
					test.end(h.server)
				}
				took := h.awaitNext(linkBack)
				t.Logf("readings arrive again after %v", took)
				h.ask("after")
				h.feed(30 * time.Second)
				h.judge()
				if after := h.goroutines(); after != before {
					t.Errorf("%d goroutines, want %d as before", after, before)
				}
			})
		})
	}
}

// faultyHouse is a bridge with a real link to a server that fails.
type faultyHouse struct {
	t      *testing.T
	server *fakeServer
	source *devices.Source
	next   int             // number of the next reading
	asked  map[string]bool // the threads of questions that came while there was a stream
	stop   func()
}

func newFaultyHouse(t *testing.T) *faultyHouse {
	t.Helper()
	h := &faultyHouse{t: t, server: newFakeServer(t), asked: make(map[string]bool)}
	with := settings()
	with.Presence.Interval = 0
	with.Feeds = []gateway.FeedConfig{{To: must(xmpp.ParseJID("scripts@home.test")), Devices: "*"}}
	registry, keep := devices.NewRegistry(), newShelf()
	h.source = registry.Source("house", &relay{})
	h.apply(devices.Update{
		Announced:    []*devices.Device{{ID: "boiler", Name: "Boiler", Properties: []devices.Property{{Name: "temperature", Type: devices.TypeNumber, Unit: "°C"}}}},
		Availability: []devices.Presence{{Device: "boiler", Availability: devices.Online}},
	})
	bridge := must(gateway.New(t.Context(), gateway.Parts{
		Identity: gateway.Component{Domain: domain}, Registry: registry,
		Link:          xmpp.NewComponent(xmpp.ComponentConfig{Domain: domain, Server: "fake", Dial: h.server.dial}, zerolog.Nop()),
		Outbox:        must(outbox.New(t.Context(), keep, outbox.Config{Log: zerolog.Nop()})),
		Subscriptions: keep, Languages: keep, Questions: keep, Rooms: keep, Version: "test", Log: zerolog.Nop(),
	}, with))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = bridge.Run(ctx) })
	h.stop = func() { cancel(); running.Wait(); h.server.hangUp(); h.server.serving.Wait() }
	synctest.Wait()
	h.server.say("<presence type='subscribe' from='anna@home.test' to='boiler@things.home.test'/>")
	return h
}

func (h *faultyHouse) apply(u devices.Update) {
	h.t.Helper()
	if err := h.source.Apply(u); err != nil {
		h.t.Fatal(err)
	}
}

func (h *faultyHouse) read() {
	h.apply(devices.Update{Readings: []devices.Reading{
		{Device: "boiler", Property: "temperature", Value: devices.Number(float64(h.next)), At: time.Now()},
	}})
	h.next++
}

// feed makes readings for as long.
func (h *faultyHouse) feed(lasts time.Duration) {
	for end := time.Now().Add(lasts); time.Now().Before(end); <-time.After(feedEvery) {
		h.read()
	}
}

// ask asks the boiler something, and expects an answer if there is a stream that
// brings the question.
func (h *faultyHouse) ask(thread string) {
	synctest.Wait()
	if s := h.server; s.gone || s.swallow || len(s.conns) == 0 {
		return
	}
	select {
	case <-h.server.goes:
	default:
		return
	}
	h.asked[thread] = true
	h.server.say("<message type='chat' from='anna@home.test/x' to='boiler@things.home.test' id='" + thread +
		"'><body>status</body><thread>" + thread + "</thread></message>")
}

// awaitNext makes readings until one of them has arrived.
func (h *faultyHouse) awaitNext(most time.Duration) time.Duration {
	h.t.Helper()
	began, first := time.Now(), h.next
	for time.Since(began) <= most {
		h.read()
		<-time.After(feedEvery)
		synctest.Wait()
		if h.ids(first) != nil {
			return time.Since(began)
		}
	}
	h.t.Fatalf("no reading made after the fault arrived within %v", most)
	return 0
}

// ids returns how often a reading came, by id.
func (h *faultyHouse) ids(n int) map[string]int {
	h.server.mu.Lock()
	defer h.server.mu.Unlock()
	return h.server.fed[fmt.Sprintf("temperature: %d °C", n)]
}

func (h *faultyHouse) judge() {
	h.t.Helper()
	synctest.Wait()
	lost, twice := 0, 0
	for n := range h.next {
		switch ids := h.ids(n); {
		case len(ids) == 0:
			lost++
		case len(ids) > 1:
			twice++
		}
	}
	if lost > 0 || twice > 0 {
		h.t.Errorf("of %d readings %d are lost, %d came under two ids", h.next, lost, twice)
	}
	h.server.mu.Lock()
	defer h.server.mu.Unlock()
	for thread := range h.asked {
		if n := len(h.server.threads[thread]); n != 1 {
			h.t.Errorf("what was asked %s the fault was answered %d times", thread, n)
		}
	}
	if want := fmt.Sprintf("%d °C", h.next-1); !strings.HasPrefix(h.server.status, want) {
		h.t.Errorf("the contact shows %q, want %q", h.server.status, want)
	}
}

// goroutines returns how many there are when all is at rest.
func (h *faultyHouse) goroutines() int {
	synctest.Wait()
	return runtime.NumGoroutine()
}
