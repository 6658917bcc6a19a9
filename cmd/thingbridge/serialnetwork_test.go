package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
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
	lost string          // the node that the radio does not reach; empty: none
	news chan struct{}   // closed at each line
}

// newNetwork has a network live at the end of a cable until the hardware is unplugged.
func newNetwork(t *testing.T) (*network, *labtest.Hardware) {
	n := &network{
		t: t, it: mysensorstest.New(mysensorstest.Config{Seed: 3, Nodes: networkNodes, Fixed: networkNodes - networkAsks}),
		seen: make(map[string]bool), news: make(chan struct{}), lost: strconv.Itoa(networkLast),
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
	half []byte // of a line that is coming
	next []byte // lines that the network has still to hear
}

// Write is what the network says, in whole lines.
func (l *listened) Write(b []byte) (int, error) {
	if _, err := io.WriteString(l.ReadWriter, l.n.pass("< ", string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// Read is what it hears.
func (l *listened) Read(b []byte) (int, error) {
	for len(l.next) == 0 {
		size, err := l.ReadWriter.Read(b)
		if err != nil {
			return 0, err
		}
		l.half = append(l.half, b[:size]...)
		whole := 1 + bytes.LastIndexByte(l.half, '\n')
		l.next = append(l.next, l.n.pass("> ", string(l.half[:whole]))...)
		l.half = l.half[whole:]
	}
	size := copy(b, l.next)
	l.next = l.next[size:]
	return size, nil
}

// pass takes note of lines, and returns those that the radio does not lose.
func (n *network) pass(way, text string) (passed string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for line := range strings.Lines(text) {
		if n.lost == "" || !strings.HasPrefix(line, n.lost+";") {
			passed += line
			n.seen[way+strings.TrimSuffix(line, "\n")] = true
		}
	}
	close(n.news)
	n.news = make(chan struct{})
	return passed
}

// lose has the radio lose what goes to and from a node; "": nothing any more.
func (n *network) lose(node string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lost = node
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
)

// Fifty nodes, some of which ask for numbers, become contacts though the gateway is
// killed meanwhile. Then one is told something that listens, and one that sleeps and
// hears of it when it wakes, after another kill.
func TestANetworkOfFiftyNodes(t *testing.T) {
	n, hardware := newNetwork(t)
	h := newTestHouse(t, "")
	h.withPorts(fmt.Sprintf("  - {name: attic, kind: serial, port: %s, codec: mysensors}\n", hardware.Port))
	h.start()
	n.await(numberGiven, networkLast)
	h.kill()
	h.start()
	n.await(numberGiven, networkLast+1) // while nothing was heard of the last
	n.lose("")
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
	n.lose(valve)
	anna.Send(thing, "set 17.5")
	anna.Expect(messageWith("Target: 17.5 °C is asked for; the device has not confirmed it yet."))
	h.kill()
	n.lose("")
	h.start()
	anna.Expect(presenceFrom(thing, "→ 17.5"))
	anna.Send(thing, "get target")
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Message && e.Body == "Target: 17.5 °C" })

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
			if got := node.Value(1, 45); got != "17.5" {
				t.Errorf("the radiator has the setpoint %s, want 17.5", got)
			}
		}
	}
}
