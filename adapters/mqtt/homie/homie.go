package homie

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Name is what the configuration calls the convention.
const Name = "homie"

// Limits. Real devices have up to some hundred attributes of some bytes.
const (
	maxDevices     = 500
	maxAttributes  = 4096      // of a device
	maxText        = 4096      // bytes of an attribute or a value that is kept
	maxKept        = 128 << 10 // bytes that are kept of a device; its record has them too
	maxDescription = 96 << 10  // bytes; what is kept over a restart may have 256 KiB, with escapes
	maxAlerts      = 32
)

// Homie is the convention.
type Homie struct {
	names   *convention.Names
	devices map[string]*device  // by base topic
	topics  map[string]*binding // by the topic of the value
	awaited time.Time           // when the next device is to be announced

	mu     sync.Mutex
	orders map[target]*order // for Command
	known  map[devices.ID]known
}

// known is a device that was announced.
type known struct {
	device *devices.Device
	key    string
}

// target is a property of a device.
type target struct {
	device   devices.ID
	property string
}

// New returns the convention for a broker with these names.
func New(names *convention.Names) *Homie {
	return &Homie{names: names, devices: make(map[string]*device), topics: make(map[string]*binding),
		orders: make(map[target]*order), known: make(map[devices.ID]known)}
}

// Filters returns what to subscribe to: all of the usual root, and what tells of
// another one.
func (h *Homie) Filters() []convention.Filter {
	return []convention.Filter{{Topic: "homie/#", QoS: 1}, {Topic: "+/+/$homie", QoS: 1}, {Topic: "+/5/+/$description", QoS: 1}}
}

// Decode appends what m means to r.
func (h *Homie) Decode(r *convention.Result, m convention.Received) bool {
	if b, ok := h.topics[string(m.Topic)]; ok {
		if h.names.Owner(b.device.key) == Name {
			b.hear(r, &m)
		}
		return true
	}
	if base, ok := bytes.CutPrefix(m.Topic, []byte(recordTopic)); ok {
		h.recall(r, string(base), m.Payload)
		return true
	}
	at, ok := locate(string(m.Topic))
	if !ok {
		return false
	}
	d := h.devices[at.base]
	if d == nil {
		if at.root != "homie" && !tells(&at, m.Payload) {
			return false
		}
		if len(m.Payload) == 0 || strings.HasPrefix(at.id, "$") {
			return true // of a device that is gone, or of none
		}
		if len(h.devices) >= maxDevices {
			fault(r, at.topic, fmt.Errorf("there are %d Homie devices already, and there cannot be more", maxDevices))
			return true
		}
		if !h.names.Room(newDevice(h, &at).physical()) {
			fault(r, at.topic, convention.ErrTooMany)
			return true
		}
		d = h.add(r, &at)
	}
	if err := h.take(r, d, &at, &m); err != nil {
		fault(r, at.topic, err)
	}
	return true
}

func (h *Homie) add(r *convention.Result, at *place) *device {
	d := newDevice(h, at)
	h.devices[d.base] = d
	if d.root != "homie" {
		r.Subscribe = append(r.Subscribe, convention.Filter{Topic: d.base + "/#", QoS: 1})
	}
	return d
}

// tells reports whether a message outside of the usual root is that of a Homie
// device.
func tells(at *place, payload []byte) bool {
	switch {
	case len(payload) == 0 || len(at.path) != 1:
		return false
	case at.five:
		return at.path[0] == "$description" && payload[0] == '{' && bytes.Contains(payload, []byte(`"homie"`))
	}
	return at.path[0] == "$homie" && len(payload) < 16 && payload[0] >= '2' && payload[0] <= '4' && (len(payload) == 1 || payload[1] == '.')
}

// take takes what is no value of a described property.
func (h *Homie) take(r *convention.Result, d *device, at *place, m *convention.Received) error {
	last := at.path[len(at.path)-1]
	switch {
	case len(at.path) == 1 && last == "$state":
		return h.setState(r, d, string(m.Payload[:min(len(m.Payload), maxText)]), m.At)
	case len(at.path) == 1 && last == "$homie" && len(m.Payload) == 0:
		h.remove(r, d)
		return nil
	case d.five && len(at.path) == 1 && last == "$description":
		return h.describe(r, d, m)
	case d.five && len(at.path) == 2 && at.path[0] == "$alert":
		return h.alert(r, d, last, m)
	case last == "set" || last == "$target" || strings.HasPrefix(at.path[0], "$implementation") || strings.HasPrefix(at.path[0], "$log"):
		return nil // for the device, or from it to its maker
	case len(m.Payload) > maxText:
		return fmt.Errorf("%d bytes, want at most %d", len(m.Payload), maxText)
	case !isAttribute(at.path) && len(at.path) == 2:
		return d.early(at, m)
	case d.five:
		return nil // other attributes of extensions
	}
	return d.attribute(at, m)
}

// isAttribute reports whether a path is one of an attribute: one of its levels
// begins with $.
func isAttribute(path []string) bool {
	for _, level := range path {
		if strings.HasPrefix(level, "$") && level != "$stats" {
			return true
		}
	}
	return len(path) == 1 || len(path) > 2
}

// remove forgets a device that says so: an empty $state or $homie.
func (h *Homie) remove(r *convention.Result, d *device) {
	d.unbind()
	delete(h.devices, d.base)
	if d.root != "homie" {
		r.Unsubscribe = append(r.Unsubscribe, d.base+"/#")
	}
	r.Keep = append(r.Keep, convention.Record{Topic: recordTopic + d.base})
	if d.announced == nil {
		return
	}
	h.withdraw(d)
	if h.names.Owner(d.key) == Name {
		r.Removed = append(r.Removed, d.uid)
	}
}

// Forget appends that a device is gone, and drops all that it has said.
func (h *Homie) Forget(r *convention.Result, id devices.ID) bool {
	for _, d := range h.devices {
		if d.announced != nil && d.uid == id {
			h.remove(r, d)
			return true
		}
	}
	return false
}

// Due announces the devices that have said all they had to say.
func (h *Homie) Due(r *convention.Result, now time.Time) (next time.Time) {
	if h.awaited.IsZero() || now.Before(h.awaited) {
		return h.awaited
	}
	h.awaited = time.Time{}
	for _, d := range h.devices {
		if d.due.IsZero() {
			continue
		}
		if now.Before(d.due) {
			h.await(d.due)
			continue
		}
		d.due, d.since = time.Time{}, time.Time{}
		if err := h.announce(r, d); err != nil {
			fault(r, d.base, err)
		}
	}
	return h.awaited
}

func (h *Homie) await(at time.Time) {
	if h.awaited.IsZero() || at.Before(h.awaited) {
		h.awaited = at
	}
}

func fault(r *convention.Result, topic string, err error) {
	r.Faults = append(r.Faults, convention.Fault{Topic: topic, Err: err})
}

var (
	errNothing = errors.New("the device describes no property, and none has a value")
)

var _ convention.Convention = (*Homie)(nil)
