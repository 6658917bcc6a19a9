package line

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// maxWaiting bounds the commands that wait for their turn at one port.
const maxWaiting = 32

// ErrBusy is for commands of which too many wait already.
var ErrBusy = errors.New("too many commands wait for the device")

// ErrRefused is for commands that the device has answered with an error.
var ErrRefused = errors.New("the device refuses")

// exchange is a command that is under way or waits for its turn.
type exchange struct {
	ticket  codec.Ticket
	device  *device
	binding *binding
	value   devices.Value
	bytes   []byte
	tries   int
	until   time.Time // its confirmation is expected
}

// exchanges are the commands of one port, of which one is under way at a time.
type exchanges struct {
	refusal *regexp.Regexp // finds the device's word of an error
	group   int            // of refusal, with the words; 0: all of it
	answer  time.Duration
	retries int

	current *exchange
	waiting []*exchange
	sent    []byte // the last command, which some devices send back
}

func newExchanges(cfg *Commands) (exchanges, error) {
	refusal, err := regexp.Compile(orElse(cfg.Error, defaultError))
	if err != nil {
		return exchanges{}, fmt.Errorf("commands.error: %w", err)
	}
	return exchanges{refusal: refusal, group: max(refusal.SubexpIndex("error"), 0), answer: cfg.answer(), retries: cfg.retries()}, nil
}

// busy reports whether a confirmation is expected, or a command waits.
func (e *exchanges) busy() bool { return e.current != nil || len(e.waiting) > 0 }

func (e *exchanges) deadline() time.Time {
	if e.current == nil {
		return time.Time{}
	}
	return e.current.until
}

// isEcho reports whether a line is the last command.
func (e *exchanges) isEcho(text []byte) bool { return len(e.sent) > 0 && bytes.Equal(text, e.sent) }

// Encode implements [codec.Codec].
func (c *Codec) Encode(r *codec.Result, cmd devices.Command, ticket codec.Ticket, now time.Time) error {
	d, b, err := c.target(cmd)
	if err != nil {
		return err
	}
	if err := b.property.Check(cmd.Value); err != nil {
		return err
	}
	value := b.property.Round(cmd.Value)
	if text, ok := value.Text(); ok && !printable(text) {
		return fmt.Errorf("%s: %w: a text for this device is one line, without control characters", b.property.Name, devices.ErrRange)
	}
	out, err := c.encode(d, b, value)
	if err != nil {
		return err
	}
	if len(c.exchanges.waiting) >= maxWaiting {
		return fmt.Errorf("%w: %d", ErrBusy, maxWaiting)
	}
	c.exchanges.waiting = append(c.exchanges.waiting, &exchange{ticket: ticket, device: d, binding: b, value: value, bytes: out})
	c.proceed(r, now)
	return nil
}

// target finds the property that a command is for.
func (c *Codec) target(cmd devices.Command) (*device, *binding, error) {
	for _, d := range c.devices {
		if d.id != cmd.Device || len(d.bindings) == 0 {
			continue
		}
		b := d.named(cmd.Property)
		switch {
		case b == nil:
			return nil, nil, fmt.Errorf("device %q, property %q: %w", cmd.Device, shorten([]byte(cmd.Property)), codec.ErrNoSuchProperty)
		case b.write == nil:
			return nil, nil, fmt.Errorf("%s: %w: it has no write", cmd.Property, devices.ErrNotWritable)
		}
		return d, b, nil
	}
	return nil, nil, fmt.Errorf("device %q: %w", shorten([]byte(cmd.Device)), codec.ErrNoSuchDevice)
}

// proceed sends what waits, as far as nothing is under way: an answer could not be told
// from that to something else.
func (c *Codec) proceed(r *codec.Result, now time.Time) {
	e := &c.exchanges
	for c.opened && len(e.waiting) > 0 && e.current == nil && (c.poll == nil || !c.poll.waits()) {
		next := e.waiting[0]
		e.waiting[0] = nil
		if e.waiting = e.waiting[1:]; len(e.waiting) == 0 {
			e.waiting = nil
		}
		e.send(r, next, now)
		if next.binding.ack == nil && !next.binding.seen {
			c.confirm(r, next, now) // nothing else will report it
		}
	}
	if c.opened && c.poll != nil {
		c.ask(r, now)
	}
}

// send writes a command. Without a confirmation to wait for, it is settled as soon as
// the port has taken it.
func (e *exchanges) send(r *codec.Result, x *exchange, now time.Time) {
	e.sent = append(e.sent[:0], bytes.TrimSpace(x.bytes)...)
	if x.binding.ack == nil {
		r.Send = append(r.Send, codec.Frame{Bytes: x.bytes, Ticket: x.ticket})
		return
	}
	r.Send = append(r.Send, codec.Frame{Bytes: x.bytes})
	x.tries++
	x.until = now.Add(e.answer)
	e.current = x
}

// confirm reports what the device was told.
func (c *Codec) confirm(r *codec.Result, x *exchange, now time.Time) {
	r.Readings = append(r.Readings, devices.Reading{Device: x.device.id, Property: x.binding.property.Name, Value: x.value, At: now})
}

// answer looks whether a line answers the command that is under way.
func (c *Codec) answer(r *codec.Result, text []byte, now time.Time) bool {
	e := &c.exchanges
	x := e.current
	if x == nil {
		return false
	}
	switch {
	case x.binding.ack.Match(text):
		e.settle(r, nil)
		x.device.hear(r, now)
		c.confirm(r, x, now)
	case e.refusal.Match(text):
		e.settle(r, fmt.Errorf("%w: %q", ErrRefused, e.words(text)))
	default:
		return false
	}
	c.proceed(r, now)
	return true
}

// words returns what a device says of an error.
func (e *exchanges) words(text []byte) string {
	words := text
	if groups := e.refusal.FindSubmatch(text); e.group > 0 && len(bytes.TrimSpace(groups[e.group])) > 0 {
		words = bytes.TrimSpace(groups[e.group])
	}
	return shorten(words)
}

func (e *exchanges) settle(r *codec.Result, err error) {
	r.Done = append(r.Done, codec.Outcome{Ticket: e.current.ticket, Err: err})
	e.current = nil
}

// due sends a command again that was not answered, or gives it up.
func (e *exchanges) due(r *codec.Result, now time.Time) {
	x := e.current
	if x == nil || now.Before(x.until) {
		return
	}
	if x.tries <= e.retries {
		e.send(r, x, now)
		return
	}
	e.settle(r, fmt.Errorf("%q was sent %d times: %w", shorten(bytes.TrimSpace(x.bytes)), x.tries, codec.ErrNoAnswer))
}

// lost settles everything, for the port has gone.
func (e *exchanges) lost(r *codec.Result) {
	if e.current != nil {
		e.settle(r, codec.ErrLost)
	}
	for _, x := range e.waiting {
		r.Done = append(r.Done, codec.Outcome{Ticket: x.ticket, Err: codec.ErrLost})
	}
	e.waiting = nil
}
