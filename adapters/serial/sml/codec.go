package sml

import (
	"cmp"
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// SML is the codec of one port with one meter.
type SML struct {
	cfg     Config
	meter   *meter.Meter
	known   *registers
	last    time.Time // when it was heard
	online  bool
	faulty  bool  // the last file was refused
	quarter int64 // of an hour, in which the last file was
	text    []byte
	all     []entry
	kept    *devices.Device
}

// New returns the codec of the port of an adapter.
func New(adapter string, cfg Config) (*SML, error) {
	return &SML{cfg: cfg, known: newRegisters(), meter: cfg.meter(devices.ID(cmp.Or(cfg.ID, adapter)))}, nil
}

// meter returns the meter, of which nothing is known.
func (c *Config) meter(id devices.ID) *meter.Meter {
	return meter.New(devices.Device{ID: id, Name: cmp.Or(c.Name, "Electricity meter"), Area: c.Area, Kind: "meter"})
}

// Decode appends what of a file is worth telling.
func (c *SML) Decode(r *codec.Result, frame []byte, at time.Time) {
	text, err := unwrap(c.text[:0], frame)
	c.text = text
	if err != nil {
		c.refuse(r, err)
		return
	}
	sound, heard := true, false
	for list, err := range lists(text) {
		if err == nil {
			heard, err = true, c.list(r, list, at)
		}
		if err != nil {
			c.refuse(r, err)
			sound = false
		}
	}
	if sound && c.faulty {
		c.faulty = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
	if !heard || !c.meter.Measures() {
		return
	}
	quarter := at.Unix() / 900
	c.last, c.online = at, true
	c.meter.Tell(r, at, quarter != c.quarter)
	c.quarter = quarter
}

func (c *SML) refuse(r *codec.Result, err error) {
	c.faulty = true
	r.Faults = append(r.Faults, codec.Fault{Err: err})
}

// list reads a list of values into the meter.
func (c *SML) list(r *codec.Result, list *reader, at time.Time) error {
	server, all, err := list.entries(c.all[:0])
	c.all = all
	if err != nil {
		return err
	}
	one := listing{all: all, known: c.known}
	one.read = func(register *meter.Register, v devices.Value, err error) {
		if err != nil {
			c.meter.Fault(r, register, err)
			return
		}
		c.meter.Sound(r, register)
		c.meter.Set(c.paced(register), v, at)
	}
	one.run()
	if one.who.rank == 0 && len(server) > 0 && len(server) <= maxName {
		one.who.number = number(server)
	}
	c.meter.Identify(meter.Maker(one.who.maker), "", one.who.number)
	return nil
}

// paced returns a register with what the configuration says of its deadband.
func (c *SML) paced(register *meter.Register) *meter.Register {
	if c.cfg.PowerDeadband == nil || register.Property.Class != "power" || register.Pace.Share == 0 || register.Pace.Gap != 0 {
		return register
	}
	register.Pace.Deadband, register.Pace.Share = *c.cfg.PowerDeadband, 0
	register.Property.Deadband = *c.cfg.PowerDeadband
	return register
}

// Encode refuses: meters take no commands.
func (c *SML) Encode(_ *codec.Result, cmd devices.Command, _ codec.Ticket, _ time.Time) error {
	return meter.Refuse([]*meter.Meter{c.meter}, cmd)
}

// Due appends that the meter was silent for too long.
func (c *SML) Due(r *codec.Result, now time.Time) (next time.Time) {
	if !c.online {
		return time.Time{}
	}
	end := c.last.Add(c.cfg.silent())
	if now.Before(end) {
		return end
	}
	c.Lost(r)
	return time.Time{}
}

// Opened appends the meter if it is known from an earlier run. Whether it can be
// reached, the next file tells.
func (c *SML) Opened(r *codec.Result, _ time.Time) {
	if c.kept != nil {
		c.meter.Resume(c.kept)
		c.kept = nil
	}
	c.meter.Show(r)
}

// Lost appends that the meter cannot be reached.
func (c *SML) Lost(r *codec.Result) {
	c.online = false
	c.meter.Lose(r)
}

// Recall takes up the meter of an earlier run.
func (c *SML) Recall(_ *codec.Result, record codec.Record) {
	if d, ok := meter.Recalled(record); ok && d.ID == c.meter.ID() {
		c.kept = d
	}
}

// Explain appends what a file says, a register each.
func (c *SML) Explain(dst, frame []byte) []byte {
	text, err := unwrap(nil, frame)
	if err != nil {
		return append(dst, err.Error()...)
	}
	dst = fmt.Appendf(dst, "SML file of %d bytes", len(frame))
	for list, err := range lists(text) {
		var server []byte
		var all []entry
		if err == nil {
			server, all, err = list.entries(nil)
		}
		if err != nil {
			dst = fmt.Appendf(dst, "; %v", err)
			continue
		}
		dst = explain(dst, server, all)
	}
	return dst
}

func explain(dst, server []byte, all []entry) []byte {
	one := listing{all: all, known: newRegisters()}
	var values []byte
	one.read = func(register *meter.Register, v devices.Value, err error) {
		values = append(append(append(values, "; "...), register.Property.Name...), ' ')
		if err != nil {
			values = append(values, err.Error()...)
			return
		}
		values = register.Property.AppendFormat(values, v)
	}
	one.run()
	dst = fmt.Appendf(dst, " of %s %s", one.who.maker, cmp.Or(one.who.number, number(server)))
	dst = append(dst, values...)
	for i := range all {
		if e := &all[i]; one.known.of(e.code).sense == senseNone {
			dst = append(e.code.AppendText(append(dst, "; unknown "...)), fmt.Sprintf(" %x %s", e.value.data, unitOf(e.unit))...)
		}
	}
	return dst
}
