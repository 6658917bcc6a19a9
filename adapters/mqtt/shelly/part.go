package shelly

import (
	"cmp"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
	"thingbridge/devices"
)

// part is the part of a device that a path belongs to: relay/0, switch:0, or the
// device itself.
type part struct {
	key    string // "switch:0", "relay/0"
	kind   string // "switch", "relay"
	number int
}

// partOf finds the part that a path begins with.
func partOf(path string) part {
	key, _, _ := strings.Cut(path, "/")
	if kind, id, ok := strings.Cut(key, ":"); ok {
		n, err := strconv.ParseUint(id, 10, 24)
		if err == nil {
			return part{key, kind, int(n)}
		}
	}
	kind, rest, _ := strings.Cut(path, "/")
	if kind == "info" { // of the device, and in it of its thermostats
		if inner, rest, _ := strings.Cut(rest, "/"); inner == "thermostats" {
			id, _, _ := strings.Cut(rest, "/")
			n, _ := strconv.ParseUint(id, 10, 16)
			return part{"thermostat/" + id, "thermostat", int(n)}
		}
	}
	id, _, _ := strings.Cut(rest, "/")
	if n, err := strconv.ParseUint(id, 10, 16); err == nil {
		return part{kind + "/" + id, kind, int(n)}
	}
	return part{"", kind, 0}
}

// numbered names the first of several parts plainly and the others with a number, as
// people count. Those that were added later have numbers of their own, from 100.
func numbered(name string, number int) string {
	const added = 100
	switch {
	case number == 0:
		return name
	case number < added:
		return name + "_" + strconv.Itoa(number+1)
	}
	return name + "_" + strconv.Itoa(number)
}

// pattern is the shape of a path of a part: its number left out.
func pattern(path string) string {
	part := partOf(path)
	switch {
	case part.key == "":
		return path
	case strings.HasPrefix(path, part.key):
		separator := "/#"
		if strings.Contains(part.key, ":") {
			separator = ":#"
		}
		return part.kind + separator + path[len(part.key):]
	}
	return strings.Replace(path, "/"+strconv.Itoa(part.number)+"/", "/#/", 1)
}

// shape finds what a path means on d.
func (d *device) shape(path string) (shape, bool) {
	p := pattern(path)
	table := &firstShapes
	if d.generation > 1 {
		table = &laterShapes
	}
	if found, ok := (*table)[p]; ok {
		return found, true
	}
	if kind, ok := d.generics[path]; ok {
		found := generic(path, kind)
		return found, found.property.Validate() == nil
	}
	if part := partOf(path); d.generation > 1 {
		return d.configured(part, path[len(part.key):])
	}
	return shape{}, false
}

// generic is what a value means of which no more is known than that it is there.
func generic(path string, kind devices.Type) shape {
	part := partOf(path)
	name := part.kind + "_" + strings.TrimPrefix(path, part.key)
	if part.key == "" {
		name = path
	}
	s := number(naming.Property(name), "", "").diagnostic()
	if kind == devices.TypeBoolean {
		s = truth(naming.Property(name), "").diagnostic()
	}
	return s
}

// kind is the word for what d is.
func (d *device) kind() string {
	var hints []string
	happens, metered := false, false
	for i := range d.info.Properties {
		p := &d.info.Properties[i]
		if p.Category != devices.Primary {
			continue
		}
		if hint := hintOf[p.Class]; hint != "" {
			hints = append(hints, hint)
		}
		happens = happens || p.Class == "event"
		metered = metered || p.Class == "power" || p.Class == "energy"
	}
	if happens && !metered {
		hints = append(hints, "event")
	}
	return cmp.Or(convention.Kind(d.info.Properties, hints), "sensor")
}

// hintOf is what a class says of the kind of its device.
var hintOf = map[string]string{"setpoint": "thermostat", "position": "cover", "light": "light"}
