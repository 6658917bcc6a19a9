package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/rs/zerolog/log"
)

const (
	usualPace   = 20 * time.Millisecond  // between two readings
	slowPace    = 100 * time.Millisecond // while a fault lasts so long that queues would overflow
	longFault   = 8 * time.Second
	commandPace = 500 * time.Millisecond
	maxBroken   = 10 // rounds that break a promise, before the rest is given up
)

// fault is what goes wrong in one round.
type fault struct {
	name  string
	lasts time.Duration
	begin func(*faultHouse)
	end   func(*faultHouse)
	// brief faults are those of the short run.
	brief bool
	// forgets: the gateway dies, and with it what it kept in memory only.
	forgets bool
	// only is the server that this can happen on; empty: all.
	only string
}

var faults = []fault{
	{name: "link cut", begin: func(h *faultHouse) { h.link.cut() }, brief: true},
	{name: "link gone", lasts: 2 * time.Second, begin: func(h *faultHouse) { h.link.close() }, end: func(h *faultHouse) { h.link.open() }},
	{name: "link half-open", lasts: 2 * time.Second, begin: trouble(link, swallow), end: mend(link), brief: true},
	{name: "link half-open until noticed", lasts: 35 * time.Second, begin: trouble(link, swallow), end: mend(link)},
	{name: "link deaf in one direction", lasts: 3 * time.Second, begin: func(h *faultHouse) { h.link.trouble(swallow(upstream)) }, end: mend(link)},
	{name: "link stalled", lasts: 2 * time.Second, begin: trouble(link, stall), end: mend(link)},
	{name: "link with a slow reader", lasts: 3 * time.Second, begin: func(h *faultHouse) { h.link.trouble(slow(upstream, 1)) }, end: mend(link), brief: true},
	{name: "link byte by byte", lasts: 2 * time.Second, begin: trouble(link, slice), end: mend(link), brief: true},
	{name: "server halted", lasts: 2 * time.Second, begin: pauseServer, end: resumeServer},
	{name: "server halted for a minute", lasts: time.Minute, begin: pauseServer, end: resumeServer},
	{name: "server killed", lasts: time.Second, begin: killServer, end: restartServer, brief: true},
	{name: "server gone", lasts: 20 * time.Second, begin: killServer, end: restartServer},
	{name: "domain taken by another", lasts: 3 * time.Second, begin: takeDomain, end: leaveDomain, only: "Prosody"},

	{name: "broker cut", begin: func(h *faultHouse) { h.bus.cut() }, brief: true},
	{name: "broker gone", lasts: 7 * time.Second, begin: func(h *faultHouse) { h.bus.close() }, end: func(h *faultHouse) { h.bus.open() }},
	{name: "broker half-open", lasts: 2 * time.Second, begin: trouble(bus, swallow), end: mend(bus)},
	{name: "broker stalled", lasts: 2 * time.Second, begin: trouble(bus, stall), end: mend(bus)},
	{name: "broker with a slow reader", lasts: 2 * time.Second, begin: func(h *faultHouse) { h.bus.trouble(slow(downstream, 1)) }, end: mend(bus)},
	{name: "broker byte by byte", lasts: 2 * time.Second, begin: trouble(bus, slice), end: mend(bus)},
	{name: "broker halted", lasts: 2 * time.Second, begin: pauseBroker, end: resumeBroker},
	{name: "broker halted for a minute", lasts: time.Minute, begin: pauseBroker, end: resumeBroker},
	{name: "broker killed", lasts: time.Second, begin: func(h *faultHouse) { h.broker.Kill() }, end: startBroker},

	{name: "gateway halted", lasts: 2 * time.Second, begin: signalGateway(syscall.SIGSTOP), end: signalGateway(syscall.SIGCONT), brief: true},
	{name: "gateway halted for a minute", lasts: time.Minute, begin: signalGateway(syscall.SIGSTOP), end: signalGateway(syscall.SIGCONT)},
	{name: "gateway killed", lasts: 500 * time.Millisecond, begin: func(h *faultHouse) { h.kill() }, end: func(h *faultHouse) { h.start() }, brief: true, forgets: true},
	{name: "gateway restarted", begin: func(h *faultHouse) { h.stop(); h.start() }},
}

func link(h *faultHouse) *faultLine { return h.link }
func bus(h *faultHouse) *faultLine  { return h.bus }

// trouble makes both directions of a line suffer.
func trouble(line func(*faultHouse) *faultLine, kind func(string) toxic) func(*faultHouse) {
	return func(h *faultHouse) { line(h).trouble(kind(upstream), kind(downstream)) }
}

func mend(line func(*faultHouse) *faultLine) func(*faultHouse) {
	return func(h *faultHouse) { line(h).mend() }
}

func (h *testHouse) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func pauseServer(h *faultHouse)  { h.must(h.server.Pause()) }
func resumeServer(h *faultHouse) { h.must(h.server.Resume()) }

// killServer also closes the line: a dead server refuses connections, and the line
// would accept them.
func killServer(h *faultHouse)    { h.server.Kill(); h.link.close() }
func restartServer(h *faultHouse) { h.startServer(); h.link.open() }

func pauseBroker(h *faultHouse)  { h.must(h.broker.Pause()) }
func resumeBroker(h *faultHouse) { h.must(h.broker.Resume()) }
func startBroker(h *faultHouse)  { h.must(h.broker.Start(h.t.Context())) }

func signalGateway(s syscall.Signal) func(*faultHouse) {
	return func(h *faultHouse) { h.must(h.gateway.Process.Signal(s)) }
}

// takeDomain logs another component in as the gateway's domain while the gateway
// cannot; leaveDomain ends it.
func takeDomain(h *faultHouse) {
	h.link.close()
	h.rival = startRival(h.t, h.server.ComponentAddr)
	h.link.open()
}

func leaveDomain(h *faultHouse) { h.rival() }

// TestFaults breaks what can break between gateway, server and broker, in an
// order that a seed gives, and sees after each round that nothing was lost and nothing
// told twice. Each
// brief fault comes once. `make faults` sets FAULTS to the number of rounds, of
// which each fault gets one and the brief ones the rest, and FAULTS_SEED to the
// time, so that each of its runs has an order of its own.
func TestFaults(t *testing.T) {
	seed := uint64(environment(t, "FAULTS_SEED", 1))
	rounds := int(environment(t, "FAULTS", 0))
	t.Logf("FAULTS_SEED=%d", seed)
	log.Logger = zerolog.Nop() // to which toxiproxy's toxics write
	for i, server := range faultServers() {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(seed, uint64(i)))
			h := newFaultHouse(t, server)
			order := faultOrder(chance, server.name, rounds)
			j := newJudge(h)
			for n, it := range order {
				h.round(j, fmt.Sprintf("round %d, %s", n+1, it.name), it)
				if j.broken == maxBroken {
					t.Fatalf("%d rounds broke promises; the others are left out", maxBroken)
				}
			}
			j.sum()
		})
	}
}

func environment(t *testing.T, name string, unset int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return unset
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// faultOrder draws the faults of so many rounds; 0 is the short run.
func faultOrder(chance *rand.Rand, server string, rounds int) []fault {
	var order, often []fault
	for _, it := range faults {
		if it.only != "" && it.only != server {
			continue
		}
		if rounds == 0 && it.brief || rounds > 0 {
			order = append(order, it)
		}
		if it.lasts < longFault {
			often = append(often, it)
		}
	}
	for len(order) < rounds {
		order = append(order, often[chance.IntN(len(often))])
	}
	chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// round lets one fault happen and judges what came of it.
func (h *faultHouse) round(j *judge, name string, it fault) {
	h.t.Helper()
	r := j.begin(name, it)
	pace := usualPace
	if it.lasts > longFault {
		pace = slowPace
	}
	h.set(pace, false)
	<-time.After(300 * time.Millisecond)
	it.begin(h)
	<-time.After(it.lasts)
	if it.end != nil {
		it.end(h)
	}
	if !j.judge(r) {
		j.broken++
	}
}
