package homeassistant

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// describe makes the device that g is, without an ID, and names its parts.
func (d *Discovery) describe(r *convention.Result, g *group) *devices.Device {
	device := &devices.Device{}
	var hints []string
	for _, e := range g.entities {
		info := &e.info
		fill(&device.Name, info.name)
		fill(&device.Manufacturer, info.manufacturer)
		fill(&device.Model, info.model)
		fill(&device.Model, info.modelID)
		fill(&device.Serial, info.serial)
		fill(&device.Area, info.area)
		if e.category == devices.Primary {
			hints = append(hints, hintOf(e))
		}
	}
	for identity := range g.identities {
		if listed, ok := d.zigbee[identity]; ok {
			fill(&device.Name, listed.Name)
			fill(&device.Manufacturer, listed.Definition.Vendor)
			fill(&device.Model, listed.Definition.Description)
			fill(&device.Model, listed.Definition.Model)
		}
	}
	if device.Name == "" {
		device.Name = g.nameless(device)
	}
	parts := g.partsInOrder()
	if len(parts) > devices.MaxProperties {
		d.refuse(r, g.entities[0].topic(), fmt.Errorf("the last %d of them: a device has at most %d properties", len(parts)-devices.MaxProperties, devices.MaxProperties))
		slices.SortStableFunc(parts, func(a, b *part) int { return cmp.Compare(a.unsettled(), b.unsettled()) })
		for _, p := range parts[devices.MaxProperties:] {
			p.property.Name = ""
		}
		parts = parts[:devices.MaxProperties]
	}
	nameParts(parts, []string{slug(device.Name), slug(device.Model)})
	device.Properties = make([]devices.Property, len(parts))
	for i, p := range parts {
		device.Properties[i] = p.property
		device.Properties[i].Label = withoutName(p.property.Label, device.Name)
		if p.shared {
			g.share(p, &device.Properties[i])
		}
	}
	device.Kind = convention.Kind(device.Properties, hints)
	return device
}

// hintOf is what e says of the kind of its device. That there is something to press makes
// no remote control of it, and letting others join no switch.
func hintOf(e *entity) string {
	if e.component == "button" || slug(e.name) == "permit_join" {
		return ""
	}
	return e.component
}

func fill(field *string, text string) {
	if *field == "" {
		*field = text
	}
}

// nameless is what a device is called that has not said its name.
func (g *group) nameless(device *devices.Device) string {
	if device.Model != "" {
		return strings.TrimSpace(device.Manufacturer + " " + device.Model)
	}
	for _, e := range g.entities {
		if e.main && e.name != "" {
			return e.name
		}
	}
	_, name, _ := strings.Cut(g.entities[0].info.identities[0], ":")
	return clip(name)
}

// partsInOrder are the parts of g: what the device is there for first, and among those
// what it is, then what has a name that people know.
func (g *group) partsInOrder() []*part {
	var out []*part
	for _, e := range g.entities {
		for _, p := range e.parts {
			if !p.shared || !sharesWith(out, p) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.property.Category, b.property.Category), cmp.Compare(a.place(), b.place()))
	})
	return out
}

// place is how far behind p stands among the parts of its category.
func (p *part) place() int {
	switch {
	case p.entity.main:
		return 0
	case p.standard != "":
		return 1
	case !p.property.Writable:
		return 2
	}
	return 3
}

func sharesWith(parts []*part, p *part) bool {
	return slices.ContainsFunc(parts, func(other *part) bool { return other.shared && other.standard == p.standard })
}

// share makes one property of first and the parts that share it.
func (g *group) share(first *part, property *devices.Property) {
	var options []string
	for _, e := range g.entities {
		for _, p := range e.parts {
			if !p.shared || p.standard != first.standard {
				continue
			}
			p.property.Name = property.Name
			for _, option := range p.property.Options {
				if !slices.Contains(options, option) {
					options = append(options, option)
				}
			}
		}
	}
	property.Options = options
	if len(options) > devices.MaxOptions {
		property.Type, property.Options = devices.TypeText, nil
	}
}

// nameParts gives each part a name of its own: the one that was written down for it;
// else the standard one where it has the best claim to it, else its own. It depends on
// which parts there are, and not on which came first.
func nameParts(parts []*part, prefixes []string) {
	taken := make(map[string]bool, len(parts))
	fresh := make([]*part, 0, len(parts))
	for _, p := range parts {
		if p.settled == "" || taken[p.settled] {
			fresh = append(fresh, p)
			continue
		}
		p.property.Name = p.settled
		taken[p.settled] = true
	}
	best := make(map[string]*part, len(fresh)) // by standard name; nil: nobody's
	for _, p := range fresh {
		if p.standard == "" || p.qualified || taken[p.standard] {
			continue
		}
		if other := best[p.standard]; other == nil || p.claim(prefixes) > other.claim(prefixes) {
			best[p.standard] = p
		}
	}
	for _, p := range fresh { // two with the same claim have none
		other := best[p.standard]
		if other != nil && other != p && !p.qualified && p.claim(prefixes) == other.claim(prefixes) && p.own(prefixes) != p.standard {
			best[p.standard] = nil
		}
	}
	for _, p := range fresh {
		if best[p.standard] == p {
			p.property.Name = p.standard
			taken[p.standard] = true
		}
	}
	for _, p := range fresh {
		if best[p.standard] != p {
			p.property.Name = free(taken, p.own(prefixes), p.entity.component)
			taken[p.property.Name] = true
		}
	}
}

// unsettled is 0 for a part whose name is written down, and 1 for any other.
func (p *part) unsettled() int {
	if p.settled != "" {
		return 0
	}
	return 1
}

// claim is how good a claim p has to its standard name.
func (p *part) claim(prefixes []string) int {
	claim := 0
	if p.property.Category == devices.Primary {
		claim += 4
	}
	if p.entity.main {
		claim += 2
	}
	if p.own(prefixes) == p.standard {
		claim++
	}
	return claim
}

// own is the name of p by which its maker knows it, without the device's or its model's
// in front.
func (p *part) own(prefixes []string) string {
	for _, prefix := range prefixes {
		rest, ok := strings.CutPrefix(p.plain, prefix+"_")
		if ok && prefix != "" && rest != "" {
			return rest
		}
	}
	return p.plain
}

// free is name, or what it is with more behind it where it is taken.
func free(taken map[string]bool, name, component string) string {
	if name == "" {
		name = component
	}
	if !taken[name] {
		return name
	}
	if with := name + "_" + slug(component); !taken[with] {
		return with
	}
	for i := 2; ; i++ {
		if with := name + "_" + strconv.Itoa(i); !taken[with] {
			return with
		}
	}
}

// withoutName is a label without the device's name in front.
func withoutName(label, device string) string {
	if rest, ok := strings.CutPrefix(label, device); ok && device != "" {
		if trimmed := strings.TrimLeft(rest, " :-–_"); trimmed != "" && trimmed != rest {
			return trimmed
		}
	}
	return label
}

// slug makes the name of a property of what people call it.
func slug(text string) string {
	return strings.ReplaceAll(string(devices.Slug(text)), "-", "_")
}
