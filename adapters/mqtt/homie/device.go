package homie

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// device is what is known of one device, announced or not.
type device struct {
	homie          *Homie
	base, root, id string
	five           bool

	attributes map[string]string // before version 5: by path below base
	values     map[string]early  // by path: of what has no binding yet
	kept       int               // bytes in both
	text       string            // the description of version 5, as it came
	described  *description

	state  string
	alerts map[string]bool // by ID
	told   devices.Availability

	key       string
	uid       devices.ID
	announced *devices.Device
	bindings  []*binding
	called    map[string]string // property names that were given, by path
	guessed   map[string]string // datatypes of properties that say none, by path
	problem   string            // the name of the property that tells of alerts

	since, due time.Time // of changes that are not announced
}

// early is a value that came before its description.
type early struct {
	payload string
	at      time.Time
}

func newDevice(h *Homie, at *place) *device {
	return &device{homie: h, base: at.base, root: at.root, id: at.id, five: at.five, attributes: make(map[string]string),
		values: make(map[string]early), alerts: make(map[string]bool), called: make(map[string]string),
		guessed: make(map[string]string)}
}

const (
	quiet   = time.Second      // after which no more of a description is expected
	waiting = 5 * time.Second  // at most
	initial = 10 * time.Second // while the device says that it is not ready
)

// changed notes that there is something to announce.
func (d *device) changed(now time.Time) {
	if d.since.IsZero() {
		d.since = now
	}
	if d.state == "init" {
		d.due = d.since.Add(initial)
	} else if d.due = now.Add(quiet); d.due.After(d.since.Add(waiting)) {
		d.due = d.since.Add(waiting)
	}
	d.homie.await(d.due)
}

var errKept = errors.New("the device has more attributes and values than is kept of one")

// describing are the attributes that matter.
var describing = []string{"$homie", "$name", "$nodes", "$mac", "$fw/name", "$type", "$properties", "$array",
	"$datatype", "$format", "$unit", "$settable", "$retained"}

// attribute takes an attribute of a device before version 5.
func (d *device) attribute(at *place, m *convention.Received) error {
	if !strings.HasPrefix(at.path[len(at.path)-1], "$") && at.path[0] != "$fw" {
		return errors.New("Homie has no such topic; want DEVICE/NODE/PROPERTY or an attribute")
	}
	path := strings.Join(at.path, "/")
	if !slices.Contains(describing, path[strings.LastIndexByte(path, '$'):]) {
		return nil
	}
	old, known := d.attributes[path]
	text := strings.ToValidUTF8(string(m.Payload), "\uFFFD")
	switch {
	case known && old == text || !known && text == "":
		return nil
	case text == "":
		delete(d.attributes, path)
		d.kept -= len(path) + len(old)
	case !known && len(d.attributes) >= maxAttributes || d.kept+len(path)+len(text) > maxKept:
		return errKept
	default:
		if !known {
			d.kept += len(path)
		}
		d.kept += len(text) - len(old)
		d.attributes[path] = text
	}
	d.changed(m.At)
	return nil
}

// early keeps a value until its property is described.
func (d *device) early(at *place, m *convention.Received) error {
	path := strings.Join(at.path, "/")
	old, known := d.values[path]
	if len(m.Payload) == 0 || at.path[0] == "$stats" && !slices.ContainsFunc(stats, func(s stat) bool { return s.id == at.path[1] }) {
		return nil
	}
	if !known && len(d.values)+len(d.bindings) >= devices.MaxProperties || d.kept+len(path)+len(m.Payload) > maxKept {
		return errKept
	}
	if !known {
		d.kept += len(path)
	}
	d.kept += len(m.Payload) - len(old.payload)
	d.values[path] = early{string(m.Payload), m.At}
	switch {
	case !d.five && !known:
		d.changed(m.At)
	case d.five && d.described != nil || !d.five && d.announced != nil && d.due.IsZero():
		return errors.New("the device describes no such property")
	}
	return nil
}

func (h *Homie) setState(r *convention.Result, d *device, state string, now time.Time) error {
	switch state {
	case "":
		h.remove(r, d)
		return nil
	case "init", "ready", "disconnected", "sleeping", "lost", "alert":
	default:
		return fmt.Errorf("got the state %q, want init, ready, disconnected, sleeping, lost or alert", convention.Shorten(state))
	}
	d.state = state
	if d.announced == nil {
		d.changed(now)
	} else {
		d.tell(r, d.availability())
		d.tellProblem(r, now)
	}
	if d.five {
		for _, child := range h.devices {
			if child.described != nil && child.described.Root == d.id && child.root == d.root && child.announced != nil {
				child.tell(r, child.availability())
			}
		}
	}
	return nil
}

// availability is what the state means; that of a child is the worse of its own
// and its root's.
func (d *device) availability() devices.Availability {
	own := reach(d.state)
	if d.described == nil || d.described.Root == "" || own != devices.Online {
		return own
	}
	if root := d.homie.devices[d.root+"/5/"+d.described.Root]; root != nil && root.state != "" {
		return reach(root.state)
	}
	return own
}

func reach(state string) devices.Availability {
	switch state {
	case "ready", "alert", "sleeping":
		return devices.Online
	case "disconnected", "lost":
		return devices.Offline
	}
	return devices.Unknown
}

func (d *device) tell(r *convention.Result, a devices.Availability) {
	if d.announced != nil && d.told != a && d.homie.names.Owner(d.key) == Name {
		d.told = a
		r.Availability = append(r.Availability, devices.Presence{Device: d.uid, Availability: a})
	}
}

// alert takes an alert, or with an empty payload that it is over.
func (h *Homie) alert(r *convention.Result, d *device, id string, m *convention.Received) error {
	if _, known := d.alerts[id]; !known && len(d.alerts) >= maxAlerts {
		return fmt.Errorf("the device has more than %d alerts", maxAlerts)
	}
	if len(m.Payload) == 0 {
		delete(d.alerts, id)
	} else {
		d.alerts[id] = true
	}
	if d.announced != nil {
		d.tellProblem(r, m.At)
	}
	return nil
}

func (d *device) tellProblem(r *convention.Result, now time.Time) {
	if d.problem == "" || d.homie.names.Owner(d.key) != Name {
		return
	}
	value := devices.Boolean(d.state == "alert" || len(d.alerts) > 0)
	r.Readings = append(r.Readings, devices.Reading{Device: d.uid, Property: d.problem, Value: value, At: now})
}

// Lost appends that no device can be reached.
func (h *Homie) Lost(r *convention.Result) {
	for _, d := range h.devices {
		d.tell(r, devices.Offline)
	}
}

// Restored appends what holds when the broker is back. The states are retained: a
// device that was online is so again when its state has come.
func (h *Homie) Restored(r *convention.Result) {
	for _, d := range h.devices {
		if a := d.availability(); a != devices.Online {
			d.tell(r, a)
		}
	}
}
