package line

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"thingbridge/devices"
)

// Limits of a configuration.
const (
	maxTerminator = 16   // bytes
	maxPatterns   = 64   // each is tried on each line
	maxPattern    = 1024 // bytes
	maxRetries    = 10
	minInterval   = 100 * time.Millisecond
)

// A Report takes one mistake: the path of the key below the section, as in
// "devices[0].properties[1].min", and what is wrong and what would be right.
type Report func(path, problem string)

// below returns a Report for keys below path.
func (r Report) below(path string) Report {
	return func(key, problem string) { r(path+"."+key, problem) }
}

// Validate reports every mistake in c, as far as lines of a format are concerned. What
// it does not find fault with, [New] accepts.
func (c *Config) Validate(format Format, report Report) {
	if !format.known() {
		report("codec", fmt.Sprintf("%q is no format of lines; use json, keyvalue, csv or pattern", format))
		return
	}
	c.validateFraming(report)
	c.validateFormat(format, report)
	c.validateRest(report)
	if c.Poll != nil {
		c.Poll.validate(report.below("poll"))
	}
	c.Commands.validate(report.below("commands"))
	c.validateDevices(report)
}

func (c *Config) validateFraming(report Report) {
	if end := unescape(c.Terminator); len(end) > maxTerminator {
		report("terminator", fmt.Sprintf("%d bytes, want at most %d", len(end), maxTerminator))
	}
	_, known := checksums[c.Checksum]
	if c.Checksum != "" && !known {
		report("checksum", fmt.Sprintf("%q is no checksum; use %s", c.Checksum, checksumNames))
	}
	switch {
	case c.ChecksumMark != "" && c.Checksum == "":
		report("checksum_mark", "goes with checksum, which is missing")
	case len(c.ChecksumMark) > maxTerminator:
		report("checksum_mark", fmt.Sprintf("%d bytes, want at most %d", len(c.ChecksumMark), maxTerminator))
	}
}

// validateFormat reports keys that belong to another codec, and mistakes in those of
// this one.
func (c *Config) validateFormat(format Format, report Report) {
	if c.Separator != "" && format != KeyValue && format != CSV {
		report("separator", fmt.Sprintf("goes with codec keyvalue or csv; this is %s", format))
	} else if n := len(unescape(c.Separator)); n > maxTerminator || format == CSV && n > 1 {
		report("separator", fmt.Sprintf("%q; use one character, such as ;", shorten([]byte(c.Separator))))
	}
	switch assign := unescape(c.Assign); {
	case c.Assign == "":
	case format != KeyValue:
		report("assign", fmt.Sprintf("goes with codec keyvalue; this is %s", format))
	case assign == unescape(c.Separator):
		report("assign", fmt.Sprintf("%q is the separator too; they must differ", shorten([]byte(c.Assign))))
	case len(assign) > maxTerminator || c.Separator == "" && len(assign) > 1:
		report("assign", fmt.Sprintf("%q is longer than one character; give the separator too", shorten([]byte(c.Assign))))
	}
	c.validateColumns(format, report)
	if len(c.Patterns) > 0 && format != Pattern {
		report("patterns", fmt.Sprintf("go with codec pattern; this is %s", format))
		return
	}
	if len(c.Patterns) > maxPatterns {
		report("patterns", fmt.Sprintf("%d patterns, want at most %d", len(c.Patterns), maxPatterns))
		return
	}
	for i, text := range c.Patterns {
		path := fmt.Sprintf("patterns[%d]", i)
		expression := validatePattern(report, path, text)
		if expression != nil && strings.Join(expression.SubexpNames(), "") == "" {
			report(path, `has no named group, so it finds nothing; write for example 'T=(?P<temperature>[-0-9.]+)'`)
		}
	}
}

func (c *Config) validateColumns(format Format, report Report) {
	if len(c.Columns) == 0 {
		return
	}
	if format != CSV {
		report("columns", fmt.Sprintf("go with codec csv; this is %s", format))
		return
	}
	if len(c.Columns) > maxFields {
		report("columns", fmt.Sprintf("%d columns, want at most %d", len(c.Columns), maxFields))
		return
	}
	seen := make(map[string]int, len(c.Columns))
	for i, name := range c.Columns {
		path := fmt.Sprintf("columns[%d]", i)
		if first, ok := seen[name]; ok && name != "" {
			report(path, fmt.Sprintf("%q is columns[%d] too; each needs its own name, or none", shorten([]byte(name)), first))
		}
		seen[name] = i
		checkText(report, path, name, maxKey)
	}
}

func (c *Config) validateRest(report Report) {
	checkText(report, "device_key", c.DeviceKey, maxKey)
	switch {
	case c.UnknownDevices == "":
	case c.UnknownDevices != learnUnknown && c.UnknownDevices != refuseUnknown:
		report("unknown_devices", fmt.Sprintf("%q; use learn or refuse", shorten([]byte(c.UnknownDevices))))
	case c.DeviceKey == "":
		report("unknown_devices", "goes with device_key, which is missing")
	case c.UnknownDevices == refuseUnknown && len(c.Devices) == 0:
		report("unknown_devices", "refuse leaves no device, for none is listed under devices")
	}
	if c.Silent != 0 && c.Silent < minInterval {
		report("silent", fmt.Sprintf("%v; use a time such as 5m", c.Silent))
	}
}

func (p *Poll) validate(report Report) {
	switch n := len(p.Command); {
	case n == 0:
		report("command", `missing; it is what is sent to ask for values, as in "READ"`)
	case n > maxCommand:
		report("command", fmt.Sprintf("%d bytes, want at most %d", n, maxCommand))
	}
	if p.Every != 0 && p.Every < minInterval {
		report("every", fmt.Sprintf("%v; use at least %v", p.Every, minInterval))
	}
	switch {
	case p.Answer < 0:
		report("answer", fmt.Sprintf("%v; use a time such as 2s", p.Answer))
	case p.answer() > p.every():
		report("answer", fmt.Sprintf("%v is longer than every, %v; the next question would come before the answer", p.answer(), p.every()))
	}
}

func (c *Commands) validate(report Report) {
	if c.Ack != "" {
		validatePattern(report, "ack", c.Ack)
	}
	if c.Error != "" {
		validatePattern(report, "error", c.Error)
	}
	if c.Answer < 0 {
		report("answer", fmt.Sprintf("%v; use a time such as 2s", c.Answer))
	}
	if n := c.retries(); n < 0 || n > maxRetries {
		report("retries", fmt.Sprintf("%d; use 0 to %d", n, maxRetries))
	}
}

// validatePattern reports what is wrong with a regular expression; it returns nil then.
func validatePattern(report Report, path, text string) *regexp.Regexp {
	if len(text) > maxPattern {
		report(path, fmt.Sprintf("%d bytes, want at most %d", len(text), maxPattern))
		return nil
	}
	expression, err := regexp.Compile(text)
	if err != nil {
		report(path, err.Error())
		return nil
	}
	return expression
}

func (c *Config) validateDevices(report Report) {
	if len(c.Devices) > maxDevices {
		report("devices", fmt.Sprintf("%d devices, want at most %d at one port", len(c.Devices), maxDevices))
		return
	}
	ids, keys := make(map[string]int, len(c.Devices)), make(map[string]int, len(c.Devices))
	for i := range c.Devices {
		d := &c.Devices[i]
		path := fmt.Sprintf("devices[%d]", i)
		if first, ok := ids[d.ID]; ok && d.ID != "" {
			report(path+".id", fmt.Sprintf("%q is the id of devices[%d] too; each device needs its own", shorten([]byte(d.ID)), first))
		} else if first, ok := keys[d.key()]; ok && d.key() != "" {
			report(path+".key", fmt.Sprintf("%q is the key of devices[%d] too; lines could not be told apart", shorten([]byte(d.key())), first))
		}
		ids[d.ID], keys[d.key()] = i, i
		if c.DeviceKey == "" && d.Key != "" {
			report(path+".key", "goes with device_key, which is missing")
		}
		if c.DeviceKey == "" && len(d.Properties) == 0 && len(c.Devices) > 1 {
			report(path+".properties", "missing; with several devices and no device_key each needs its own")
		}
		d.validate(report.below(path))
		for j := range d.Properties {
			if c.Checksum == "" && newCommand(d.Properties[j].Write).has("checksum") {
				report(fmt.Sprintf("%s.properties[%d].write", path, j), "{checksum} goes with the key checksum, which is missing")
			}
		}
	}
}

func (d *Device) validate(report Report) {
	if _, err := devices.ParseID(d.ID); err != nil {
		report("id", err.Error())
	}
	checkText(report, "key", d.Key, maxKey)
	for _, text := range []struct{ key, value string }{
		{"name", d.Name}, {"area", d.Area}, {"kind", d.Kind}, {"manufacturer", d.Manufacturer}, {"model", d.Model},
	} {
		checkText(report, text.key, text.value, devices.MaxText)
	}
	if n := len(d.Properties); n > devices.MaxProperties {
		report("properties", fmt.Sprintf("%d properties, want at most %d", n, devices.MaxProperties))
		return
	}
	names, keys := make(map[string]int, len(d.Properties)), make(map[string]int, len(d.Properties))
	for i := range d.Properties {
		p := &d.Properties[i]
		path := fmt.Sprintf("properties[%d]", i)
		if first, ok := names[p.Name]; ok && p.Name != "" {
			report(path+".name", fmt.Sprintf("%q is the name of properties[%d] too; each needs its own", shorten([]byte(p.Name)), first))
		}
		if first, ok := keys[p.Key]; ok && p.Key != "" {
			report(path+".key", fmt.Sprintf("%q is the key of properties[%d] too; a field has one property", shorten([]byte(p.Key)), first))
		}
		names[p.Name], keys[p.Key] = i, i
		p.validate(report.below(path))
	}
}

// checkText reports a text that is too long or no text.
func checkText(report Report, path, text string, most int) {
	switch {
	case !utf8.ValidString(text):
		report(path, fmt.Sprintf("%q is not valid UTF-8", shorten([]byte(text))))
	case len(text) > most:
		report(path, fmt.Sprintf("%d bytes, want at most %d", len(text), most))
	}
}
