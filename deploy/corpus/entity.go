package main

import (
	"reflect"
	"slices"

	"thingbridge/devices"
)

// entity is one part of a device, as it was announced, and the properties that it has
// become. Which these are is seen from what its announcement changes in the registry,
// not from their names.
type entity struct {
	component  string
	topic      string // of the announcement
	config     fields // with long keys
	device     devices.ID
	properties []string
	pressed    bool // since it was announced, by a command that went out
}

// shape is what the devices of a registry are made of.
type shape map[devices.ID]*devices.Device

// shapeOf remembers how the devices are now.
func (h *house) shapeOf() shape {
	s := make(shape)
	for _, twin := range h.registry.All() {
		s[twin.Device.ID] = twin.Device
	}
	return s
}

// change is what an announcement did.
type change struct {
	device  devices.ID
	own     []string          // properties that are of the entity that was announced
	renamed map[string]string // properties of others that are called otherwise now
	dropped []string          // properties that are gone
}

// since compares the devices with how they were. A property that is new under the
// description of an earlier one, whose name has another description now or is gone, is
// the earlier one renamed.
func (h *house) since(before shape) change {
	c := change{renamed: make(map[string]string)}
	for _, twin := range h.registry.All() {
		now := twin.Device
		old := before[now.ID]
		if old == now {
			continue
		}
		if old == nil {
			old = &devices.Device{ID: now.ID}
		}
		c.device = now.ID
		var added, altered []string
		for i := range now.Properties {
			p := &now.Properties[i]
			was, known := old.Property(p.Name)
			switch {
			case !known:
				added = append(added, p.Name)
			case !reflect.DeepEqual(was, p):
				altered = append(altered, p.Name)
			}
		}
		for i := range old.Properties {
			name := old.Properties[i].Name
			if _, ok := now.Property(name); !ok {
				c.dropped = append(c.dropped, name)
			}
		}
		for _, name := range append(slices.Clone(c.dropped), altered...) {
			was, _ := old.Property(name)
			i := slices.IndexFunc(added, func(other string) bool {
				p, _ := now.Property(other)
				return sameButName(was, p)
			})
			if i < 0 {
				continue
			}
			c.renamed[name] = added[i]
			added = slices.Delete(added, i, i+1)
			if slices.Contains(altered, name) {
				c.own = append(c.own, name)
			}
		}
		if c.own = append(c.own, added...); len(c.own) == 0 {
			c.own = altered
		}
	}
	return c
}

func sameButName(a, b *devices.Property) bool {
	if a == nil || b == nil {
		return false
	}
	x, y := *a, *b
	x.Name, y.Name = "", ""
	return reflect.DeepEqual(x, y)
}

// discover publishes an announcement and returns the entity that it makes. Its
// properties are those that are new; where none is, those that became different.
func (h *house) discover(component string, m message, config fields) (*entity, change) {
	before := h.shapeOf()
	h.hear(m)
	c := h.since(before)
	for _, other := range h.entities {
		for i, name := range other.properties {
			if to, ok := c.renamed[name]; ok && other.device == c.device {
				other.properties[i] = to
			}
		}
	}
	e := &entity{component: component, topic: m.topic, config: config, device: c.device, properties: c.own}
	h.entities = append(h.entities, e)
	return e, c
}

// property returns the description of one of the properties of e that is called one
// of names, tried in their order: the name itself, or one that ends in it.
func (h *house) property(e *entity, names ...string) *devices.Property {
	device, ok := h.registry.Device(e.device)
	if !ok {
		return nil
	}
	for _, name := range names {
		for i := range device.Properties {
			p := &device.Properties[i]
			if slices.Contains(e.properties, p.Name) && p.Name == name {
				return p
			}
		}
	}
	for _, name := range names {
		for i := range device.Properties {
			p := &device.Properties[i]
			if slices.Contains(e.properties, p.Name) && endsIn(p.Name, name) {
				return p
			}
		}
	}
	return nil
}

// endsIn reports whether a property's name has another as its last words.
func endsIn(name, last string) bool {
	cut := len(name) - len(last)
	return cut > 0 && name[cut:] == last && (name[cut-1] == '_' || name[cut-1] == '-')
}

// reported is what a property of e last said.
func (h *house) reported(e *entity, p *devices.Property) devices.Value {
	if p == nil {
		return devices.Value{}
	}
	twin, ok := h.registry.Get(e.device)
	if !ok {
		return devices.Value{}
	}
	return twin.Reported(p.Name)
}

// all are the descriptions of the properties of e, as they are now.
func (h *house) all(e *entity) []*devices.Property {
	device, ok := h.registry.Device(e.device)
	if !ok {
		return nil
	}
	var out []*devices.Property
	for i := range device.Properties {
		if slices.Contains(e.properties, device.Properties[i].Name) {
			out = append(out, &device.Properties[i])
		}
	}
	return out
}

// siblings are the properties of e and those of its device that are described as one of
// them but for the name: when one is announced, the other may take its name over.
func (h *house) siblings(e *entity) []*devices.Property {
	out := h.all(e)
	device, ok := h.registry.Device(e.device)
	if !ok {
		return out
	}
	for _, own := range slices.Clone(out) {
		for i := range device.Properties {
			p := &device.Properties[i]
			if !slices.Contains(out, p) && sameButName(own, p) {
				out = append(out, p)
			}
		}
	}
	return out
}
