package mqtt

import (
	"errors"
	"slices"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

// dialect is a convention by which devices are discovered.
type dialect struct {
	name string
	new  func(*Config, *convention.Names) convention.Convention
}

// dialects returns the conventions by which devices are discovered. Where the
// configuration has no order of its own, the first one that announces a device
// speaks for it.
func dialects() []dialect {
	return []dialect{
		{homeassistant.Name, func(c *Config, names *convention.Names) convention.Convention {
			return homeassistant.New(names, homeassistant.Config{Prefix: c.DiscoveryPrefix})
		}},
	}
}

// dialectNames returns how the configuration calls conventions.
func dialectNames(known []dialect) []string {
	names := make([]string, len(known))
	for i := range known {
		names[i] = known[i].name
	}
	return names
}

// speaker is one convention as the adapter speaks it.
type speaker struct {
	convention.Convention
	name  string
	heard bool      // it knew a message since it was asked what is due
	next  time.Time // when something is due; zero: nothing is
}

// speakers are the conventions of one run: first that of the configuration's
// devices, then those that the configuration names, in its order.
type speakers struct {
	table *mapped.Table
	names *convention.Names
	all   []*speaker
}

// newSpeakers makes conventions that have heard of nothing.
func newSpeakers(cfg *Config, known []dialect) (*speakers, error) {
	table, err := mapped.Compile(cfg.Devices)
	if err != nil {
		return nil, err
	}
	reserved := make([]devices.ID, 0, len(cfg.Devices))
	for _, d := range table.Devices() {
		reserved = append(reserved, d.ID)
	}
	s := &speakers{table: table, names: convention.NewNames(cfg.Conventions, reserved)}
	s.names.Limit(cfg.MaxDevices)
	s.all = append(s.all, &speaker{Convention: table, name: "mapped"})
	for _, name := range cfg.Conventions {
		i := slices.IndexFunc(known, func(k dialect) bool { return k.name == name })
		if i < 0 {
			return nil, errors.New(unknownConvention(name, dialectNames(known)))
		}
		s.all = append(s.all, &speaker{Convention: known[i].new(cfg, s.names), name: name})
	}
	return s, nil
}

// filters returns what to subscribe to from the start.
func (s *speakers) filters(yield func(by int, f convention.Filter)) {
	for i, speaker := range s.all {
		for _, f := range speaker.Filters() {
			yield(i, f)
		}
	}
}

// Filters returns what an adapter of this configuration subscribes to before it has
// heard of any device, each topic once. It fails where Validate finds a mistake.
func (c *Config) Filters() ([]convention.Filter, error) {
	spoken, err := newSpeakers(c, dialects())
	if err != nil {
		return nil, err
	}
	var filters []convention.Filter
	seen := make(map[string]bool)
	spoken.filters(func(_ int, f convention.Filter) {
		if !seen[f.Topic] {
			seen[f.Topic] = true
			filters = append(filters, f)
		}
	})
	return filters, nil
}

// validateConventions reports the names of conventions that are wrong.
func (c *Config) validateConventions(known []dialect, report func(path, problem string)) {
	names := dialectNames(known)
	for i, name := range c.Conventions {
		path := indexed("conventions", i)
		switch {
		case slices.Contains(c.Conventions[:i], name):
			report(path, quoted(name)+" is there twice; remove one")
		case slices.Contains(names, name):
		default:
			report(path, unknownConvention(name, names))
		}
	}
}
