package tasmota

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// device is one that is known.
type device struct {
	mac, key  string
	alias     string // the key it may have where it announces itself to Home Assistant
	id        devices.ID
	config    *config
	announced string // the payload that config was read from
	sensors   sensors
	topics    topics
	life      alive.Life

	info     *devices.Device
	bindings map[string][]binding // by the path of a leaf
	orders   map[string]order     // by property
	shutters []shutter
	ends     []end
	fanSpeed float64 // the last one that was not off; 0: unknown
	fadings  []fading
	values   []devices.Value // that the properties have
}

// filters are the topics that the general ones of [Tasmota.Filters] leave out.
func (d *device) filters() []convention.Filter {
	filters := []convention.Filter{{Topic: d.topics.stat + "+", QoS: 1}}
	c := d.config
	usual := c.Full == "%prefix%/%topic%/" || c.Full == "%topic%/%prefix%/"
	oneLevel := !slices.Contains([]byte(c.Topic), '/') && c.Prefixes[2] == "tele"
	if usual && oneLevel || d.topics.tele == d.topics.stat {
		return filters
	}
	for _, tail := range heard {
		filters = append(filters, convention.Filter{Topic: d.topics.tele + tail, QoS: 1})
	}
	return filters
}

// describe makes the properties of d and announces it.
func (d *device) describe(r *convention.Result) error {
	c, before, values := d.config, d.info, d.values
	d.info = &devices.Device{
		ID: d.id, Name: clip(c.Device), Manufacturer: "Tasmota", Model: clip(c.Model), Serial: upper(d.mac),
	}
	if d.info.Name == "" {
		d.info.Name = clip(c.wanted())
	}
	d.bindings, d.orders = make(map[string][]binding), make(map[string]order)
	d.shutters, d.ends, d.fadings = d.shutters[:0], d.ends[:0], d.fadings[:0]
	b := builder{d}
	b.relays()
	b.fan()
	b.covers()
	b.switches()
	b.buttons()
	left := b.readings()
	b.diagnostics()
	d.values = make([]devices.Value, len(d.info.Properties))
	for i := range values {
		if j := slices.IndexFunc(d.info.Properties, func(p devices.Property) bool { return p.Name == before.Properties[i].Name }); j >= 0 {
			d.values[j] = values[i]
		}
	}
	d.info.Kind = kind(d.info.Properties, c.Fan > 0)
	if err := d.info.Validate(); err != nil {
		return fmt.Errorf("%w: %w", errUndescribable, err)
	}
	r.Announced = append(r.Announced, d.info)
	d.life.Tell(r, d.id)
	if c.DeepSleep > 0 {
		d.life.Sleep(r, d.id, 2*time.Duration(min(c.DeepSleep, maxSleep))*time.Second+patience)
	}
	if left > 0 {
		r.Faults = append(r.Faults, convention.Fault{Topic: discovery + upper(d.mac) + "/sensors",
			Err: fmt.Errorf("%d values more than the %d that a device can have; they are left out", left, maxSensors)})
	}
	return nil
}

// How long a device that sleeps may be silent: twice as long as it says, and a while
// to find its network.
const (
	maxSleep = 30 * 24 * 3600 // seconds
	patience = 10 * time.Minute
)

// builder adds properties to a device.
type builder struct{ d *device }

// add adds a property, what orders it, and the leaves that carry its value. It
// returns its index.
func (b builder) add(p devices.Property, o order, how reading, paths ...string) int {
	p.Name = b.unique(p.Name)
	p.Writable = o.how != orderNone
	b.d.info.Properties = append(b.d.info.Properties, p)
	i := len(b.d.info.Properties) - 1
	if p.Writable {
		b.d.orders[p.Name] = o
	}
	b.bind(i, how, 0, paths...)
	return i
}

// bind makes leaves carry the value of a property.
func (b builder) bind(property int, how reading, index int, paths ...string) {
	for _, path := range paths {
		b.d.bindings[path] = append(b.d.bindings[path], binding{property: property, how: how, index: index})
	}
}

func (b builder) unique(name string) string {
	if name == "" {
		name = "value"
	}
	const longest = 58 // leaves room for a number
	if len(name) > longest {
		name = name[:longest]
	}
	candidate := name
	for i := 2; ; i++ {
		if _, taken := b.d.info.Property(candidate); !taken {
			return candidate
		}
		candidate = name + "_" + strconv.Itoa(i)
	}
}

// numbered names the first of several parts plainly and the others with their number.
func numbered(name string, first bool, number int) string {
	if first {
		return name
	}
	return name + "_" + strconv.Itoa(number)
}

// kind is the word for what a device with these properties is.
func kind(properties []devices.Property, fan bool) string {
	var hints []string
	if fan {
		hints = append(hints, "fan")
	}
	happens, more := false, false
	for i := range properties {
		p := &properties[i]
		if p.Category != devices.Primary {
			continue
		}
		switch {
		case p.Name == "target":
			hints = append(hints, "thermostat")
		case p.Class == "position":
			hints = append(hints, "cover")
		case p.Class == "light":
			hints = append(hints, "light")
		}
		happens = happens || p.Class == "event"
		more = more || p.Class != "event"
	}
	if happens && !more {
		hints = append(hints, "event")
	}
	return cmp.Or(convention.Kind(properties, hints), "sensor")
}
