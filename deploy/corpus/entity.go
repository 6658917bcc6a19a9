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
	added   []string // properties that are new
	altered []string // that have other options, names or ranges than before
	dropped []string // that are gone, from whichever device
}

// since compares the devices with how they were.
func (h *house) since(before shape) change {
	var c change
	for _, twin := range h.registry.All() {
		now := twin.Device
		old := before[now.ID]
		if old == now {
			continue
		}
		if old == nil || len(c.device) == 0 {
			c.device = now.ID
		}
		for i := range now.Properties {
			p := &now.Properties[i]
			was, known := (*devices.Property)(nil), false
			if old != nil {
				was, known = old.Property(p.Name)
			}
			switch {
			case !known:
				c.added = append(c.added, p.Name)
				c.device = now.ID
			case !reflect.DeepEqual(was, p):
				c.altered = append(c.altered, p.Name)
			}
		}
		if old == nil {
			continue
		}
		for i := range old.Properties {
			if _, ok := now.Property(old.Properties[i].Name); !ok {
				c.dropped = append(c.dropped, old.Properties[i].Name)
			}
		}
	}
	return c
}

// discover publishes an announcement and returns the entity that it makes. Its
// properties are those that are new; where none is, those that became different.
func (h *house) discover(component string, m message, config fields) (*entity, change) {
	before := h.shapeOf()
	h.hear(m)
	c := h.since(before)
	e := &entity{component: component, topic: m.topic, config: config, device: c.device, properties: c.added}
	if len(c.added) == 0 {
		e.properties = c.altered
	}
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
