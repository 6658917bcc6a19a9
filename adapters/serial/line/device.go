package line

import (
	"math"

	"thingbridge/devices"
)

// device is one device at the port.
type device struct {
	id        devices.ID
	wire      string // what device_key says in its lines
	about     Device // what the configuration says of it
	bindings  []*binding
	byKey     map[string]*binding // fields that were looked up before; nil: of no property
	learns    bool                // fields that no property has become properties
	announced bool

	presence
}

func newDevice(id devices.ID, wire string, about *Device) *device {
	return &device{id: id, wire: wire, about: *about, byKey: make(map[string]*binding), learns: len(about.Properties) == 0}
}

// maxKnown bounds the keys that a device looks up only once.
const maxKnown = 512

// find returns the property that a field is of, or nil.
func (d *device) find(key []byte) *binding {
	if b, ok := d.byKey[string(key)]; ok {
		return b
	}
	return d.look(string(key))
}

// look finds a property by what the key means, for keys that were not seen before.
func (d *device) look(key string) *binding {
	var match *binding
	name := standard(key).name
	for _, b := range d.bindings {
		if b.key == "" && (b.property.Name == name || b.property.Name == slugOf(key)) {
			match = b
			break
		}
	}
	if len(d.byKey) < maxKnown {
		d.byKey[key] = match
	}
	return match
}

// add gives the device a property.
func (d *device) add(b *binding) {
	d.bindings = append(d.bindings, b)
	if b.key == "" {
		return
	}
	if _, taken := d.byKey[b.key]; !taken || d.byKey[b.key] == nil {
		d.byKey[b.key] = b
	}
	if path := slashed(b.key); path != b.key && d.byKey[path] == nil {
		d.byKey[path] = b // a.b is how people write the path a/b
	}
}

// slashed writes a path with strokes instead of points.
func slashed(key string) string {
	out := []byte(key)
	for i, c := range out {
		if c == '.' {
			out[i] = '/'
		}
	}
	return string(out)
}

// named returns the property of that name, or nil.
func (d *device) named(name string) *binding {
	for _, b := range d.bindings {
		if b.property.Name == name {
			return b
		}
	}
	return nil
}

// describe makes the device that is announced.
func (d *device) describe() *devices.Device {
	out := &devices.Device{
		ID:           d.id,
		Name:         d.about.Name,
		Area:         d.about.Area,
		Kind:         d.about.Kind,
		Manufacturer: d.about.Manufacturer,
		Model:        d.about.Model,
		Properties:   make([]devices.Property, len(d.bindings)),
	}
	for i, b := range d.bindings {
		out.Properties[i] = b.property
	}
	if out.Kind == "" {
		out.Kind = guessKind(out.Properties)
	}
	return out
}

// describeProperty makes the property that the configuration means. p is valid.
func describeProperty(p *Property) devices.Property {
	out := devices.Property{
		Name:     p.Name,
		Type:     p.kind(),
		Unit:     p.Unit,
		Step:     p.Step,
		Deadband: p.Deadband,
		Options:  p.Options,
		Writable: p.Write != "",
		Class:    p.Class,
		Label:    p.Label,
	}
	if out.Class == "" {
		out.Class = fittingClass(orElse(standard(p.Name).class, classOf(unitOf(p.Unit))), &out)
	}
	if p.Min != nil || p.Max != nil {
		out.Min, out.Max = math.Inf(-1), math.Inf(1)
	}
	if p.Min != nil {
		out.Min = *p.Min
	}
	if p.Max != nil {
		out.Max = *p.Max
	}
	return out
}

// fittingClass returns class, or nothing where a property of that type has no such
// class.
func fittingClass(class string, p *devices.Property) string {
	switch class {
	case "motion", "occupancy", "door", "window", "smoke":
		if p.Type != devices.TypeBoolean {
			return ""
		}
	case "battery":
		if by := classOf(unitOf(p.Unit)); by != "" {
			return by
		}
	case "moisture":
	default:
		if p.Type != devices.TypeNumber {
			return ""
		}
	}
	return class
}

// kind is the type that p is given, or else the one that its other keys mean; 0 when
// it is given one that does not exist.
func (p *Property) kind() devices.Type {
	for t := devices.TypeNumber; t <= devices.TypeText; t++ {
		if p.Type == t.String() {
			return t
		}
	}
	switch {
	case p.Type != "":
		return 0
	case len(p.Options) > 0:
		return devices.TypeEnum
	case p.TextOn != "" || p.TextOff != "":
		return devices.TypeBoolean
	}
	return devices.TypeNumber
}

// guessKind says what a device with these properties is.
func guessKind(properties []devices.Property) string {
	var switchable, measures bool
	watches := ""
	for i := range properties {
		p := &properties[i]
		switch {
		case p.Writable && p.Type == devices.TypeNumber && p.Class == "temperature":
			return "thermostat"
		case p.Writable && (p.Name == "brightness" || p.Name == "color_temp" || p.Name == "light"):
			return "light"
		case p.Writable && p.Class == "lock":
			return "lock"
		case p.Writable && (p.Name == "position" || p.Name == "cover"):
			return "cover"
		case p.Writable && p.Type == devices.TypeBoolean:
			switchable = true
		case p.Class == "power" || p.Class == "energy":
			measures = true
		case p.Class == "motion" || p.Class == "door" || p.Class == "window" || p.Class == "smoke":
			watches = p.Class
		}
	}
	switch {
	case switchable && measures:
		return "plug"
	case switchable:
		return "switch"
	case measures:
		return "meter"
	case watches != "":
		return watches
	}
	return "sensor"
}
