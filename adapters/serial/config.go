package serial

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/adapters/serial/line"
	"thingbridge/adapters/serial/modbus"
	"thingbridge/adapters/serial/mysensors"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/adapters/serial/sml"
	"thingbridge/devices"
)

// Config is the configuration of one adapter of kind serial.
type Config struct {
	// Port is where the device is: a path, best the name in /dev/serial/by-id, which
	// stays when other devices are plugged in; or tcp://host:port.
	Port string `yaml:"port,required" example:"/dev/serial/by-id/usb-…"`
	// Codec is the protocol that is spoken there: json, keyvalue, csv or pattern for lines
	// of text, mysensors, rflink, modbus, dsmr for the P1 port of smart meters, sml for
	// German ones.
	Codec string `yaml:"codec,required" example:"mysensors"`
	// Baud is the speed of the port, as in 9600 or 115200. Default: what is usual for
	// the codec.
	Baud int `yaml:"baud"`
	// DataBits is how many bits a character has: 5 to 8. Default: what is usual for the
	// codec.
	DataBits int `yaml:"data_bits"`
	// Parity is what is added to a character: none, odd or even. Default: what is usual
	// for the codec.
	Parity string `yaml:"parity"`
	// StopBits is how many bits end a character: 1 or 2. Default: what is usual for the
	// codec.
	StopBits int `yaml:"stop_bits"`
	// Settle is how long nothing is sent after the port was opened, for boards that
	// start anew by that. Default: what is usual for the codec, and 0s for tcp and
	// pseudo terminals.
	Settle *time.Duration `yaml:"settle"`

	Lines     *line.Config      `yaml:"line"`
	MySensors *mysensors.Config `yaml:"mysensors"`
	RFLink    *rflink.Config    `yaml:"rflink"`
	Modbus    *modbus.Config    `yaml:"modbus"`
	DSMR      *dsmr.Config      `yaml:"dsmr"`
	SML       *sml.Config       `yaml:"sml"`
}

// DefaultConfig returns the configuration of an adapter before its file was read.
func DefaultConfig() Config { return Config{} }

// maxSettle bounds settle: no board takes that long to start.
const maxSettle = time.Minute

// Validate reports every mistake in c: the path of the key and what is wrong with it.
// It opens no port.
func (c *Config) Validate(report func(path, problem string)) { c.validate(protocols(), report) }

func (c *Config) validate(known []protocol, report func(path, problem string)) {
	at, err := parsePlace(c.Port)
	if err != nil {
		report("port", err.Error())
	}
	if at.tcp != "" {
		c.validateTCP(report)
	}
	if c.Baud != 0 {
		if err := checkRate(c.Baud); err != nil {
			report("baud", err.Error())
		}
	}
	if c.DataBits != 0 && (c.DataBits < 5 || c.DataBits > 8) {
		report("data_bits", fmt.Sprintf("%d; use 5, 6, 7 or 8", c.DataBits))
	}
	if _, ok := parities()[c.Parity]; !ok && c.Parity != "" {
		report("parity", fmt.Sprintf("%q is no parity; use none, odd or even", shorten(c.Parity)))
	}
	if c.StopBits < 0 || c.StopBits > 2 {
		report("stop_bits", fmt.Sprintf("%d; use 1 or 2", c.StopBits))
	}
	if c.Settle != nil && (*c.Settle < 0 || *c.Settle > maxSettle) {
		report("settle", fmt.Sprintf("%s; use 0s to %s", *c.Settle, maxSettle))
	}
	c.validateCodec(known, report)
}

// validateTCP reports what is for the machine at the other end to set.
func (c *Config) validateTCP(report func(path, problem string)) {
	for key, given := range map[string]bool{"baud": c.Baud != 0, "data_bits": c.DataBits != 0, "parity": c.Parity != "", "stop_bits": c.StopBits != 0} {
		if given {
			report(key, "goes with a port of this machine; with tcp it is set at the other end, as in the configuration of ser2net")
		}
	}
}

// validateCodec reports an unknown codec, mistakes in its section, and sections of
// others.
func (c *Config) validateCodec(known []protocol, report func(path, problem string)) {
	chosen := find(known, c.Codec)
	if chosen == nil {
		if c.Codec != "" || len(known) == 0 {
			report("codec", fmt.Sprintf("%q is no codec; use %s", shorten(c.Codec), oneOf(names(known))))
		} else {
			report("codec", "is missing; use "+oneOf(names(known)))
		}
		return
	}
	var said []string
	for i := range known {
		p := &known[i]
		if p.section == "" || p.section == chosen.section || !p.given(c) || slices.Contains(said, p.section) {
			continue
		}
		said = append(said, p.section)
		report(p.section, fmt.Sprintf("goes with the codec %s, and the codec here is %s; remove it, or change codec", oneOf(ofSection(known, p.section)), c.Codec))
	}
	if chosen.check != nil {
		chosen.check(c, report)
	}
}

func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// Declared returns the devices that the configuration itself describes, and the key under
// which it does.
func (c *Config) Declared() (key string, ids []devices.ID) {
	p := find(protocols(), c.Codec)
	if p == nil || p.declared == nil {
		return "", nil
	}
	return p.section, p.declared(c)
}

// Alone returns the key of what no other adapter can have too, and what it is, by
// whatever name it is called.
func (c *Config) Alone() (key, what string) {
	at, err := parsePlace(c.Port)
	if err != nil {
		return "port", ""
	}
	return "port", at.real()
}

// line returns how the port is set up, with the usual settings of the codec where the
// configuration gives none.
func (c *Config) line(usual codec.Line) codec.Line {
	line := codec.Line{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 1, Settle: usual.Settle}
	for _, given := range []codec.Line{usual, {Baud: c.Baud, DataBits: c.DataBits, Parity: c.Parity, StopBits: c.StopBits}} {
		if given.Baud != 0 {
			line.Baud = given.Baud
		}
		if given.DataBits != 0 {
			line.DataBits = given.DataBits
		}
		if given.Parity != "" {
			line.Parity = given.Parity
		}
		if given.StopBits != 0 {
			line.StopBits = given.StopBits
		}
	}
	if c.Settle != nil {
		line.Settle = *c.Settle
	}
	return line
}

// settings writes a line as people do: "9600 baud 7E1".
func settings(line codec.Line) string {
	parity := strings.ToUpper((line.Parity + " ")[:1])
	return strconv.Itoa(line.Baud) + " baud " + strconv.Itoa(line.DataBits) + parity + strconv.Itoa(line.StopBits)
}
