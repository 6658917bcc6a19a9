package mysensors_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/adapters/serial/mysensors/mysensorstest"
	"thingbridge/devices"
)

// live has a network and a controller live together for some time.
func (g *rig) live(n *mysensorstest.Network, d time.Duration) {
	g.t.Helper()
	end := g.now.Add(d)
	for {
		next := n.Advance(g.now)
		said := n.Said()
		for frame, err := range g.buffer.Take(g.it, said) {
			if err != nil {
				g.t.Fatal(err)
			}
			g.do(func(r *codec.Result) { g.it.Decode(r, bytes.Clone(frame), g.now) })
		}
		if len(g.sent) > 0 {
			for _, line := range g.takes() {
				n.Hear([]byte(line + "\n"))
			}
			continue
		}
		if len(said) > 0 {
			continue
		}
		if next.IsZero() || !g.due.IsZero() && g.due.Before(next) {
			next = g.due
		}
		if next.After(end) {
			g.now = end
			return
		}
		if !next.After(g.now) {
			next = g.now.Add(time.Millisecond)
		}
		g.now = next
		g.do(func(*codec.Result) {})
	}
}

// nodeOf returns the first node with a sketch.
func nodeOf(t *testing.T, n *mysensorstest.Network, sketch string) (*mysensorstest.Node, devices.ID) {
	t.Helper()
	for _, one := range n.Nodes() {
		if one.Sketch == sketch {
			return one, devices.ID(fmt.Sprintf("attic-%d", one.ID))
		}
	}
	t.Fatalf("no node with the sketch %s", sketch)
	return nil, ""
}

// awakened lets time pass until a node sleeps.
func (g *rig) untilAsleep(n *mysensorstest.Network, node *mysensorstest.Node) {
	g.t.Helper()
	for range 10_000 {
		if node.Asleep() {
			return
		}
		g.live(n, 100*time.Millisecond)
	}
	g.t.Fatalf("node %d does not sleep", node.ID)
}

func TestFiftyNodes(t *testing.T) {
	for _, loss := range []float64{0, 0.1} {
		t.Run(fmt.Sprintf("%.0f %% of what the radio carries is lost", 100*loss), func(t *testing.T) { fiftyNodes(t, loss) })
	}
}

func fiftyNodes(t *testing.T, loss float64) {
	g := newRig(t, mysensors.Config{}, nil)
	n := mysensorstest.New(mysensorstest.Config{Seed: 7, Loss: loss})
	n.Advance(g.now)
	g.do(func(r *codec.Result) { g.it.Opened(r, g.now) })
	g.live(n, 2*time.Hour)

	taken := make(map[int]bool)
	for _, node := range n.Nodes() {
		if node.ID == 0 || taken[node.ID] {
			t.Fatalf("node %s has the number %d, which is none or another's", node.Sketch, node.ID)
		}
		taken[node.ID] = true
		if node.Starts < 1 {
			t.Errorf("node %d has not presented itself", node.ID)
		}
		g.is(devices.ID(fmt.Sprintf("attic-%d", node.ID)), devices.Online)
	}
	if got := len(g.registry.All()); got != 50 {
		t.Errorf("%d devices, want 50", got)
	}
	if loss > 0 && n.Lost() == 0 {
		t.Error("nothing was lost")
	}
	g.obey(n)
	g.obeyAsleep(n)
	g.die(n)
	g.restart(n)
}

// obey tells nodes that listen something.
func (g *rig) obey(n *mysensorstest.Network) {
	g.t.Helper()
	t := g.t
	thermostat, id := nodeOf(t, n, "Thermostat")
	ticket := g.told(id, "target", devices.Number(22.5))
	g.live(n, 10*time.Second)
	g.settled(ticket, nil)
	g.has(id, "target", "22.5")
	if got := thermostat.Value(1, 45); got != "22.5" {
		t.Errorf("the thermostat has the setpoint %s, want 22.5", got)
	}
	g.live(n, 15*time.Minute)
	if twin, _ := g.registry.Get(id); warm(&twin) < 22 {
		t.Errorf("it is %s, want 22 to 22.5: the house is warm", twin.Reported("temperature"))
	}
	relays, id := nodeOf(t, n, "Relays")
	ticket = g.told(id, "on_fan", devices.Boolean(true))
	g.live(n, 10*time.Second)
	g.settled(ticket, nil)
	if relays.Value(1, 2) != "0" || relays.Value(2, 2) != "1" {
		t.Error("the wrong relay is on")
	}
	_, id = nodeOf(t, n, "Blind")
	ticket = g.told(id, "command", devices.Text("close"))
	g.live(n, 10*time.Minute)
	g.settled(ticket, nil)
	g.has(id, "position", "0")
	g.has(id, "state", "closed")
	_, id = nodeOf(t, n, "Greenhouse")
	if twin, _ := g.registry.Get(id); twin.Device.Properties[2].Unit != "mm" || twin.Reported("moisture_level").IsZero() {
		t.Errorf("the greenhouse is %+v", twin.Device.Properties)
	}
}

func warm(twin *devices.Twin) float64 {
	n, _ := twin.Reported("temperature").Number()
	return n
}

// obeyAsleep tells a node that sleeps something: twice, of which the second counts.
func (g *rig) obeyAsleep(n *mysensorstest.Network) {
	g.t.Helper()
	valve, id := nodeOf(g.t, n, "Radiator")
	g.untilAsleep(n, valve)
	g.settled(g.told(id, "target", devices.Number(17)), nil)
	g.settled(g.told(id, "target", devices.Number(17.5)), nil)
	if sent := g.takes(); len(sent) > 0 {
		g.t.Errorf("a node that sleeps was sent %q", sent)
	}
	g.has(id, "target", "20")
	g.live(n, 16*time.Minute)
	g.has(id, "target", "17.5")
	if got := valve.Value(1, 45); got != "17.5" {
		g.t.Errorf("the radiator has the setpoint %s, want 17.5", got)
	}
	for key := range g.kept {
		if len(key) > 6 && key[:6] == "order/" {
			g.t.Errorf("%s is kept though it was carried out", key)
		}
	}
}

// die has a node that listens and one that sleeps die.
func (g *rig) die(n *mysensorstest.Network) {
	g.t.Helper()
	dimmer, listens := nodeOf(g.t, n, "Dimmer")
	climate, sleeps := nodeOf(g.t, n, "Climate")
	motion, _ := nodeOf(g.t, n, "Motion")
	dimmer.Dead, climate.Dead, motion.Numb = true, true, true
	ticket := g.told(listens, "brightness", devices.Number(50))
	g.live(n, 10*time.Second)
	g.settled(ticket, codec.ErrNoAnswer)
	g.live(n, 8*time.Minute)
	g.is(sleeps, devices.Online)
	g.live(n, 20*time.Minute)
	g.is(sleeps, devices.Unknown)
	g.live(n, 24*time.Hour)
	g.is(sleeps, devices.Offline)
	if twin, _ := g.registry.Get(listens); twin.Availability == devices.Online {
		g.t.Errorf("%s is dead for a day, and online", listens)
	}
}

// restart has the gateway killed: it finds its nodes and their names again, and the
// numbers that were given.
func (g *rig) restart(n *mysensorstest.Network) {
	g.t.Helper()
	relays, id := nodeOf(g.t, n, "Relays")
	valve, asleep := nodeOf(g.t, n, "Radiator")
	g.untilAsleep(n, valve)
	g.told(asleep, "target", devices.Number(21))
	before, _ := g.registry.Get(id)

	again := newRig(g.t, mysensors.Config{}, g.kept)
	again.now = g.now
	n.Restart()
	again.do(func(r *codec.Result) { again.it.Opened(r, again.now) })
	if got, _ := again.registry.Get(id); names(got.Device) != names(before.Device) || got.Device.Name != before.Device.Name {
		g.t.Errorf("after a restart %s is %q with %s, want %q with %s", id, got.Device.Name, names(got.Device), before.Device.Name, names(before.Device))
	}
	again.told(id, "on_fan", devices.Boolean(false))
	again.live(n, 16*time.Minute)
	if got := relays.Value(2, 2); got != "0" {
		g.t.Errorf("the fan is %s, want 0", got)
	}
	if got := valve.Value(1, 45); got != "21.0" {
		g.t.Errorf("the radiator has the setpoint %s, want the 21.0 of before the restart", got)
	}
}

func TestAGatewayThatHangs(t *testing.T) {
	g := newRig(t, mysensors.Config{}, nil)
	n := mysensorstest.New(mysensorstest.Config{Seed: 1, Nodes: 3})
	n.Advance(g.now)
	g.do(func(r *codec.Result) { g.it.Opened(r, g.now) })
	g.live(n, time.Hour)
	if g.hung > 0 {
		t.Fatal("a gateway that answers is said to hang")
	}
	n.Hang(true)
	g.live(n, 2*time.Minute)
	if g.hung == 0 {
		t.Error("nobody says that the gateway does not answer")
	}
	g.do(func(r *codec.Result) { g.it.Lost(r) })
	for _, twin := range g.registry.All() {
		g.is(twin.Device.ID, devices.Offline)
	}
}
