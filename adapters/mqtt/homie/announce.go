package homie

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// announce makes a device known as it is described by now, with the values that
// came before.
func (h *Homie) announce(r *convention.Result, d *device) error {
	described := d.described
	if !d.five {
		described = d.gather()
	}
	if described == nil {
		return nil // its state came, its description is to come
	}
	fields := d.fields(described)
	if len(fields) == 0 {
		return errNothing
	}
	name := cmp.Or(clip(described.Name), d.id)
	if d.key == "" {
		d.key = d.physical()
	}
	id, ok := h.names.Assign(Name, d.key, name)
	switch {
	case !ok && id == "":
		return convention.ErrTooMany
	case !ok:
		return nil // another convention speaks for it
	}
	d.uid = id
	device := &devices.Device{ID: id, Name: name, Model: clip(described.Type), Serial: d.id, Properties: make([]devices.Property, 0, len(fields)+1)}
	for i := range fields {
		device.Properties = append(device.Properties, fields[i].property)
	}
	d.problem = unused("problem", device)
	device.Properties = append(device.Properties, devices.Property{
		Name: d.problem, Type: devices.TypeBoolean, Class: "problem", Category: devices.Diagnostic})
	device.Kind = convention.Kind(device.Properties, hints(described, device.Properties))
	r.Announced = append(r.Announced, device)
	d.announced = device
	d.bind(r, device, fields)
	d.tell(r, d.availability())
	if d.state != "" {
		d.tellProblem(r, d.since)
	}
	r.Keep = append(r.Keep, d.record())
	return nil
}

// bind gives each topic of a value its property, and each property the value that
// is known of it already.
func (d *device) bind(r *convention.Result, device *devices.Device, fields []field) {
	old := d.bindings
	d.unbind()
	orders := make(map[target]*order)
	for i := range fields {
		f := &fields[i]
		b := &binding{device: d, path: f.path, topic: d.base + "/" + f.path, property: &device.Properties[i], duration: f.datatype == "duration"}
		d.bindings = append(d.bindings, b)
		d.homie.topics[b.topic] = b
		d.carry(r, b, old)
		if b.property.Writable {
			o := &order{topic: b.topic + "/set", property: b.property, datatype: f.datatype, qos: 1}
			if f.fleeting {
				o.qos = 0 // an event that comes late is worse than none
			}
			orders[target{d.uid, b.property.Name}] = o
		}
	}
	h := d.homie
	h.mu.Lock()
	defer h.mu.Unlock()
	for t, o := range orders {
		h.orders[t] = o
	}
	h.known[d.uid] = known{device, d.key}
}

// carry gives b what is known of its value.
func (d *device) carry(r *convention.Result, b *binding, old []*binding) {
	if v, ok := d.values[b.path]; ok {
		delete(d.values, b.path)
		d.kept -= len(b.path) + len(v.payload)
		b.raw, b.at = []byte(v.payload), v.at
		b.read(r, b.raw, b.at)
		return
	}
	i := slices.IndexFunc(old, func(o *binding) bool { return o.path == b.path })
	if i < 0 {
		return
	}
	b.raw, b.at, b.failing = old[i].raw, old[i].at, old[i].failing
	if len(b.raw) > 0 && (old[i].property.Name != b.property.Name || old[i].property.Type != b.property.Type || b.failing) {
		b.read(r, b.raw, b.at)
	}
}

// unbind forgets which topics carry values, and what can be commanded.
func (d *device) unbind() {
	for _, b := range d.bindings {
		delete(d.homie.topics, b.topic)
	}
	d.withdrawOrders()
	d.bindings = nil
}

func (d *device) withdrawOrders() {
	h := d.homie
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range d.bindings {
		delete(h.orders, target{d.uid, b.property.Name})
	}
}

func (h *Homie) withdraw(d *device) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.known, d.uid)
}

// physical is what identifies the device: its hardware address, which many have
// for an ID, or else its ID.
func (d *device) physical() string {
	for _, text := range []string{d.attributes["$mac"], d.id} {
		digits := strings.ToLower(strings.NewReplacer(":", "", "-", "").Replace(text))
		if len(digits) == 12 && strings.Trim(digits, "0123456789abcdef") == "" {
			return "mac:" + digits
		}
	}
	if d.root == "homie" {
		return "id:" + strings.ToLower(d.id)
	}
	return "id:" + strings.ToLower(d.root+"/"+d.id)
}

// telling are properties that say what their device is, when they can be set.
var telling = map[string]string{"target": "thermostat", "brightness": "light", "position": "cover"}

// hints are the words that nodes use for what they are, and what properties say.
func hints(described *description, properties []devices.Property) (all []string) {
	for i := range described.Nodes {
		n := &described.Nodes[i]
		all = append(all, strings.FieldsFunc(strings.ToLower(n.Type+" "+n.ID), func(c rune) bool { return c < 'a' || c > 'z' })...)
	}
	for i := range properties {
		if hint, ok := telling[properties[i].Name]; ok && properties[i].Writable {
			all = append(all, hint)
		}
	}
	return all
}

// unused is a property name that no property of d has.
func unused(name string, d *devices.Device) string {
	for {
		if _, taken := d.Property(name); !taken {
			return name
		}
		name = "homie_" + name
	}
}

// clip keeps a stranger's text within what a device may say.
func clip(text string) string {
	const most = 200 // bytes
	return strings.TrimSpace(strings.ToValidUTF8(text[:min(len(text), most)], ""))
}

// stat is one of the figures of a device before version 5.
type stat struct {
	id       string
	property devices.Property
}

// stats are those that the convention names.
var stats = []stat{
	{"battery", devices.Property{Name: "battery", Unit: "%", Class: "battery"}},
	{"signal", devices.Property{Name: "signal", Unit: "%"}},
	{"uptime", devices.Property{Name: "uptime", Unit: "s", Class: "duration"}},
	{"cputemp", devices.Property{Name: "cpu_temperature", Unit: "°C", Class: "temperature"}},
	{"cpuload", devices.Property{Name: "cpu_load", Unit: "%"}},
	{"freeheap", devices.Property{Name: "free_memory", Unit: "B", Class: "data_size"}},
	{"supply", devices.Property{Name: "supply_voltage", Unit: "V", Class: "voltage"}},
}

// field is a property on its way to be announced.
type field struct {
	path, datatype string
	fleeting       bool
	property       devices.Property
}

// fields are the properties of a device: each with a name that it keeps, which is
// a word that people know, or its ID, or its ID behind that of its node, the first
// of them that no other property wants.
func (d *device) fields(described *description) (out []field) {
	type candidate struct{ names [3]string }
	var wants []candidate
	count, seen := make(map[string]int), make(map[string]bool)
	for i := range described.Nodes {
		n := &described.Nodes[i]
		for j := range n.Properties {
			p := &n.Properties[j]
			if len(out) == devices.MaxProperties-len(stats)-1 {
				break
			}
			f, word := field{path: n.ID + "/" + p.ID, datatype: p.Datatype, fleeting: p.Fleeting}, ""
			if seen[f.path] {
				continue
			}
			seen[f.path] = true
			f.property, word = meaning(n, p)
			if len(described.Nodes) > 1 && n.Name != "" && f.property.Label != "" {
				f.property.Label = clip(n.Name + ": " + f.property.Label)
			}
			c := candidate{[3]string{word, slug(p.ID), slug(n.ID + "-" + p.ID)}}
			count[c.names[0]]++
			if c.names[1] != c.names[0] {
				count[c.names[1]]++
			}
			out, wants = append(out, f), append(wants, c)
		}
	}
	d.forgetNames(out)
	taken := make(map[string]bool)
	for _, name := range d.called {
		taken[name] = true
	}
	for i := range out {
		f := &out[i]
		name := d.called[f.path]
		for j, want := range wants[i].names {
			if name == "" && want != "" && !taken[want] && (j == 2 || count[want] == 1) {
				name = want
			}
		}
		for n := 2; name == ""; n++ {
			if want := fmt.Sprintf("%.50s_%d", cmp.Or(wants[i].names[2], "property"), n); !taken[want] {
				name = want
			}
		}
		taken[name], d.called[f.path], f.property.Name = true, name, name
	}
	return append(out, d.figures(described, taken)...)
}

// forgetNames forgets the names of properties that are no more, when there are too
// many of them.
func (d *device) forgetNames(fields []field) {
	if len(d.called) <= 2*devices.MaxProperties {
		return
	}
	old := d.called
	d.called = make(map[string]string)
	for i := range fields {
		if name, ok := old[fields[i].path]; ok {
			d.called[fields[i].path] = name
		}
	}
}

// figures are the statistics, which many devices have.
func (d *device) figures(described *description, taken map[string]bool) (out []field) {
	for _, s := range described.stats {
		path := "$stats/" + s.id
		f := field{path: path, datatype: "float", property: s.property}
		f.property.Type, f.property.Category = devices.TypeNumber, devices.Diagnostic
		if name, ok := d.called[path]; ok {
			f.property.Name = name
		} else if taken[s.property.Name] {
			f.property.Name = "device_" + s.property.Name
		}
		if d.called[path] == "" && taken[f.property.Name] {
			continue
		}
		taken[f.property.Name], d.called[path] = true, f.property.Name
		out = append(out, f)
	}
	return out
}

// slug makes a property name of an ID.
func slug(id string) string { return strings.ReplaceAll(string(devices.Slug(id)), "-", "_") }
