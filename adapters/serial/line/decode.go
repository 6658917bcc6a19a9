package line

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// maxStrange is how many lines in a row can mean nothing before somebody is told: more
// than a board says while it starts.
const maxStrange = 20

// Decode implements [codec.Codec].
func (c *Codec) Decode(r *codec.Result, frame []byte, at time.Time) {
	first := c.first && c.checksum == nil && c.poll == nil
	c.first = false
	text, err := c.text(frame)
	if err != nil {
		c.fault(r, err)
		return
	}
	if len(text) == 0 {
		return
	}
	answered := c.answer(r, text, at)
	if c.csv != nil {
		heading, isNew := c.csv.noteHeading(text)
		if isNew {
			c.keepHeading(r)
		}
		if heading {
			c.passOver(r, text, answered)
			return
		}
	}
	c.fields, err = c.reader.read(c.fields[:0], text)
	switch {
	case err != nil && !first:
		c.fault(r, err)
		return
	case len(c.fields) == 0:
		c.passOver(r, text, answered)
		return
	}
	if c.poll != nil {
		c.poll.answered(r)
	}
	c.worked(r)
	for i := range c.fields {
		c.fields[i].torn = first && c.fields[i].at == 0
	}
	c.take(r, at)
	c.proceed(r, at)
}

// text returns the text of a line without its checksum.
func (c *Codec) text(frame []byte) ([]byte, error) {
	text, err := c.cleaner.clean(frame)
	if err != nil || len(text) == 0 || c.checksum == nil {
		return text, err
	}
	return c.checksum.strip(text)
}

// passOver notes a line that means nothing. Boards say all kinds of things; only when
// nothing else comes is something wrong.
func (c *Codec) passOver(r *codec.Result, text []byte, answered bool) {
	if answered || c.exchanges.isEcho(text) || c.poll != nil && c.poll.isEcho(text) {
		return
	}
	if c.strange++; c.strange == maxStrange {
		c.fault(r, fmt.Errorf("%d lines in a row mean nothing, the last is %q; want %s", maxStrange, shorten(text), c.format.wants()))
	}
}

func (c *Codec) fault(r *codec.Result, err error) {
	c.failing = true
	r.Faults = append(r.Faults, codec.Fault{Err: err})
}

func (c *Codec) worked(r *codec.Result) {
	c.strange = 0
	if c.failing {
		c.failing = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
}

// take gives the fields to the properties.
func (c *Codec) take(r *codec.Result, at time.Time) {
	if c.key != "" {
		c.takeKeyed(r, at)
		return
	}
	for i := range c.fields {
		f := &c.fields[i]
		known := false
		var learner *device
		for _, d := range c.devices {
			if b := d.find(f.key); b != nil {
				known = true
				d.read(r, b, f, at)
				continue
			}
			if d.learns {
				learner = d
			}
		}
		if !known && learner != nil {
			c.learn(r, learner, f, at)
		}
	}
}

// takeKeyed gives the fields to the one device that the line is of.
func (c *Codec) takeKeyed(r *codec.Result, at time.Time) {
	which := slices.IndexFunc(c.fields, func(f field) bool { return string(f.key) == c.key })
	if which < 0 || c.fields[which].torn {
		return
	}
	wire := bytes.TrimSpace(c.fields[which].value)
	d, ok := c.byWire[string(wire)]
	if !ok {
		if d = c.stranger(r, wire); d == nil {
			return
		}
	}
	for i := range c.fields {
		f := &c.fields[i]
		if i == which {
			continue
		}
		if b := d.find(f.key); b != nil {
			d.read(r, b, f, at)
			continue
		}
		if d.learns {
			c.learn(r, d, f, at)
		}
	}
}

// read makes a field a reading of a property.
func (d *device) read(r *codec.Result, b *binding, f *field, at time.Time) {
	d.hear(r, at)
	if f.torn {
		return
	}
	value, err := b.parse(f)
	if err != nil {
		b.failing = true
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Property: b.property.Name, Err: err})
		return
	}
	if b.failing {
		b.failing = false
		r.Faults = append(r.Faults, codec.Fault{Device: d.id, Property: b.property.Name})
	}
	b.seen = true
	r.Readings = append(r.Readings, devices.Reading{Device: d.id, Property: b.property.Name, Value: value, At: at})
}

// errNotListed is for lines of devices that the configuration does not have.
var errNotListed = errors.New("it is not in the configuration; list it under devices, or leave unknown_devices out")

// stranger returns a device that was not heard of before; nil where it is refused,
// which is said once for each.
func (c *Codec) stranger(r *codec.Result, wire []byte) *device {
	var err error
	switch {
	case len(wire) == 0 || len(wire) > maxKey || !printable(string(wire)):
		err = fmt.Errorf("want 1 to %d characters", maxKey)
	case c.refuses:
		err = errNotListed
	case len(c.devices) >= maxDevices:
		err = fmt.Errorf("there are %d devices already, which is as many as a port can have", maxDevices)
	default:
		return newDevice(c.freeID(string(wire)), string(wire), &Device{})
	}
	if len(c.refused) < maxDevices && !slices.Contains(c.refused, string(wire)) {
		c.refused = append(c.refused, string(wire))
		r.Faults = append(r.Faults, codec.Fault{Err: fmt.Errorf("a line of device %q: %w", shorten(wire), err)})
	}
	return nil
}

// freeID returns the ID for a device by its key.
func (c *Codec) freeID(wire string) devices.ID {
	base := devices.Slug(c.adapter + "-" + wire)
	id := base
	for n := 2; c.hasID(id); n++ {
		tail := fmt.Sprintf("-%d", n)
		id = devices.ID(strings.TrimRight(string(base[:min(len(base), maxName-len(tail))]), "-") + tail)
	}
	return id
}

func (c *Codec) hasID(id devices.ID) bool {
	return slices.ContainsFunc(c.devices, func(d *device) bool { return d.id == id })
}
