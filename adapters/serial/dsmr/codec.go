package dsmr

import (
	"bytes"
	"fmt"
	"math/bits"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/meter"
	"thingbridge/devices"
)

// DSMR is the codec of one P1 port.
type DSMR struct {
	cfg    Config
	house  roll
	opener *opener

	variant *variant // of the telegrams; nil before the first
	known   map[meter.Code]meaning
	faulty  bool  // the last telegram was refused
	quarter int64 // of an hour, in which the last telegram was

	telegram telegram
	text     []byte // of an encrypted telegram, or without parity
	shown    telegram
	showing  []byte
}

// New returns the codec of the port of an adapter.
func New(adapter string, cfg Config) (*DSMR, error) {
	opener, err := newOpener(cfg.Key, cfg.AuthKey)
	if err != nil {
		return nil, err
	}
	c := &DSMR{cfg: cfg, opener: opener, known: make(map[meter.Code]meaning)}
	c.house.init(adapter, &c.cfg)
	return c, nil
}

// plainText returns the text of a frame: as it is, or in buf.
func (c *DSMR) plainText(buf []byte, frame []byte) (text, newBuf []byte, err error) {
	switch {
	case len(frame) == 0:
		return nil, buf, fmt.Errorf("an empty telegram")
	case frame[0] == ciphering:
		buf, err = c.opener.open(buf[:0], frame)
		return buf, buf, err
	case frame[0] == evenSlash:
		buf = buf[:0]
		for i, b := range frame {
			if bits.OnesCount8(b)%2 != 0 {
				return nil, buf, fmt.Errorf("byte %d of a telegram of %d bytes: got %#02x, want even parity", i+1, len(frame), b)
			}
			buf = append(buf, b&0x7F)
		}
		return buf, buf, nil
	}
	return frame, buf, nil
}

// Decode appends what of a telegram is worth telling.
func (c *DSMR) Decode(r *codec.Result, frame []byte, at time.Time) {
	text, buf, err := c.plainText(c.text, frame)
	c.text = buf
	if err == nil {
		err = c.telegram.parse(text)
	}
	if err != nil {
		c.faulty = true
		r.Faults = append(r.Faults, codec.Fault{Err: err})
		return
	}
	if c.faulty {
		c.faulty = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
	c.tell(r, at)
}

// tell reads the telegram, and tells what has moved.
func (c *DSMR) tell(r *codec.Result, at time.Time) {
	t := &c.telegram
	if c.variant == nil {
		c.variant = variantOf(c.cfg.Variant, t)
	}
	quarter := at.Unix() / 900
	if t.clock.wall != 0 {
		quarter = t.clock.wall / 900
	}
	begins := quarter != c.quarter
	c.quarter = quarter

	one := reading{telegram: t, variant: c.variant, at: at, known: c.known}
	var meters [channels + 1]*meter.Meter
	meters[0] = c.house.main.meter
	one.read = func(n int, register *meter.Register, v devices.Value, at time.Time, err error) {
		switch m := meters[n]; {
		case err != nil:
			m.Fault(r, register, err)
		default:
			m.Sound(r, register)
			m.Set(c.paced(register), v, at)
		}
	}
	one.all()
	meters[0].Identify(meter.Maker(string(t.flag())), string(t.ident()), one.serial())
	if meters[0].Measures() {
		c.house.main.heard(r, at, begins)
	}
	for n := 1; n <= channels; n++ {
		it, ok := one.channel(n)
		if !ok {
			continue
		}
		m, err := c.house.find(r, &it)
		if err != nil {
			r.Faults = append(r.Faults, codec.Fault{Err: err})
			continue
		}
		meters[n] = m.meter
		one.readChannel(n, &it)
		m.heard(r, at, begins)
	}
}

// paced returns a register with what the configuration says of its deadband.
func (c *DSMR) paced(register *meter.Register) *meter.Register {
	if c.cfg.PowerDeadband == nil || register.Property.Class != "power" || register.Pace.Share == 0 || register.Pace.Gap != 0 {
		return register
	}
	register.Pace.Deadband, register.Pace.Share = *c.cfg.PowerDeadband, 0
	register.Property.Deadband = *c.cfg.PowerDeadband
	return register
}

// Encode refuses: meters take no commands.
func (c *DSMR) Encode(_ *codec.Result, cmd devices.Command, _ codec.Ticket, _ time.Time) error {
	return meter.Refuse(c.house.meters(), cmd)
}

// Due appends which meters were silent for too long.
func (c *DSMR) Due(r *codec.Result, now time.Time) (next time.Time) {
	return c.house.silent(r, now, c.cfg.silent())
}

// Opened appends the meters that are known from an earlier run. Whether they can be
// reached, the next telegram tells.
func (c *DSMR) Opened(r *codec.Result, _ time.Time) { c.house.show(r) }

// Lost appends that no meter can be reached.
func (c *DSMR) Lost(r *codec.Result) { c.house.lose(r) }

// Recall takes up the meters of an earlier run.
func (c *DSMR) Recall(_ *codec.Result, record codec.Record) { c.house.recall(record) }

// Explain appends what a telegram says, a register each.
func (c *DSMR) Explain(dst, frame []byte) []byte {
	text, buf, err := c.plainText(c.showing, frame)
	c.showing = buf
	if err == nil {
		err = c.shown.parse(text)
	}
	if err != nil {
		return append(dst, err.Error()...)
	}
	t := &c.shown
	v := c.variant
	if v == nil {
		v = variantOf(c.cfg.Variant, t)
	}
	dst = fmt.Appendf(dst, "telegram of %s %s, %d lines", t.flag(), t.ident(), len(t.lines))
	one := reading{telegram: t, variant: v, known: make(map[meter.Code]meaning)}
	var kind string
	one.read = func(n int, register *meter.Register, v devices.Value, _ time.Time, err error) {
		dst = append(dst, "; "...)
		if n > 0 {
			dst = fmt.Appendf(dst, "channel %d, %s: ", n, kind)
		}
		dst = append(append(dst, register.Property.Name...), ' ')
		if err != nil {
			dst = append(dst, err.Error()...)
			return
		}
		dst = register.Property.AppendFormat(dst, v)
	}
	one.all()
	for n := 1; n <= channels; n++ {
		if it, ok := one.channel(n); ok {
			kind = it.medium.name
			one.readChannel(n, &it)
		}
	}
	return one.unknown(dst)
}

// unknown appends the lines that nobody knows.
func (t *reading) unknown(dst []byte) []byte {
	for i := range t.lines {
		if l := &t.lines[i]; !l.isOfChannel() && t.meaning(l.code).sense == 0 {
			dst = append(l.code.AppendText(append(dst, "; unknown "...)), bytes.TrimSpace(l.values[:min(len(l.values), 60)])...)
		}
	}
	return dst
}
