package tasmota

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Name is what the convention is called where conventions are listed.
const Name = "tasmota"

// Limits of what strangers can make the convention keep.
const (
	maxDevices      = 2000     // far more than one house has
	maxAnnouncement = 32 << 10 // bytes; real ones are below 4 KiB
	maxSensors      = 200      // values of one device
)

// Reasons why an announcement makes no device.
var (
	errSpokenFor     = errors.New("another convention speaks for this device")
	errUndescribable = errors.New("it cannot be described")
)

// Tasmota is the convention. It implements [convention.Convention].
type Tasmota struct {
	names *convention.Names

	mu        sync.RWMutex
	devices   map[string]*device // by MAC
	bases     map[string]*device // by what stands before the last level of their topics
	ids       map[devices.ID]*device
	waiting   map[string]sensors   // announced before their device, by MAC
	strangers map[string]*stranger // by their topic
	document  leaves.Document      // reused for each payload
}

var _ convention.Convention = (*Tasmota)(nil)

// New returns the convention. names are those of its broker.
func New(names *convention.Names) *Tasmota {
	return &Tasmota{
		names:     names,
		devices:   make(map[string]*device),
		bases:     make(map[string]*device),
		ids:       make(map[devices.ID]*device),
		waiting:   make(map[string]sensors),
		strangers: make(map[string]*stranger),
	}
}

// Filters returns what to subscribe to. Beside the announcements these are the two
// usual orders of topics, by which devices are found that do not announce themselves.
func (t *Tasmota) Filters() []convention.Filter {
	t.mu.RLock()
	defer t.mu.RUnlock()
	filters := []convention.Filter{{Topic: discovery + "+/config", QoS: 1}, {Topic: discovery + "+/sensors", QoS: 1}}
	for _, tail := range heard {
		filters = append(filters, convention.Filter{Topic: "tele/+/" + tail, QoS: 1}, convention.Filter{Topic: "+/tele/" + tail, QoS: 1})
	}
	for _, d := range t.devices {
		filters = append(filters, d.filters()...)
	}
	for _, s := range t.strangers {
		filters = append(filters, s.filters()...)
	}
	return filters
}

// heard are the ends of the topics on which a device reports of itself.
var heard = []string{"LWT", "STATE", "SENSOR"}

// Decode appends what m means to r.
func (t *Tasmota) Decode(r *convention.Result, m convention.Received) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if rest, ok := bytes.CutPrefix(m.Topic, []byte(discovery)); ok {
		if err := t.announcement(r, m, rest); err != nil {
			r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: err})
		}
		return true
	}
	level := bytes.LastIndexByte(m.Topic, '/') + 1
	d, ok := t.bases[string(m.Topic[:level])]
	if !ok {
		return t.hearStranger(r, m, level)
	}
	if t.spokenFor(d) {
		t.forget(r, d)
		return true
	}
	t.hear(r, d, m, level)
	return true
}

// spokenFor reports whether another convention has taken over d. One that announces
// itself to Home Assistant is named there by the end of its MAC.
func (t *Tasmota) spokenFor(d *device) bool {
	if t.names.Owner(d.key) != Name {
		return true
	}
	return t.names.Owner(d.alias) != ""
}

// Due appends what time alone has changed: devices that sleep for too long, motion
// that has ended, strangers to be asked.
func (t *Tasmota) Due(r *convention.Result, now time.Time) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	var next time.Time
	for _, d := range t.devices {
		next = alive.Earlier(next, d.life.Due(r, d.id, now))
		next = alive.Earlier(next, d.end(r, now))
	}
	for _, s := range t.strangers {
		next = alive.Earlier(next, s.due(r, now))
	}
	return next
}

// Lost appends that no device can be reached.
func (t *Tasmota) Lost(r *convention.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, d := range t.devices {
		d.life.Lost(r, d.id)
	}
}

// Restored appends what holds when the broker is back.
func (t *Tasmota) Restored(r *convention.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, d := range t.devices {
		d.life.Restored(r, d.id)
	}
}

// Echo appends the reading of a command that the device does not report.
func (t *Tasmota) Echo(r *convention.Result, cmd devices.Command, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.ids[cmd.Device]
	if !ok {
		return
	}
	if how := d.orders[cmd.Property].how; how != orderShutter && how != orderLength {
		return
	}
	for i := range d.info.Properties {
		if p := &d.info.Properties[i]; p.Name == cmd.Property {
			d.report(r, convention.Received{At: now}, i, p.Round(cmd.Value))
		}
	}
}

// forget drops d. Where its key went to another convention, so did its ID.
func (t *Tasmota) forget(r *convention.Result, d *device) {
	if owner := t.names.Owner(d.key); owner == Name || owner == "" {
		r.Removed = append(r.Removed, d.id)
	}
	t.unplug(r, d)
	delete(t.devices, d.mac)
	delete(t.ids, d.id)
	for _, end := range []string{"config", "sensors"} {
		r.Keep = append(r.Keep, convention.Record{Topic: discovery + upper(d.mac) + "/" + end})
	}
}

// Forget appends that a device is gone, and drops all that is known of it.
func (t *Tasmota) Forget(r *convention.Result, id devices.ID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, ok := t.ids[id]
	if ok {
		t.forget(r, d)
	}
	return ok
}

// describe tells of d, or drops it where that cannot be done.
func (t *Tasmota) describe(r *convention.Result, d *device) error {
	err := d.describe(r)
	if errors.Is(err, errUndescribable) {
		t.forget(r, d)
	}
	return err
}

// unplug ends what the topics of d lead to.
func (t *Tasmota) unplug(r *convention.Result, d *device) {
	for _, base := range []string{d.topics.stat, d.topics.tele} {
		if t.bases[base] == d {
			delete(t.bases, base)
		}
	}
	for _, filter := range d.filters() {
		r.Unsubscribe = append(r.Unsubscribe, filter.Topic)
	}
}

// plug makes the topics of d lead to it.
func (t *Tasmota) plug(r *convention.Result, d *device) error {
	for _, base := range []string{d.topics.stat, d.topics.tele} {
		if other, taken := t.bases[base]; taken && other != d {
			return fmt.Errorf("it has the same topics as the device %s; give one of them another topic", other.id)
		}
	}
	t.bases[d.topics.stat], t.bases[d.topics.tele] = d, d
	r.Subscribe = append(r.Subscribe, d.filters()...)
	return nil
}
