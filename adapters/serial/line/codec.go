package line

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Line returns how a port is set up where the configuration does not say it: an
// Arduino starts anew when its port is opened, and hears nothing for two seconds.
func Line() codec.Line {
	return codec.Line{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 1, Settle: 2 * time.Second}
}

// maxDevices bounds the devices of one port: more than any bus of sensors has, and few
// enough that noise which looks like names makes no thousands of contacts.
const maxDevices = 64

// maxLine is the longest line, in bytes. Even a long object of JSON is far shorter.
const maxLine = 8 << 10

// Codec speaks with the devices at one port. Its methods are for one goroutine at a
// time.
type Codec struct {
	adapter string
	format  Format
	key     string // device_key
	refuses bool   // devices that are not listed
	silence time.Duration

	lines    codec.Lines
	cleaner  cleaner
	checksum *checksum
	reader   reader
	csv      *csvReader // reader, if it is one
	fields   []field

	devices []*device
	byWire  map[string]*device
	maybe   []sighting // of properties that were seen once
	refused []string   // devices that were said to be refused

	poll      *poll
	exchanges exchanges

	opened  bool
	first   bool // no line has come since the port was opened
	failing bool // the last line was at fault
	strange int  // lines in a row that meant nothing
}

// New returns a codec for the port of an adapter. It fails only where [Config.Validate]
// finds a mistake, with all of them.
func New(adapter string, format Format, cfg *Config) (*Codec, error) {
	var errs []error
	cfg.Validate(format, func(path, problem string) { errs = append(errs, fmt.Errorf("%s: %s", path, problem)) })
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c := &Codec{
		adapter:  adapter,
		format:   format,
		key:      cfg.DeviceKey,
		refuses:  cfg.UnknownDevices == refuseUnknown,
		silence:  cfg.Silent,
		lines:    codec.NewLines(unescape(orElse(cfg.Terminator, "\n")), maxLine),
		checksum: newChecksum(cfg),
		byWire:   make(map[string]*device),
	}
	if format == JSON {
		c.key = slashed(c.key)
	}
	var err error
	if c.reader, err = newReader(format, cfg); err != nil {
		return nil, err
	}
	c.csv, _ = c.reader.(*csvReader)
	if c.exchanges, err = newExchanges(&cfg.Commands); err != nil {
		return nil, err
	}
	if cfg.Poll != nil {
		c.poll = newPoll(cfg.Poll, c.ended(unescape(cfg.Poll.Command)))
	}
	for i := range cfg.Devices {
		if err := c.configure(&cfg.Devices[i], cfg); err != nil {
			return nil, fmt.Errorf("devices[%d]: %w", i, err)
		}
	}
	if len(cfg.Devices) == 0 && c.key == "" {
		c.join(newDevice(devices.ID(adapter), "", &Device{}))
	}
	return c, nil
}

func newReader(format Format, cfg *Config) (reader, error) {
	switch {
	case format == JSON:
		return &jsonReader{}, nil
	case format == CSV:
		return newCSVReader(cfg), nil
	case format == Pattern && len(cfg.Patterns) > 0:
		return newPatternReader(cfg.Patterns)
	case format == KeyValue && cfg.Separator != "":
		return &exactReader{separator: []byte(unescape(cfg.Separator)), assign: []byte(orElse(unescape(cfg.Assign), "="))}, nil
	}
	r := &freeReader{}
	if assign := unescape(cfg.Assign); assign != "" {
		r.assign = assign[0]
	}
	return r, nil
}

// configure adds a device of the configuration.
func (c *Codec) configure(about *Device, cfg *Config) error {
	d := newDevice(devices.ID(about.ID), about.key(), about)
	for i := range about.Properties {
		p := &about.Properties[i]
		b := &binding{property: describeProperty(p), key: p.Key, unit: unitOf(p.Unit), scale: p.scale(), offset: p.Offset, on: p.on(), off: p.off()}
		if p.Write != "" {
			b.write = newCommand(c.ended(unescape(p.Write)))
		}
		if text := orElse(p.Ack, cfg.Commands.Ack); text != "" {
			var err error
			if b.ack, err = regexp.Compile(text); err != nil {
				return fmt.Errorf("properties[%d].ack: %w", i, err)
			}
		}
		d.add(b)
	}
	if d.mute() {
		d.said = devices.Online // it may never report
	}
	c.join(d)
	return nil
}

func (c *Codec) join(d *device) {
	c.devices = append(c.devices, d)
	c.byWire[d.wire] = d
}

// ended returns text with an end of line behind it.
func (c *Codec) ended(text string) string {
	if len(text) > 0 && (text[len(text)-1] == '\n' || text[len(text)-1] == '\r') || strings.HasSuffix(text, c.lines.End()) {
		return text
	}
	return text + c.lines.End()
}

// Split implements [codec.Codec].
func (c *Codec) Split(data []byte) (advance int, frame []byte, err error) {
	return c.lines.Split(data)
}

// Recall implements [codec.Codec].
func (c *Codec) Recall(r *codec.Result, record codec.Record) { c.recall(r, record) }

// announce tells of the devices that have properties and were not yet told of.
func (c *Codec) announce(r *codec.Result) {
	for _, d := range c.devices {
		if !d.announced && len(d.bindings) > 0 {
			d.announced = true
			r.Announced = append(r.Announced, d.describe())
		}
	}
}

// Opened implements [codec.Codec].
func (c *Codec) Opened(r *codec.Result, now time.Time) {
	c.opened, c.first, c.strange = true, true, 0
	c.lines.Restart()
	c.announce(r)
	for _, d := range c.devices {
		d.opened(r, c.poll != nil, now)
	}
	if c.poll != nil {
		c.poll.opened(now)
		c.ask(r, now)
	}
}

// Lost implements [codec.Codec]. Called before the port was ever opened, it makes the
// devices known all the same.
func (c *Codec) Lost(r *codec.Result) {
	c.opened = false
	c.announce(r)
	for _, d := range c.devices {
		d.tell(r, devices.Offline)
	}
	c.exchanges.lost(r)
}

// Due implements [codec.Codec].
func (c *Codec) Due(r *codec.Result, now time.Time) (next time.Time) {
	if !c.opened {
		return time.Time{}
	}
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	c.exchanges.due(r, now)
	if c.poll != nil {
		c.pollDue(r, now)
	}
	c.proceed(r, now)
	sooner(c.exchanges.deadline())
	if c.poll != nil {
		sooner(c.poll.next(c.exchanges.busy()))
	}
	if c.silence > 0 {
		for _, d := range c.devices {
			sooner(d.silent(r, c.silence, now))
		}
	}
	return next
}

var _ codec.Codec = (*Codec)(nil)
