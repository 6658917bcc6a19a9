package serial

import (
	"slices"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/adapters/serial/line"
	"thingbridge/adapters/serial/modbus"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/adapters/serial/sml"
	"thingbridge/devices"
)

// protocols are the codecs that a configuration can name. Each needs one line here, and
// its section in [Config], as a pointer.
func protocols() []protocol {
	return []protocol{
		linesOf(line.JSON), linesOf(line.KeyValue), linesOf(line.CSV), linesOf(line.Pattern),
		protocolOf("mysensors", "mysensors", text, mysensors.Line,
			func(c *Config) **mysensors.Config { return &c.MySensors },
			func(adapter string, _ *Config, section *mysensors.Config) (codec.Codec, error) {
				return mysensors.New(adapter, *section)
			}),
		protocolOf("rflink", "rflink", text, rflink.Line,
			func(c *Config) **rflink.Config { return &c.RFLink },
			func(adapter string, _ *Config, section *rflink.Config) (codec.Codec, error) {
				return rflink.New(adapter, *section)
			}),
		protocolOf("modbus", "modbus", binary, modbus.Line,
			func(c *Config) **modbus.Config { return &c.Modbus },
			func(adapter string, c *Config, section *modbus.Config) (codec.Codec, error) {
				return modbus.New(adapter, c.Port, *section)
			}),
		protocolOf("dsmr", "dsmr", text, dsmr.Line,
			func(c *Config) **dsmr.Config { return &c.DSMR },
			func(adapter string, _ *Config, section *dsmr.Config) (codec.Codec, error) {
				return dsmr.New(adapter, *section)
			}),
		protocolOf("sml", "sml", binary, sml.Line,
			func(c *Config) **sml.Config { return &c.SML },
			func(adapter string, _ *Config, section *sml.Config) (codec.Codec, error) {
				return sml.New(adapter, *section)
			}),
	}
}

// linesOf describes a codec of lines. They share a section, of which some keys go with
// one of them alone.
func linesOf(format line.Format) protocol {
	p := protocolOf(string(format), "line", text, line.Line,
		func(c *Config) **line.Config { return &c.Lines },
		func(adapter string, _ *Config, section *line.Config) (codec.Codec, error) {
			return line.New(adapter, format, section)
		})
	p.check = func(c *Config, report func(path, problem string)) {
		if c.Lines != nil {
			c.Lines.Validate(format, func(path, problem string) { report(within("line", path), problem) })
		}
	}
	return p
}

// form is what frames consist of.
type form uint8

const (
	binary form = iota
	text        // lines for people to read
)

// protocol is one codec.
type protocol struct {
	name     string
	section  string // the key of its own part of the configuration; codecs can share one
	form     form
	usual    func() codec.Line
	given    func(*Config) bool // whether its section is there
	check    func(c *Config, report func(path, problem string))
	declared func(*Config) []devices.ID
	open     func(adapter string, c *Config) (codec.Codec, error)
}

// protocolOf describes a codec whose section has the type C. *C can have the methods
// SetDefaults, Validate as in [Config], and Declared, which names the devices that the
// section describes. A section that is not there counts as an empty one.
func protocolOf[C any](name, section string, f form, usual func() codec.Line, at func(*Config) **C, open func(adapter string, c *Config, section *C) (codec.Codec, error)) protocol {
	read := func(c *Config) *C {
		if given := *at(c); given != nil {
			return given
		}
		cfg := new(C)
		if d, ok := any(cfg).(interface{ SetDefaults() }); ok {
			d.SetDefaults()
		}
		return cfg
	}
	return protocol{
		name: name, section: section, form: f, usual: usual,
		given: func(c *Config) bool { return *at(c) != nil },
		check: func(c *Config, report func(path, problem string)) {
			if v, ok := any(read(c)).(interface {
				Validate(report func(path, problem string))
			}); ok {
				v.Validate(func(path, problem string) { report(within(section, path), problem) })
			}
		},
		declared: func(c *Config) []devices.ID {
			if d, ok := any(read(c)).(interface{ Declared() []devices.ID }); ok {
				return d.Declared()
			}
			return nil
		},
		open: func(adapter string, c *Config) (codec.Codec, error) { return open(adapter, c, read(c)) },
	}
}

// within puts a path below a section.
func within(section, path string) string {
	switch {
	case path == "":
		return section
	case path[0] == '[':
		return section + path
	}
	return section + "." + path
}

func find(known []protocol, name string) *protocol {
	if i := slices.IndexFunc(known, func(p protocol) bool { return p.name == name }); i >= 0 {
		return &known[i]
	}
	return nil
}

func names(known []protocol) []string {
	all := make([]string, len(known))
	for i, p := range known {
		all[i] = p.name
	}
	return all
}

// ofSection returns the codecs that a section goes with.
func ofSection(known []protocol, section string) []string {
	var all []string
	for _, p := range known {
		if p.section == section {
			all = append(all, p.name)
		}
	}
	return all
}
