package rflink

import (
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// device is what is behind an address on the air, or behind one switch of it.
type device struct {
	x      *RFLink
	id     devices.ID
	as     key     // how it is written, to send
	cfg    *Device // nil: it is not configured
	home   string  // the key in the configuration, or of the first address; Adopt does not change it
	only   string  // the switch that it is; empty: all that are nobody else's
	sender *sender

	properties []devices.Property
	features   []feature
	units      []*unit
	announced  *devices.Device
	grown      bool

	faulty bool // that its last line was at fault
	told   devices.Availability
	heard  time.Time
	rhythm time.Duration // of a sensor; 0: not known
}

// feature is a label that the device has said.
type feature struct {
	label    *label
	property int  // in properties
	bad      bool // that its last value was at fault
	says     bool // OFF, too
	clear    time.Time
}

func newDevice(x *RFLink, as key, cfg *Device) *device {
	d := &device{x: x, as: as, cfg: cfg, home: as.whole()}
	if cfg == nil {
		return d
	}
	d.only, d.id = cfg.Switch, devices.ID(cfg.ID)
	if d.id == "" {
		name := x.adapter + " " + as.protocol + " " + as.address
		if d.only != "" {
			name += " " + d.only
		}
		d.id = devices.Slug(name)
	}
	if d.only != "" {
		d.unit(appendLower(nil, []byte(d.only)), []byte(d.only))
	} else if wires[lower(as.protocol)].form != withSwitch && kinds[cfg.Kind].commands {
		d.unit(nil, nil)
	}
	return d
}

func lower(text string) string { return string(appendLower(nil, []byte(text))) }

// measures reports whether it speaks by itself, so that its silence means something.
func (d *device) measures() bool {
	for i := range d.features {
		if f := d.features[i].label.form; f != truth && f != lowness && d.features[i].label.word != "CHIME" {
			return true
		}
	}
	return false
}

// feature returns what the device knows of a label, which it learns here.
func (d *device) feature(l *label) *feature {
	for i := range d.features {
		if d.features[i].label == l {
			return &d.features[i]
		}
	}
	if len(d.features) >= maxFields {
		return nil
	}
	if known := d.property(l.property.Name); known != nil && (known.Unit != l.property.Unit || known.Type != l.property.Type) {
		return nil
	}
	d.features = append(d.features, feature{label: l, property: d.addProperty(l.property)})
	return &d.features[len(d.features)-1]
}

// addProperty returns the place of a property, which it adds if it is not there.
func (d *device) addProperty(p devices.Property) int {
	for i := range d.properties {
		if known := &d.properties[i]; known.Name == p.Name {
			d.grown = d.grown || p.Writable && !known.Writable
			known.Writable = known.Writable || p.Writable
			return i
		}
	}
	d.properties = append(d.properties, p)
	d.grown = true
	return len(d.properties) - 1
}

// take appends what fields say whose labels the device has learned.
func (d *device) take(r *codec.Result, fields []field, at time.Time) {
	for i := range fields {
		f := d.feature(fields[i].label)
		if f == nil {
			continue
		}
		name := d.properties[f.property].Name
		v, err := f.label.value(fields[i].value)
		if err != nil {
			r.Faults = append(r.Faults, codec.Fault{Device: d.id, Property: name, Err: err})
			f.bad = true
			continue
		}
		if f.bad {
			r.Faults = append(r.Faults, codec.Fault{Device: d.id, Property: name})
			f.bad = false
		}
		r.Readings = append(r.Readings, devices.Reading{Device: d.id, Property: name, Value: v, At: at})
		f.hold(v, at)
	}
}

// hold notes when what is on will be off, if the device never says so itself.
func (f *feature) hold(v devices.Value, at time.Time) {
	if f.label.clears == 0 {
		return
	}
	on, _ := v.Boolean()
	f.says = f.says || !on
	f.clear = time.Time{}
	if on && !f.says {
		f.clear = at.Add(f.label.clears)
	}
}

// announce makes the device known as it is now, to everybody and after a restart.
func (d *device) announce(r *codec.Result) {
	d.grown = false
	it := &devices.Device{ID: d.id, Name: d.as.protocol + " " + d.as.address, Model: d.as.protocol, Serial: d.as.address, Kind: d.kind()}
	if d.cfg != nil {
		it.Area = d.cfg.Area
		if d.cfg.Name != "" {
			it.Name = d.cfg.Name
		}
	}
	it.Properties = append(it.Properties, d.properties...)
	d.announced = it
	r.Announced = append(r.Announced, it)
	r.Availability = append(r.Availability, devices.Presence{Device: d.id, Availability: d.told})
	r.Keep = append(r.Keep, d.record())
}

// kind is what the device is, as it is configured, or by what it says.
func (d *device) kind() string {
	if d.cfg != nil && d.cfg.Kind != "" {
		return d.cfg.Kind
	}
	for _, u := range d.units {
		switch {
		case u.moves:
			return "cover"
		case u.dims || u.paints:
			return "light"
		}
	}
	kind := ""
	for i := range d.features {
		switch d.features[i].label.word {
		case "SMOKEALERT":
			return "smoke"
		case "PIR":
			kind = "motion"
		case "CHIME":
			return "button"
		case "WATT", "KWATT", "METER":
			kind = "meter"
		}
	}
	switch {
	case kind != "":
		return kind
	case len(d.units) > 0:
		return "switch"
	}
	return "sensor"
}
