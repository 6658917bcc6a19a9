package line

import "time"

// Config is what the configuration says of a port with lines of text. Nothing of it
// is required: without devices, what comes makes them.
type Config struct {
	// Terminator ends a line. Escapes such as \r are understood however the text is
	// quoted. Default: \n, with or without \r before it.
	Terminator string `yaml:"terminator"`
	// Checksum is what ends each line, in hexadecimal digits: nmea (bytes between $
	// and the mark, xor), sum8 (bytes before the mark, added), crc16-modbus,
	// crc16-ccitt. Lines without it, or with a wrong one, are refused. Default: none.
	Checksum string `yaml:"checksum"`
	// ChecksumMark stands before the checksum. Default: \*.
	ChecksumMark string `yaml:"checksum_mark"`
	// Separator stands between two fields, for the codecs keyvalue and csv. Default:
	// found out.
	Separator string `yaml:"separator"`
	// Assign stands between a key and its value, for the codec keyvalue. Default: = or :.
	Assign string `yaml:"assign"`
	// Columns are the names of the columns, for the codec csv; an empty one is passed
	// over. Default: what the device writes as a heading.
	Columns []string `yaml:"columns"`
	// Patterns are regular expressions (RE2) for the codec pattern, each with named
	// groups that find values: `T=(?P<temperature>[-0-9.]+)`. All are tried on each
	// line. Default: names with values as people write them, "Humidity: 45 %".
	Patterns []string `yaml:"patterns"`
	// DeviceKey is the field that says which of several devices a line is of. Default:
	// none; each line is of all devices that know its fields.
	DeviceKey string `yaml:"device_key"`
	// UnknownDevices is what happens to lines of devices that are not listed: learn,
	// they become devices of their own, or refuse. Default: learn.
	UnknownDevices string `yaml:"unknown_devices"`
	// Silent is how long a device can be silent before it is offline. Default: for
	// ever, or while it answers polls.
	Silent time.Duration `yaml:"silent"`
	// Poll is for devices that write only when they are asked.
	Poll *Poll `yaml:"poll"`
	// Commands is how devices confirm commands.
	Commands Commands `yaml:"commands"`
	// Devices are the devices at the port. Default: one that has the adapter's name,
	// with what comes as its properties.
	Devices []Device `yaml:"devices"`
}

// Poll is a question for values.
type Poll struct {
	// Command is what is sent; the terminator is put behind it if it has none.
	// Required.
	Command string `yaml:"command"`
	// Every is the time from one question to the next. Default: 10s.
	Every time.Duration `yaml:"every"`
	// Answer is how long an answer can take. After three questions without one the
	// devices are offline, and the port is opened again. Default: 2s.
	Answer time.Duration `yaml:"answer"`
}

// Commands is how devices confirm commands.
type Commands struct {
	// Ack is a regular expression for the line that confirms a command: `^OK`. One
	// command is under way at a time then. Default: none; what was written counts as
	// done.
	Ack string `yaml:"ack"`
	// Error is a regular expression for the line that refuses a command. What its
	// group error finds is told to who asked. Default: ERR, ERROR, NAK or FAIL at the
	// beginning of a line.
	Error string `yaml:"error"`
	// Answer is how long a confirmation can take. Default: 2s.
	Answer time.Duration `yaml:"answer"`
	// Retries is how often a command is sent again that was not answered. Default: 2.
	Retries *int `yaml:"retries"`
}

// Device is one device at a port.
type Device struct {
	// ID is the device's name in addresses, for ever: a-z, 0-9 and -, at most 64
	// characters. Required.
	ID string `yaml:"id"`
	// Key is what device_key says in lines of this device. Default: the id.
	Key string `yaml:"key"`
	// Name is what people call the device. Default: the id.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// Kind is what the device is: thermostat, light, plug, switch, lock, cover, meter,
	// sensor. Default: guessed from the properties.
	Kind string `yaml:"kind"`
	// Manufacturer is who made the device. Default: none.
	Manufacturer string `yaml:"manufacturer"`
	// Model is the maker's name for it. Default: none.
	Model string `yaml:"model"`
	// Properties are what the device measures and can be told. Default: what comes.
	Properties []Property `yaml:"properties"`
}

// Property is one property of a device.
type Property struct {
	// Name is the property's name: a-z, 0-9, _ and -. Required.
	Name string `yaml:"name"`
	// Key is the field with the value: a path such as bme280.temperature, a key, a
	// column or a group. Default: the field that is called so, also in other words:
	// Temp (°C) for temperature.
	Key string `yaml:"key"`
	// Type is number, boolean, enum or text. Default: enum with options, boolean with
	// text_on or text_off, otherwise number.
	Type string `yaml:"type"`
	// Unit is the unit of a number as people write it: °C, %, W. Default: none.
	Unit string `yaml:"unit"`
	// Min is the smallest number, in the unit. Default: no bound.
	Min *float64 `yaml:"min"`
	// Max is the greatest number, in the unit. Default: no bound.
	Max *float64 `yaml:"max"`
	// Step is the distance between two numbers that can be set, in the unit. Default:
	// any number can be set.
	Step float64 `yaml:"step"`
	// Options are the values of an enum, in the order in which they are offered.
	Options []string `yaml:"options"`
	// Deadband is the smallest change of a number worth telling, in the unit. Default:
	// 0, each.
	Deadband float64 `yaml:"deadband"`
	// Class is what is measured: temperature, humidity, window, battery. Default:
	// guessed from the name and the unit.
	Class string `yaml:"class"`
	// Label is what people call the property. Default: the name says it.
	Label string `yaml:"label"`
	// Scale is what the number in the line is multiplied by. Default: 1.
	Scale *float64 `yaml:"scale"`
	// Offset is what is added after that. Default: 0.
	Offset float64 `yaml:"offset"`
	// TextOn is the text of a boolean that is true. Default: on; what is read can also
	// be true, 1, yes or open.
	TextOn string `yaml:"text_on"`
	// TextOff is the text of a boolean that is false. Default: off; what is read can
	// also be false, 0, no or closed.
	TextOff string `yaml:"text_off"`
	// Write is what is sent for a command, which makes the property writable: {value}
	// is the value as the device writes it, {value:1} a number with one decimal,
	// {device} the device's key, {checksum} that of what stands before its mark. The
	// terminator is put behind it if it has none. Default: none.
	Write string `yaml:"write"`
	// Ack is a regular expression for the line that confirms this command. Default:
	// that of commands.
	Ack string `yaml:"ack"`
}

// What counts where the configuration says nothing.
const (
	defaultMark    = "*"
	defaultError   = `(?i)^\s*(?:ERR(?:OR)?|NAK|FAIL(?:ED)?)\b[\s:,=]*(?P<error>.*)`
	defaultEvery   = 10 * time.Second
	defaultAnswer  = 2 * time.Second
	defaultRetries = 2
	defaultOn      = "on"
	defaultOff     = "off"

	learnUnknown  = "learn"
	refuseUnknown = "refuse"
)

// orElse returns v, or instead where v is zero.
func orElse[T comparable](v, instead T) T {
	var zero T
	if v == zero {
		return instead
	}
	return v
}

func (p *Poll) every() time.Duration  { return orElse(p.Every, defaultEvery) }
func (p *Poll) answer() time.Duration { return orElse(p.Answer, defaultAnswer) }

func (c *Commands) answer() time.Duration { return orElse(c.Answer, defaultAnswer) }
func (c *Commands) retries() int {
	if c.Retries == nil {
		return defaultRetries
	}
	return *c.Retries
}

func (d *Device) key() string { return orElse(d.Key, d.ID) }

func (p *Property) scale() float64 {
	if p.Scale == nil {
		return 1
	}
	return *p.Scale
}
func (p *Property) on() string  { return orElse(p.TextOn, defaultOn) }
func (p *Property) off() string { return orElse(p.TextOff, defaultOff) }
