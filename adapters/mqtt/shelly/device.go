package shelly

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
	"thingbridge/devices"
)

// How long it is waited for what a device says of itself before it is announced
// without: its MAC, its name.
const (
	namelessFor = 30 * time.Second
	unnamedFor  = 3 * time.Second
)

// A device that runs on a battery reports at least once a day, or says how often.
const sleepsDaily = 25 * time.Hour

// Reasons why a message means nothing yet.
var (
	errNameless  = errors.New("a device that has not said who it is; it was asked, and appears when it answers or after half a minute")
	errEncoding  = errors.New("the payload is not UTF-8 text")
	errSpokenFor = errors.New("another convention speaks for this device")
)

// device is one that was heard of. Before it has said who it is it has no ID.
type device struct {
	prefix     string
	generation int
	mac        string // "aabbccddeeff"; empty: unknown
	model      string
	name       string
	informed   bool // it has answered who it is
	patience   time.Time

	key     string
	id      devices.ID
	life    alive.Life
	battery bool
	powered bool          // from outside, though it has a battery
	period  time.Duration // between its reports, as it says

	paths     []string // that have a meaning, in the order in which they came
	details   map[string]detail
	generics  map[string]devices.Type // paths that are told as they are
	ignored   map[string]bool
	grown     bool // it has a path at all
	changed   bool // since it was announced
	info      *devices.Device
	bindings  map[string][]binding
	orders    map[string]order
	colors    []color
	counts    map[string]float64 // of events, by path
	lastEvent uint64             // its sum
	early     []devices.Reading  // before it was announced
}

// detail is what a device says in its configuration of one of its components.
type detail struct {
	Name     string   `json:"name,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	Min      float64  `json:"min,omitempty"`
	Max      float64  `json:"max,omitempty"`
	Step     float64  `json:"step,omitempty"`
	Options  []string `json:"options,omitempty"`
	ReadOnly bool     `json:"read_only,omitempty"`
	Object   int      `json:"object,omitempty"` // of BTHome
}

// newDevice returns the device with a prefix, or nil where it cannot be one.
func newDevice(prefix string, generation int, now time.Time) *device {
	if naming.Topic(prefix) != nil {
		return nil
	}
	d := &device{prefix: prefix, generation: generation, patience: now.Add(namelessFor), details: make(map[string]detail), generics: make(map[string]devices.Type), ignored: make(map[string]bool), counts: make(map[string]float64)}
	own := prefix[strings.LastIndexByte(prefix, '/')+1:]
	if generation == beacons {
		d.mac, _ = naming.MAC(own)
	}
	d.identify(own)
	if d.mac != "" && generation > 1 {
		d.patience = now.Add(unnamedFor)
	}
	return d
}

// identify takes the ID that the maker gave: model and MAC, shellyplus1-441793a5d2fc.
func (d *device) identify(id string) {
	model, digits, ok := cutLast(id, '-')
	if !ok {
		return
	}
	if mac, whole := naming.MAC(digits); whole && d.mac == "" {
		d.mac = mac
	}
	if d.model == "" && d.mac != "" {
		d.model = clip(model)
	}
}

func cutLast(text string, separator byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// clip shortens a text that a stranger gave to what can be shown.
func clip(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// filters are the topics that the general ones of [Shelly.Filters] leave out.
func (d *device) filters() []convention.Filter {
	if d.generation < 2 || strings.HasPrefix(d.prefix, first) {
		return nil
	}
	filters := []convention.Filter{{Topic: d.prefix + "/status/+", QoS: 1}}
	const found = 2 // separators in the longest prefix that is found in general
	if strings.Count(d.prefix, "/") > found {
		filters = append(filters, convention.Filter{Topic: d.prefix + "/online", QoS: 1}, convention.Filter{Topic: d.prefix + "/events/rpc", QoS: 1})
	}
	return filters
}

// introduce gives d its ID and announces it, when it is known well enough or has had
// the time to say more.
func (s *Shelly) introduce(r *convention.Result, d *device, now time.Time) {
	ready := d.mac != "" && (d.informed || d.generation < 2) || !now.Before(d.patience)
	if !d.grown || !ready {
		return
	}
	key := "mac:" + d.mac
	if d.mac == "" {
		key = "id:" + d.prefix
	}
	id, ok := s.names.Assign(Name, key, d.wanted())
	if other := s.ids[id]; ok && other != nil {
		s.rename(r, other, d)
		return
	}
	if !ok && id == "" { // with its next message it may find room
		r.Faults = append(r.Faults, convention.Fault{Topic: d.prefix, Err: convention.ErrTooMany})
		d.early = nil
		return
	}
	if !ok {
		r.Faults = append(r.Faults, convention.Fault{Topic: d.prefix, Err: errSpokenFor})
		d.grown, d.early = false, nil
		return
	}
	d.key, d.id = key, id
	s.ids[id] = d
	d.announce(r)
	for _, reading := range d.early {
		reading.Device = id
		r.Readings = append(r.Readings, reading)
	}
	d.early = nil
}

// rename ends what d was known as before it got another prefix.
func (s *Shelly) rename(r *convention.Result, before, d *device) {
	for _, filter := range before.filters() {
		r.Unsubscribe = append(r.Unsubscribe, filter.Topic)
	}
	r.Keep = append(r.Keep, convention.Record{Topic: ours + "known/" + before.prefix})
	delete(s.devices, before.prefix)
	d.key, d.id, d.life, d.early = before.key, before.id, before.life, nil
	s.ids[d.id] = d
	d.announce(r)
}

// wanted is what d shall be called, if that is free.
func (d *device) wanted() string {
	own := d.prefix[strings.LastIndexByte(d.prefix, '/')+1:]
	switch {
	case d.name != "":
		return d.name
	case d.generation == beacons:
		return "Shelly BLU " + d.mac
	}
	return own
}

// announce tells of d and keeps what makes it known.
func (d *device) announce(r *convention.Result) {
	if d.id == "" {
		return
	}
	if d.info == nil || d.info.ID != d.id {
		d.describe()
	}
	if err := d.info.Validate(); err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: d.prefix, Err: fmt.Errorf("it cannot be described: %w", err)})
		return
	}
	r.Announced = append(r.Announced, d.info)
	d.sleep(r)
	d.life.Tell(r, d.id)
	r.Keep = append(r.Keep, d.record())
}

// sleep says how long d may be silent.
func (d *device) sleep(r *convention.Result) {
	switch {
	case !d.battery || d.powered:
		d.life.Sleeps = 0
	case d.period > 0:
		d.life.Sleep(r, d.id, 2*d.period+10*time.Minute)
	default:
		d.life.Sleep(r, d.id, sleepsDaily)
	}
}

// grow gives d what path means. It reports whether that is anything new.
func (d *device) grow(path string) bool {
	if len(d.paths) >= maxPaths || d.ignored[path] {
		return false
	}
	if _, ok := d.shape(path); !ok {
		if len(d.ignored) < maxIgnored {
			d.ignored[path] = true
		}
		return false
	}
	d.paths = append(d.paths, path)
	switch path {
	case "sensor/battery", "status/bat", "status/bat/value", "info/bat/value", "devicepower:0/battery/percent":
		d.battery = true
	}
	d.grown, d.changed = true, true
	d.describe()
	return true
}

// describe makes the properties of d.
func (d *device) describe() {
	d.info = &devices.Device{ID: d.id, Name: clip(d.name), Manufacturer: "Shelly", Model: clip(d.model), Serial: strings.ToUpper(d.mac)}
	if d.info.Name == "" {
		d.info.Name = clip(d.wanted())
	}
	d.bindings, d.orders = make(map[string][]binding), make(map[string]order)
	owners := make(map[string]string) // of the names of properties
	for _, path := range d.paths {
		if shape, ok := d.shape(path); ok {
			d.add(path, &shape, owners)
		}
	}
	d.info.Kind = d.kind()
}

// add gives d one property more, or binds a path to one that it has.
func (d *device) add(path string, shape *shape, owners map[string]string) {
	part := partOf(path)
	p := shape.property
	p.Name = numbered(p.Name, part.number)
	if owner, taken := owners[p.Name]; taken && owner != part.key {
		p.Name = naming.Property(part.kind + "_" + p.Name)
	}
	owner, taken := owners[p.Name]
	if taken && owner != part.key || p.Validate() != nil {
		return
	}
	index := slices.IndexFunc(d.info.Properties, func(other devices.Property) bool { return other.Name == p.Name })
	if !taken {
		owners[p.Name] = part.key
		index = len(d.info.Properties)
		p.Writable = shape.order.how != orderNone
		if p.Label == "" {
			p.Label = d.details[part.key].Name
		} else if name := d.details[part.key].Name; name != "" {
			p.Label = name + " " + p.Label
		}
		d.info.Properties = append(d.info.Properties, p)
		if p.Writable {
			o := shape.order
			o.part = part
			d.orders[p.Name] = o
		}
	}
	b := binding{property: index, how: shape.how, scale: shape.scale}
	switch shape.how {
	case asRed, asGreen, asBlue:
		b.color = d.color(p.Name)
	}
	d.bindings[path] = append(d.bindings[path], b)
	if shape.companion != nil && !taken {
		with := *shape.companion
		with.property.Writable = true
		with.property.Name = numbered(with.property.Name, part.number)
		if _, taken := owners[with.property.Name]; !taken {
			owners[with.property.Name] = part.key
			d.info.Properties = append(d.info.Properties, with.property)
			o := with.order
			o.part = part
			d.orders[with.property.Name] = o
		}
	}
}

// color returns the place of the color that is a property. It outlasts describing.
func (d *device) color(property string) int {
	for i := range d.colors {
		if d.colors[i].property == property {
			return i
		}
	}
	d.colors = append(d.colors, color{property: property})
	return len(d.colors) - 1
}
