package main

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
)

func thing(id devices.ID) *devices.Device {
	return &devices.Device{ID: id, Name: "Thing " + string(id), Properties: []devices.Property{{Name: "level", Type: devices.TypeNumber}}}
}

func level(id devices.ID, n float64) devices.Reading {
	return devices.Reading{Device: id, Property: "level", Value: devices.Number(n)}
}

// brief writes an update in a line.
func brief(u devices.Update) string {
	text := ""
	for _, d := range u.Announced {
		text += " +" + string(d.ID)
	}
	for _, p := range u.Availability {
		text += " " + string(p.Device) + ":" + p.Availability.String()
	}
	for _, r := range u.Readings {
		text += " " + string(r.Device) + "=" + r.Value.String()
	}
	for _, id := range u.Removed {
		text += " -" + string(id)
	}
	return text
}

func TestTheGateHoldsWhatNobodyAccepted(t *testing.T) {
	now := time.Now()
	g := newGate(decisions{Accepted: []devices.ID{"in"}, Refused: []devices.ID{"out"}}, []devices.ID{"declared"})
	u := devices.Update{
		Announced:    []*devices.Device{thing("in"), thing("new"), thing("out"), thing("declared"), {ID: "Bad ID"}},
		Availability: []devices.Presence{{Device: "new", Availability: devices.Online}, {Device: "in", Availability: devices.Online}},
		Readings:     []devices.Reading{level("new", 1), level("in", 2), level("new", 3), level("out", 4), {Device: "new", Property: "else", Value: devices.Number(9)}, level("declared", 5), level("nobody", 6)},
	}
	in, fresh := g.pass(u, now)
	if got, want := brief(in), " +in +declared in:online in=2 declared=5"; got != want {
		t.Errorf("what comes in:%s, want%s", got, want)
	}
	if len(fresh) != 1 || fresh[0].ID != "new" {
		t.Errorf("what begins to wait: %v", fresh)
	}
	if len(u.Readings) != 7 || len(u.Announced) != 5 {
		t.Error("the adapter's own update was changed")
	}
	if _, fresh = g.pass(devices.Update{Announced: []*devices.Device{thing("new"), thing("out")}}, now); len(fresh) != 0 {
		t.Errorf("it begins to wait twice: %v", fresh)
	}
	var got []string
	for _, n := range g.newcomers() {
		got = append(got, fmt.Sprint(n.device.ID, " refused ", n.refused))
	}
	if diff := cmp.Diff([]string{"new refused false", "out refused true"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}

	var entered devices.Update
	g.decide(g.with([]devices.ID{"new", "out"}, nil, nil), func(u devices.Update) { entered = u })
	if got, want := brief(entered), " +new +out new:online new=3 out=4"; got != want {
		t.Errorf("what is accepted comes in with:%s, want%s", got, want)
	}
	if in, _ := g.pass(devices.Update{Readings: []devices.Reading{level("new", 7)}, Removed: []devices.ID{"in"}}, now); brief(in) != " new=7 -in" {
		t.Errorf("afterwards:%s", brief(in))
	}
	if len(g.newcomers()) != 0 {
		t.Errorf("still waiting: %+v", g.newcomers())
	}
}

func TestTheGateRemembersWhatWasDecided(t *testing.T) {
	g := newGate(decisions{}, nil)
	g.pass(devices.Update{Announced: []*devices.Device{thing("a"), thing("b"), thing("c")}}, time.Now())
	g.decide(g.with([]devices.ID{"a"}, []devices.ID{"b"}, []devices.ID{"c"}), func(devices.Update) {})
	text, err := json.Marshal(g.with(nil, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	d, err := readDecisions(text)
	if err != nil {
		t.Fatal(err)
	}
	again := newGate(d, nil)
	in, fresh := again.pass(devices.Update{Announced: []*devices.Device{thing("a"), thing("b"), thing("c")}}, time.Now())
	if brief(in) != " +a" || len(fresh) != 1 || fresh[0].ID != "c" {
		t.Errorf("after a restart:%s comes in, %v waits", brief(in), fresh)
	}
	for _, n := range again.newcomers() {
		if n.device.ID == "c" && !n.told || n.device.ID == "b" && !n.refused {
			t.Errorf("forgotten: %+v", n)
		}
	}
	if _, err := readDecisions([]byte("{")); err == nil {
		t.Error("half a text is taken for decisions")
	}
	refusedLater := g.with(nil, []devices.ID{"a"}, nil)
	if diff := cmp.Diff([]devices.ID{"a"}, refusedLater.Accepted); diff != "" {
		t.Errorf("a device in the house is refused: %s", diff)
	}
}

func TestTheGateIsBounded(t *testing.T) {
	g := newGate(decisions{}, nil)
	var u devices.Update
	for i := range maxHeld + 100 {
		u.Announced = append(u.Announced, thing(devices.ID(fmt.Sprint("thing-", i))))
	}
	if _, fresh := g.pass(u, time.Now()); len(fresh) != maxHeld {
		t.Errorf("%d wait, want %d", len(fresh), maxHeld)
	}
	g.pass(devices.Update{Removed: []devices.ID{"thing-0"}}, time.Now())
	if _, fresh := g.pass(devices.Update{Announced: u.Announced[maxHeld:]}, time.Now()); len(fresh) != 1 {
		t.Errorf("%d wait after one is gone, want 1", len(fresh))
	}
}

func TestAnAcceptedDeviceCostsNothing(t *testing.T) {
	g := newGate(decisions{Accepted: []devices.ID{"in"}}, nil)
	u, now := devices.Update{Readings: []devices.Reading{level("in", 1), level("in", 2)}}, time.Now()
	if allocs := testing.AllocsPerRun(100, func() { g.pass(u, now) }); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}
