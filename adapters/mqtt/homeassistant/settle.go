package homeassistant

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Names of properties are what scripts and habits hold on to. They follow from all that a
// device announces, in whatever order (naming.go), so that they may change as long as its
// announcements still come in: at its first sight, for some seconds. Then the device has
// settled: its names are written down, and stay what they are, whatever is announced,
// called otherwise or taken back afterwards, over restarts and removals too.

const (
	settleQuiet = 5 * time.Second  // without a new entity of anybody's: a bridge tells of all its devices at once
	settleMost  = 60 * time.Second // however many still come

	maxSettled     = 2 * devices.MaxProperties // names written down of one device
	maxSettledKeys = 200                       // bytes of what a name is written down for; of a longer one, its sum
	maxSettledText = 1 << 20                   // bytes of what is read back
)

// settledTopic is where the names of devices are kept. It begins with $, and nobody is
// subscribed to it, so that they come from us.
const settledTopic = "$" + Name + "/names/"

// settled are the names of the properties of one device, by the keys of the parts.
type settled map[string]string

// settling is which devices have not settled yet, and since when.
type settling struct {
	groups      map[*group]bool
	first, last time.Time // when the first of their entities came, and the last
}

// due is when the devices will have settled; zero where all have.
func (s *settling) due() time.Time {
	if len(s.groups) == 0 {
		return time.Time{}
	}
	quiet, most := s.last.Add(settleQuiet), s.first.Add(settleMost)
	if most.Before(quiet) {
		return most
	}
	return quiet
}

// stir notes that g has a part whose name is not written down.
func (d *Discovery) stir(g *group) {
	if len(d.settling.groups) == 0 {
		d.settling.first = d.announcedAt
	}
	d.settling.last = d.announcedAt
	d.settling.groups[g] = true
}

// settleDown writes down the names of the devices that have settled by now.
func (d *Discovery) settleDown(r *convention.Result, now time.Time) {
	if due := d.settling.due(); due.IsZero() || due.After(now) {
		return
	}
	groups := slices.SortedFunc(maps.Keys(d.settling.groups), func(a, b *group) int { return int(a.number) - int(b.number) })
	clear(d.settling.groups)
	for _, g := range groups {
		d.writeDown(r, g)
	}
}

// writeDown makes the names that g has the ones that it will have.
func (d *Discovery) writeDown(r *convention.Result, g *group) {
	before := d.settled[g.key]
	if g.device == nil || before == nil && len(d.settled) >= maxEntities {
		return
	}
	names := make(settled, len(g.device.Properties))
	taken := make(map[string]bool, len(g.device.Properties))
	for _, e := range g.entities {
		for i, p := range e.parts {
			if p.property.Name != "" {
				p.settled = p.property.Name
				names[e.keyOf(i)] = p.settled
				taken[p.settled] = true
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) { // what is away keeps its name, as long as nobody has taken it
		if name := before[key]; names[key] == "" && !taken[name] && len(names) < maxSettled {
			names[key] = name
		}
	}
	if maps.Equal(before, names) {
		return
	}
	d.settled[g.key] = names
	payload, err := json.Marshal(names)
	if err != nil {
		return // cannot be: it is texts
	}
	r.Keep = append(r.Keep, convention.Record{Topic: settledTopic + g.key, Payload: payload})
}

// recall takes the names of a device that were written down in an earlier run.
func (d *Discovery) recall(r *convention.Result, m *convention.Received) {
	key := string(m.Topic[len(settledTopic):])
	if len(m.Payload) == 0 || d.settled[key] != nil || len(d.settled) >= maxEntities {
		return
	}
	var names settled
	err := errors.New("it is too long")
	if len(m.Payload) <= maxSettledText {
		err = json.Unmarshal(m.Payload, &names)
	}
	if err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: fmt.Errorf("the names of its properties are chosen anew: what was written down cannot be read: %w", err)})
		return
	}
	maps.DeleteFunc(names, func(_, name string) bool {
		p := devices.Property{Name: name, Type: devices.TypeText}
		return p.Validate() != nil
	})
	if names != nil {
		d.settled[key] = names
	}
}

// recognise gives the parts of g the names that were written down for them, and reports
// whether all have one.
func (d *Discovery) recognise(g *group, key string) (all bool) {
	if g.key != "" && g.key != key && d.settled[g.key] != nil { // it is known by a better key now
		if d.settled[key] == nil {
			d.settled[key] = d.settled[g.key]
		}
		d.stir(g)
	}
	names := d.settled[key]
	all = true
	for _, e := range g.entities {
		for i, p := range e.parts {
			if p.settled == "" {
				p.settled = names[e.keyOf(i)]
			}
			all = all && p.settled != ""
		}
	}
	return all
}

// keyOf is what the name of the i-th part of e is written down for: it is the same in the
// next run, and in the other form of discovery.
func (e *entity) keyOf(i int) string {
	p := e.parts[i]
	if p.shared {
		return "shared " + p.standard
	}
	key := e.key
	if e.unique != "" {
		key = e.component + " " + e.unique
	}
	if len(key) > maxSettledKeys {
		sum := fnv.New64a()
		sum.Write([]byte(key))
		key = strconv.FormatUint(sum.Sum64(), 16)
	}
	key += " " + p.standard
	same := 0
	for _, other := range e.parts[:i] {
		if other.standard == p.standard {
			same++
		}
	}
	return key + strings.Repeat("+", same)
}
