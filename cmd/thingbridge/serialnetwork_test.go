package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"thingbridge/adapters/serial/mysensors/mysensorstest"
	"thingbridge/deploy/lab/labtest"
)

const (
	networkNodes = 50
	networkAsks  = 14 // of these, for a number; the gateway gives one in a second, from 1 on
	networkLast  = 7  // the number that is given before the gateway is killed
	networkSpeed = 20 // seconds of the network in each
)

// network is a MySensors network behind a port, of which is heard what passes.
type network struct {
	t    *testing.T
	it   *mysensorstest.Network // not while it lives
	mu   sync.Mutex
	seen map[string]bool // lines, by which way they went: "< " from the network, "> " to it
	mute string          // how lines of seen begin that the radio loses; empty: none
	news chan struct{}   // closed at each line
}

// newNetwork has a network live at the end of a cable until the hardware is unplugged.
func newNetwork(t *testing.T) (*network, *labtest.Hardware) {
	n := &network{
		t: t, it: mysensorstest.New(mysensorstest.Config{Seed: 3, Nodes: networkNodes, Fixed: networkNodes - networkAsks}),
		seen: make(map[string]bool), news: make(chan struct{}), mute: fmt.Sprintf("< %d;", networkLast),
	}
	for _, node := range n.it.Nodes() { // nobody here waits for minutes
		node.Every = min(node.Every, time.Minute)
	}
	clock := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	return n, labtest.NewLiveHardware(t, func(line io.ReadWriter) {
		began := time.Now()
		// Its line is closed before it is told to end, so that the error is of that.
		_ = n.it.Serve(context.Background(), &listened{ReadWriter: line, n: n}, clock, networkSpeed)
		clock = clock.Add(time.Duration(float64(time.Since(began)) * networkSpeed))
	})
}

// listened is a line on which somebody listens.
type listened struct {
	io.ReadWriter
	n    *network
	half []byte // of a line that the network is hearing
}

// Write is what the network says, in whole lines.
func (l *listened) Write(b []byte) (int, error) {
	if _, err := io.WriteString(l.ReadWriter, l.n.note("< ", string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Read is what it hears.
func (l *listened) Read(b []byte) (int, error) {
	size, err := l.ReadWriter.Read(b)
	l.half = append(l.half, b[:size]...)
	whole := 1 + bytes.LastIndexByte(l.half, '\n')
	l.n.note("> ", string(l.half[:whole]))
	l.half = l.half[whole:]
	return size, err
}

// note takes note of lines, and returns those that the radio does not lose.
func (n *network) note(way, text string) (passed string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for line := range strings.Lines(text) {
		if line = way + line; n.mute != "" && strings.HasPrefix(line, n.mute) {
			continue
		}
		passed += strings.TrimPrefix(line, way)
		n.seen[strings.TrimSuffix(line, "\n")] = true
	}
	close(n.news)
	n.news = make(chan struct{})
	return passed
}

// hear lets all nodes be heard.
func (n *network) hear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mute = ""
}

// found returns the different first groups of an expression in what was seen.
func (n *network) found(expression string) []string {
	of, distinct := regexp.MustCompile(expression), make(map[string]bool)
	n.mu.Lock()
	defer n.mu.Unlock()
	for line := range n.seen {
		if match := of.FindStringSubmatch(line); match != nil {
			distinct[match[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(distinct))
}

// await waits until an expression was seen with so many different first groups, and
// returns them.
func (n *network) await(expression string, times int) []string {
	n.t.Helper()
	for limit := time.After(3 * patience); ; {
		n.mu.Lock()
		news := n.news
		n.mu.Unlock()
		found := n.found(expression)
		if len(found) >= times {
			return found
		}
		select {
		case <-news:
		case <-limit:
			n.t.Fatalf("%s was seen with %q, want %d", expression, found, times)
		}
	}
}

// Expressions of lines of which the first group is the number of a node.
const (
	numberGiven = `^> 255;255;3;0;4;(\d+)$`
	presented   = `^< (\d+);255;3;0;12;1\.0$`
	sketched    = `^< (\d+);255;3;0;11;%s$`
	toldTarget  = `^> (%s);1;1;1;45;%s$`
	saidTarget  = `^< (%s);1;1;[01];45;%s$`
)

// Fifty nodes, some of which ask for numbers, become contacts while the gateway is killed; then one
// is told something that listens, and one that sleeps and hears of it when it wakes,
// after another kill.
func TestANetworkOfFiftyNodes(t *testing.T) {
	n, hardware := newNetwork(t)
	h := newTestHouse(t, "")
	h.withPorts(fmt.Sprintf("  - {name: attic, kind: serial, port: %s, codec: mysensors}\n", hardware.Port))
	h.start()
	n.await(numberGiven, networkLast)
	h.kill()
	h.start()
	n.await(numberGiven, networkLast+1) // while nothing was heard of the last
	n.hear()
	n.await(presented, networkNodes)
	anna := h.client("anna")
	h.awaitTimes("connected to the XMPP server", 2)
	const items = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
	contacts := 0
	if !h.until(patience, func() bool {
		contacts = strings.Count(anna.Get(inboxHouse, items).XML, `jid="attic-`)
		return contacts == networkNodes
	}) {
		t.Errorf("%d nodes are contacts, want %d", contacts, networkNodes)
	}

	heater := n.await(fmt.Sprintf(sketched, "Thermostat"), 1)[0]
	thing := "attic-" + heater + "@things.home.test"
	anna.Subscribe(thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, "→ 19.0"))
	anna.Send(thing, "set 22.5")
	n.await(fmt.Sprintf(toldTarget, heater, `22\.5`), 1)
	anna.Expect(messageWith("Target: 22.5 °C."))

	valve := n.await(fmt.Sprintf(sketched, "Radiator"), 1)[0]
	thing = "attic-" + valve + "@things.home.test"
	anna.Subscribe(thing)
	anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(thing, "→ 20.0"))
	target := n.tellAsleep(h, anna, thing, valve)
	h.start()
	anna.Expect(presenceFrom(thing, "→ "+target))
	anna.Send(thing, "get target")
	anna.Expect(messageWith("Target: " + strings.TrimSuffix(target, ".0") + " °C"))

	hardware.Unplug() // the network lives no more
	taken := make(map[int]bool)
	for _, node := range n.it.Nodes() {
		if node.ID == 0 || taken[node.ID] {
			t.Errorf("node %s has the number %d, which is none or another's", node.Sketch, node.ID)
		}
		taken[node.ID] = true
		switch fmt.Sprint(node.ID) {
		case heater:
			if got := node.Value(1, 45); got != "22.5" {
				t.Errorf("the thermostat has the setpoint %s, want 22.5", got)
			}
		case valve:
			if got := node.Value(1, 45); got != target {
				t.Errorf("the radiator has the setpoint %s, want %s", got, target)
			}
		}
	}
}

// tellAsleep tells a node that sleeps a setpoint, kills the gateway before the node has
// heard of it, and returns the setpoint. Should the node wake meanwhile, it is told
// another one.
func (n *network) tellAsleep(h *testHouse, user *labtest.Client, thing, node string) (target string) {
	h.t.Helper()
	for try := range 10 {
		target = fmt.Sprintf("%d.5", 10+try)
		user.Send(thing, "set "+target)
		user.Expect(messageWith("Target: " + target + " °C"))
		h.kill()
		if len(n.found(fmt.Sprintf(saidTarget, node, regexp.QuoteMeta(target)))) == 0 {
			return target
		}
		h.start()
		user.Expect(presenceFrom(thing, "→ "+target))
	}
	h.t.Fatal("the node never sleeps")
	return ""
}
