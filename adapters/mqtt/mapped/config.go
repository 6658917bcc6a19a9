package mapped

// Device is one device in the configuration.
type Device struct {
	// ID is the device's name in addresses and topics, for ever: a-z, 0-9 and -,
	// at most 64 characters. Required.
	ID string `yaml:"id"`
	// Name is what people call the device. Default: the id.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// Manufacturer is who made the device. Default: none.
	Manufacturer string `yaml:"manufacturer"`
	// Model is the maker's name for it. Default: none.
	Model string `yaml:"model"`
	// Serial is the maker's number of this one device. Default: none.
	Serial string `yaml:"serial"`
	// Kind is what the device is: thermostat, light, plug, switch, lock, cover,
	// meter, sensor. Default: guessed from the properties.
	Kind string `yaml:"kind"`
	// AvailabilityTopic is the topic on which the device, or its will, says
	// whether it is reachable. Default: none; the device is online from its first
	// message on.
	AvailabilityTopic string `yaml:"availability_topic"`
	// PayloadAvailable is what the availability topic says of a reachable device.
	// Default: online.
	PayloadAvailable string `yaml:"payload_available"`
	// PayloadNotAvailable is what the availability topic says of a device that
	// cannot be reached. Default: offline.
	PayloadNotAvailable string `yaml:"payload_not_available"`
	// Properties are what the device measures and can be told. At least one.
	Properties []Property `yaml:"properties"`
}

// Property is one property of a device in the configuration.
type Property struct {
	// Name is the property's name: a-z, 0-9, _ and -. Required.
	Name string `yaml:"name"`
	// Topic is the topic that carries the value; without wildcards. Default: none;
	// the property then reports what it was told.
	Topic string `yaml:"topic"`
	// Value is a template that finds the value in the payload, as in Home
	// Assistant: value is the payload, value_json what it means as JSON. What it
	// renders to nothing is no reading. Default: {{ value }}.
	Value string `yaml:"value"`
	// CommandTopic is the topic that takes commands, which makes the property
	// writable. Default: none.
	CommandTopic string `yaml:"command_topic"`
	// Command is a template for the payload of a command. Default: {{ value }}.
	Command string `yaml:"command"`
	// Type is number, boolean, enum or text. Default: enum with options, boolean
	// with payload_on or payload_off, otherwise number.
	Type string `yaml:"type"`
	// Unit is the unit of a number as people write it: °C, %, W. Default: none.
	Unit string `yaml:"unit"`
	// Min is the smallest number, in the unit. Default: no bound.
	Min *float64 `yaml:"min"`
	// Max is the greatest number, in the unit. Default: no bound.
	Max *float64 `yaml:"max"`
	// Step is the distance between two numbers that can be set, in the unit.
	// Default: any number can be set.
	Step float64 `yaml:"step"`
	// Options are the values of an enum, in the order in which they are offered.
	Options []string `yaml:"options"`
	// Deadband is the smallest change of a number worth telling, in the unit.
	// Default: 0, each.
	Deadband float64 `yaml:"deadband"`
	// Class is what is measured: temperature, humidity, window, battery. Default:
	// guessed from the name and the unit.
	Class string `yaml:"class"`
	// PayloadOn is the payload of a boolean that is true. Default: ON; what is
	// read can also be on, true, 1, yes or open.
	PayloadOn string `yaml:"payload_on"`
	// PayloadOff is the payload of a boolean that is false. Default: OFF; what is
	// read can also be off, false, 0, no or closed.
	PayloadOff string `yaml:"payload_off"`
	// Retain lets the broker keep the last command for who subscribes later.
	// Default: false.
	Retain bool `yaml:"retain"`
	// QoS is the quality of service of the subscription and of commands: 0, 1 or
	// 2. Default: 1.
	QoS *int `yaml:"qos"`
}

// Defaults of keys that are not given.
const (
	defaultValue        = "{{ value }}"
	defaultAvailable    = "online"
	defaultNotAvailable = "offline"
	defaultOn           = "ON"
	defaultOff          = "OFF"
	defaultQoS          = 1
)

// or returns text, or instead where text is empty.
func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

func (d *Device) available() string    { return or(d.PayloadAvailable, defaultAvailable) }
func (d *Device) notAvailable() string { return or(d.PayloadNotAvailable, defaultNotAvailable) }

func (p *Property) on() string      { return or(p.PayloadOn, defaultOn) }
func (p *Property) off() string     { return or(p.PayloadOff, defaultOff) }
func (p *Property) value() string   { return or(p.Value, defaultValue) }
func (p *Property) command() string { return or(p.Command, defaultValue) }

func (p *Property) qos() byte {
	if p.QoS == nil {
		return defaultQoS
	}
	return byte(*p.QoS)
}
