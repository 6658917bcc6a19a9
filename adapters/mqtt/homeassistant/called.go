package homeassistant

import (
	"slices"
	"strings"
)

// ofLights are the names of parts of lights that other components have too, in devices
// with lights.
var ofLights = []string{"brightness", "color", "color_temp", "effect"}

// plain is the name of a part by which the entity's maker would know it.
func (e *entity) plain(standard string) string {
	name := slug(e.name)
	if name == "" && !e.main && e.component != "switch" && e.class != "" {
		name = slug(e.class)
		if e.within != "" {
			name = e.within // a class says less: all four counters of a meter have one
		}
	}
	if name == "" {
		name = slug(e.object)
	}
	if name == "" {
		name = slug(e.component)
	}
	if !e.main && standard == "" && slices.Contains(ofLights, name) {
		return name + "_" + slug(e.component) // the light itself has a part of that name, now or later
	}
	if (len(e.parts) > 0 || e.main) && standard != "" && standard != name {
		name += "_" + standard
	}
	return name
}

// qualifies reports whether the maker of e tells it apart from others of its sort in the
// device, as the phases of a meter and the channels of a dimmer are: that is so whether
// or not the others have been announced.
func (e *entity) qualifies(standard string) bool {
	if e.within == "" || standard == "" {
		return false
	}
	if e.main {
		channel, ok := strings.CutPrefix(e.within, slug(e.component)+"_")
		return ok && channel == slug(e.name)
	}
	return e.name == "" && e.class != "" && e.within != standard && (hasWord(e.within, standard) || numbered(e.within))
}

// numbered reports whether name ends in a number of its own.
func numbered(name string) bool {
	at := strings.LastIndexByte(name, '_')
	return at > 0 && strings.Trim(name[at+1:], "0123456789") == "" && at+1 < len(name)
}

// hasWord reports whether word stands in name, parted from the rest.
func hasWord(name, word string) bool { return strings.Contains("_"+name+"_", "_"+word+"_") }
