package line

import (
	"bytes"
	"fmt"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// maxMissed is how many questions in a row can go without an answer before what is at
// the port counts as gone.
const maxMissed = 3

// poll asks for values at intervals.
type poll struct {
	command       []byte
	every, answer time.Duration

	due     time.Time // of the next question
	until   time.Time // an answer is expected; zero: none is
	missed  int       // questions in a row without an answer
	failing bool
}

func newPoll(cfg *Poll, command string) *poll {
	return &poll{command: []byte(command), every: cfg.every(), answer: cfg.answer()}
}

func (p *poll) opened(now time.Time) { p.due, p.until, p.missed = now, time.Time{}, 0 }

// waits reports whether an answer is expected.
func (p *poll) waits() bool { return !p.until.IsZero() }

// isEcho reports whether a line is the question itself, which some devices send back.
func (p *poll) isEcho(text []byte) bool { return bytes.Equal(text, bytes.TrimSpace(p.command)) }

// next returns when there is something to do, unless something else is under way.
func (p *poll) next(busy bool) time.Time {
	switch {
	case p.waits():
		return p.until
	case busy:
		return time.Time{}
	}
	return p.due
}

// answered notes that a line with values came.
func (p *poll) answered(r *codec.Result) {
	p.until, p.missed = time.Time{}, 0
	if p.failing {
		p.failing = false
		r.Faults = append(r.Faults, codec.Fault{})
	}
}

// ask sends the question if it is due and nothing else is under way.
func (c *Codec) ask(r *codec.Result, now time.Time) {
	p := c.poll
	if p.waits() || c.exchanges.busy() || now.Before(p.due) {
		return
	}
	r.Send = append(r.Send, codec.Frame{Bytes: p.command})
	p.until = now.Add(p.answer)
	p.due = now.Add(p.every)
}

// pollDue notes an answer that did not come, and asks again when it is time.
func (c *Codec) pollDue(r *codec.Result, now time.Time) {
	p := c.poll
	if p.waits() && !now.Before(p.until) {
		p.until = time.Time{}
		p.missed++
		p.failing = true
		err := fmt.Errorf("no answer to %q within %v: %w", shorten(bytes.TrimSpace(p.command)), p.answer, codec.ErrNoAnswer)
		r.Faults = append(r.Faults, codec.Fault{Err: err})
		if p.missed >= maxMissed {
			p.missed = 0
			for _, d := range c.devices {
				d.tell(r, devices.Offline)
			}
			r.Hung = fmt.Errorf("%d questions in a row: %w", maxMissed, err)
		}
	}
	c.ask(r, now)
}
