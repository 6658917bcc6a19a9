package mysensors_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/devices"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.FixedZone("CET", 3600))

// rig is a controller with a registry and what it keeps.
type rig struct {
	t        *testing.T
	it       *mysensors.Controller
	now      time.Time
	due      time.Time
	registry *devices.Registry
	source   *devices.Source
	buffer   codec.Buffer
	sent     []string // and not yet looked at
	faults   []string
	kept     map[string][]byte
	done     map[codec.Ticket]error
	ticket   codec.Ticket
	readings int
	announced,
	hung int
}

func newRig(t *testing.T, cfg mysensors.Config, kept map[string][]byte) *rig {
	t.Helper()
	it, err := mysensors.New("attic", cfg)
	if err != nil {
		t.Fatal(err)
	}
	if kept == nil {
		kept = make(map[string][]byte)
	}
	g := &rig{t: t, it: it, now: start, registry: devices.NewRegistry(), kept: kept, done: make(map[codec.Ticket]error)}
	g.source = g.registry.Source("attic", nil)
	var keys []string
	for key := range kept {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var r codec.Result
	for _, key := range keys {
		it.Recall(&r, codec.Record{Key: key, Value: kept[key]})
	}
	g.apply(&r)
	return g
}

// opened is a rig whose port was opened, and whose first questions were looked at.
func opened(t *testing.T, cfg mysensors.Config, kept map[string][]byte) *rig {
	t.Helper()
	g := newRig(t, cfg, kept)
	g.do(func(r *codec.Result) { g.it.Opened(r, g.now) })
	g.takes()
	return g
}

func (g *rig) apply(r *codec.Result) {
	g.t.Helper()
	if err := g.source.Apply(r.Update); err != nil {
		g.t.Error(err)
	}
	g.readings += len(r.Readings)
	g.announced += len(r.Announced)
	for _, k := range r.Keep {
		if k.Value == nil {
			delete(g.kept, k.Key)
			continue
		}
		g.kept[k.Key] = k.Value
	}
	for _, f := range r.Send {
		g.sent = append(g.sent, strings.TrimSuffix(string(f.Bytes), "\n"))
		if f.Ticket != 0 {
			g.done[f.Ticket] = nil
		}
	}
	for _, o := range r.Done {
		if _, twice := g.done[o.Ticket]; twice {
			g.t.Errorf("ticket %d is settled twice", o.Ticket)
		}
		g.done[o.Ticket] = o.Err
	}
	for i := range r.Faults {
		g.faults = append(g.faults, r.Faults[i].Error())
	}
	if r.Hung != nil {
		g.hung++
	}
}

// do calls the codec as an adapter does.
func (g *rig) do(call func(*codec.Result)) {
	g.t.Helper()
	var r codec.Result
	call(&r)
	g.due = g.it.Due(&r, g.now)
	g.apply(&r)
}

// hears gives the controller lines.
func (g *rig) hears(lines ...string) {
	g.t.Helper()
	for _, line := range lines {
		for frame, err := range g.buffer.Take(g.it, []byte(line+"\n")) {
			if err != nil {
				g.faults = append(g.faults, err.Error())
				continue
			}
			g.do(func(r *codec.Result) { g.it.Decode(r, frame, g.now) })
		}
	}
}

// pass lets time pass.
func (g *rig) pass(d time.Duration) {
	g.t.Helper()
	end := g.now.Add(d)
	for !g.due.IsZero() && !g.due.After(end) {
		if g.due.After(g.now) {
			g.now = g.due
		} else {
			g.now = g.now.Add(time.Millisecond)
		}
		g.do(func(*codec.Result) {})
	}
	g.now = end
	g.do(func(*codec.Result) {})
}

// order gives a command and returns its ticket.
func (g *rig) order(device devices.ID, property string, v devices.Value) (codec.Ticket, error) {
	g.t.Helper()
	g.ticket++
	var err error
	g.do(func(r *codec.Result) {
		err = g.it.Encode(r, devices.Command{Device: device, Property: property, Value: v}, g.ticket, g.now)
	})
	return g.ticket, err
}

// told orders, and holds that it was taken.
func (g *rig) told(device devices.ID, property string, v devices.Value) codec.Ticket {
	g.t.Helper()
	ticket, err := g.order(device, property, v)
	if err != nil {
		g.t.Fatalf("%s %s: %v", device, property, err)
	}
	return ticket
}

// takes returns what was sent since it was called last.
func (g *rig) takes() []string {
	sent := g.sent
	g.sent = nil
	return sent
}

// sends holds what was sent since the last look.
func (g *rig) sends(want ...string) {
	g.t.Helper()
	if got := g.takes(); !slices.Equal(got, want) {
		g.t.Errorf("sent %q, want %q", got, want)
	}
}

// has holds the value of a property.
func (g *rig) has(device devices.ID, property, want string) {
	g.t.Helper()
	twin, ok := g.registry.Get(device)
	if !ok {
		g.t.Errorf("no device %s", device)
		return
	}
	if _, ok := twin.Device.Property(property); !ok {
		g.t.Errorf("%s has no property %s, but %s", device, property, names(twin.Device))
		return
	}
	if got := twin.Reported(property).String(); got != want {
		g.t.Errorf("%s %s is %q, want %q", device, property, got, want)
	}
}

// is holds the availability of a device.
func (g *rig) is(device devices.ID, want devices.Availability) {
	g.t.Helper()
	if twin, _ := g.registry.Get(device); twin.Availability != want {
		g.t.Errorf("%s is %s, want %s", device, twin.Availability, want)
	}
}

// complains holds what the faults are about, and forgets them.
func (g *rig) complains(want ...string) {
	g.t.Helper()
	ok := len(g.faults) == len(want)
	for i := range want {
		ok = ok && strings.Contains(g.faults[i], want[i])
	}
	if !ok {
		g.t.Errorf("faults %q, want %q", g.faults, want)
	}
	g.faults = nil
}

// settled holds that a ticket is settled, and how.
func (g *rig) settled(ticket codec.Ticket, want error) {
	g.t.Helper()
	err, ok := g.done[ticket]
	if !ok || fmt.Sprint(err) != fmt.Sprint(want) && (want == nil || !strings.Contains(fmt.Sprint(err), want.Error())) {
		g.t.Errorf("ticket %d: settled %t, %v, want %v", ticket, ok, err, want)
	}
}

func (g *rig) waits(ticket codec.Ticket) {
	g.t.Helper()
	if err, ok := g.done[ticket]; ok {
		g.t.Errorf("ticket %d is settled already: %v", ticket, err)
	}
}

func names(d *devices.Device) string {
	var all []string
	for i := range d.Properties {
		all = append(all, d.Properties[i].Name)
	}
	return strings.Join(all, ", ")
}
