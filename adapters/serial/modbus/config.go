package modbus

import (
	"time"

	"thingbridge/devices"
)

// Config is what the configuration says of a line with Modbus devices.
type Config struct {
	// Framing is how frames are put on the line: rtu with a check sum, or tcp with a
	// header. Default: tcp where the port is tcp://HOST:502, otherwise rtu, also for
	// servers that pass the bytes of a serial line on.
	Framing string `yaml:"framing"`
	// Timeout is how long an answer may take.
	Timeout time.Duration `yaml:"timeout"`
	// Pause is the silence before the next question. The protocol asks for 3.5
	// characters, which are 4ms at 9600 baud, 32ms at 1200. Default: 20ms, or 0s with
	// framing tcp.
	Pause *time.Duration `yaml:"pause"`
	// Retries is how often a question without an answer is asked again at once.
	Retries int `yaml:"retries"`
	// MaxGap is how many registers that nobody wants may be read along with their
	// neighbours to save a question; for coils and discrete inputs 16 times as many.
	MaxGap int `yaml:"max_gap"`
	// MaxRegisters is how many registers one question may read: 1 to 125. Some devices
	// take fewer.
	MaxRegisters int `yaml:"max_registers"`
	// MaxBits is how many coils or discrete inputs one question may read: 1 to 2000.
	MaxBits int `yaml:"max_bits"`
	// Devices are the devices on the line. At least one.
	Devices []Device `yaml:"devices"`
}

// SetDefaults sets what counts where the configuration says nothing.
func (c *Config) SetDefaults() {
	*c = Config{Timeout: time.Second, Retries: 2, MaxGap: 8, MaxRegisters: maxReadRegisters, MaxBits: maxReadBits}
}

// Declared returns the ids that c gives. Those that follow from the adapter's name cannot
// be anybody else's.
func (c *Config) Declared() []devices.ID {
	var ids []devices.ID
	for i := range c.Devices {
		if id := c.Devices[i].ID; id != "" {
			ids = append(ids, devices.ID(id))
		}
	}
	return ids
}

// Device is one device on the line.
type Device struct {
	// Unit is the device's number on the line, its slave address: 1 to 247; with
	// framing tcp 0 to 255, where devices without a line behind them often want 1 or 255.
	Unit int `yaml:"unit,required" example:"unit: 1"`
	// ID is the device's name in addresses, for ever: a-z, 0-9 and -, at most 64
	// characters. Default: the adapter's name and the unit, as in attic-17.
	ID string `yaml:"id"`
	// Name is what people call the device. Default: the id.
	Name string `yaml:"name"`
	// Area is the room or place. Default: none.
	Area string `yaml:"area"`
	// Kind is what the device is: thermostat, light, plug, switch, lock, cover,
	// meter, inverter, sensor. Default: guessed from the properties.
	Kind string `yaml:"kind"`
	// Manufacturer is who made the device. Default: none.
	Manufacturer string `yaml:"manufacturer"`
	// Model is the maker's name for it. Default: none.
	Model string `yaml:"model"`
	// Serial is the maker's number of this one device. Default: none.
	Serial string `yaml:"serial"`
	// Every is how often the registers are read.
	Every time.Duration `yaml:"every"`
	// Properties are what is in the registers. At least one.
	Properties []Property `yaml:"properties"`
}

// SetDefaults sets what counts where the configuration says nothing.
func (d *Device) SetDefaults() { d.Every = 10 * time.Second }

// Property is what one or several registers of a device hold.
type Property struct {
	// Name is the property's name: a-z, 0-9, _ and -.
	Name string `yaml:"name,required" example:"name: temperature"`
	// Register is the sort of register: holding, input, coil or discrete. Default:
	// holding, or what reference says.
	Register string `yaml:"register"`
	// Address is the number of the first register as it is sent, which counts from 0:
	// what a table of the 4xxxx kind calls 40108 has the address 107. Either this or
	// reference.
	Address *int `yaml:"address"`
	// Reference is the number of the first register in a table of the 4xxxx kind,
	// which counts from 1 and begins with the sort: 00001 a coil, 10001 a discrete
	// input, 30001 an input register, 40001 a holding register; also with six digits.
	Reference string `yaml:"reference"`
	// Type is what is in the registers: uint16, int16, uint32, int32, uint64, int64,
	// float32, float64, bool or text. Default: uint16, or bool for coils and discrete
	// inputs.
	Type string `yaml:"type"`
	// Bit is which bit of the register a bool is: 0, the lowest, to 15. Default: none;
	// every number but 0 is true.
	Bit *int `yaml:"bit"`
	// Length is how many registers a text has, with two characters in each.
	Length int `yaml:"length"`
	// WordOrder is which register of several comes first: big, the one with the high
	// bits, or little.
	WordOrder string `yaml:"word_order"`
	// ByteOrder is which byte of a register comes first: big, the high one, as the
	// protocol has it, or little.
	ByteOrder string `yaml:"byte_order"`
	// Scale is what a number in the registers is multiplied with: 0.1 makes 21.5 of 215.
	Scale float64 `yaml:"scale"`
	// Offset is what is added after that.
	Offset float64 `yaml:"offset"`
	// Invalid is the number in the registers that means that there is no value, as they
	// hold it: 0x8000, 65535 or -1. Default: none.
	Invalid string `yaml:"invalid"`
	// Values are the words for numbers in the registers, as in {0: off, 1: auto}; they
	// make the property an enum. Default: none.
	Values map[string]string `yaml:"values"`
	// Unit is the unit of a number as people write it: °C, %, W. Default: none.
	Unit string `yaml:"unit"`
	// Min is the smallest number, in the unit. Default: no bound.
	Min *float64 `yaml:"min"`
	// Max is the greatest number, in the unit. Default: no bound.
	Max *float64 `yaml:"max"`
	// Step is the distance between two numbers that can be set, in the unit. Default:
	// scale for whole numbers that can be written.
	Step float64 `yaml:"step"`
	// Deadband is the smallest change of a number worth telling, in the unit.
	Deadband float64 `yaml:"deadband"`
	// Class is what is measured: temperature, humidity, power, energy. Default:
	// guessed from the name and the unit.
	Class string `yaml:"class"`
	// Label is what people call the property. Default: the name says it.
	Label string `yaml:"label"`
	// Category is diagnostic for how the device is doing, setting for how it is set up.
	// Default: none, for what the device is there for.
	Category string `yaml:"category"`
	// Writable lets people set the value. Only holding registers and coils can be.
	Writable bool `yaml:"writable"`
	// WriteFunction is how it is written: single, multiple, or mask for a bit of a
	// register. Default: single for one register or coil, multiple for several; for a
	// bit, the register is read and written back with the bit changed.
	WriteFunction string `yaml:"write_function"`
	// Every is how often the property is read. Default: as the device says.
	Every time.Duration `yaml:"every"`
}

// SetDefaults sets what counts where the configuration says nothing.
func (p *Property) SetDefaults() {
	*p = Property{Scale: 1, WordOrder: "big", ByteOrder: "big"}
}
