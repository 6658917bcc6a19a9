package mqtt

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Rehearsal is an adapter without a broker: it speaks all conventions that an
// [Adapter] with the same configuration speaks, in the same order, and whoever has it
// plays the broker. Its methods are called from one goroutine at a time.
type Rehearsal struct{ spoken *speakers }

// NewRehearsal returns a rehearsal that has heard of nothing. Mistakes in cfg that
// have to do with the broker do not count.
func NewRehearsal(cfg Config) (*Rehearsal, error) {
	var mistakes []error
	cfg.validateConventions(dialects(), func(path, problem string) {
		mistakes = append(mistakes, fmt.Errorf("%s: %s", path, problem))
	})
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	spoken, err := newSpeakers(&cfg, dialects())
	if err != nil {
		return nil, err
	}
	return &Rehearsal{spoken: spoken}, nil
}

// Filters returns what to subscribe to from the start.
func (h *Rehearsal) Filters() []convention.Filter {
	var all []convention.Filter
	h.spoken.filters(func(_ int, f convention.Filter) { all = append(all, f) })
	return all
}

// Hear appends to r what m means, and reports whether a convention knows its topic.
func (h *Rehearsal) Hear(r *convention.Result, m convention.Received) (known bool) {
	for _, s := range h.spoken.all {
		known = s.Decode(r, m) || known
	}
	h.check(r)
	return known
}

// Tick appends to r what time alone has changed by now, and returns when to call it
// next; zero: not before the next message.
func (h *Rehearsal) Tick(r *convention.Result, now time.Time) (next time.Time) {
	for _, s := range h.spoken.all {
		next = sooner(next, s.Due(r, now))
	}
	h.check(r)
	return next
}

// Order returns the messages that carry cmd, and appends to r what will be so when
// they were sent and nothing else will report.
func (h *Rehearsal) Order(r *convention.Result, cmd devices.Command, now time.Time) ([]convention.Message, error) {
	messages, by, err := h.spoken.command(cmd, now)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if err := checkTopic(m.Topic); err != nil {
			return nil, err
		}
	}
	by.Echo(r, cmd, now)
	return messages, nil
}

// check takes out of r what the adapter would not do.
func (h *Rehearsal) check(r *convention.Result) {
	h.spoken.names.Release(r.Removed)
	r.Subscribe = slices.DeleteFunc(r.Subscribe, func(f convention.Filter) bool {
		err := checkFilter(f.Topic)
		if err != nil {
			r.Faults = append(r.Faults, convention.Fault{Topic: f.Topic, Err: err})
		}
		return err != nil
	})
	r.Publish = slices.DeleteFunc(r.Publish, func(m convention.Message) bool {
		err := checkTopic(m.Topic)
		if err != nil {
			r.Faults = append(r.Faults, convention.Fault{Topic: m.Topic, Err: err})
		}
		return err != nil
	})
}
