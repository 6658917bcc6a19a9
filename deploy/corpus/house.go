package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// house is a broker, the conventions of the adapter and a registry, in one goroutine.
// The conventions hear only what they have subscribed to, and retained messages when
// they subscribe, as from a broker.
type house struct {
	adapter  *mqtt.Rehearsal
	registry *devices.Registry
	source   *devices.Source
	now      time.Time

	entities []*entity // that were discovered
	filters  []string
	retained []message // in the order in which they came first
	places   map[string]int

	kept      []convention.Record  // for the next start
	published []convention.Message // by us, since the last take
	faults    []convention.Fault   // since the last take
	refused   []error              // by the registry, since the last take
	heard     bool                 // that a convention took the last message
	readings  uint64               // since the start
}

// message is what a device publishes.
type message struct {
	topic, payload string
	retain         bool
}

// newHouse returns a house without devices.
func newHouse() (*house, error) {
	adapter, err := mqtt.NewRehearsal(mqtt.DefaultConfig("corpus"))
	if err != nil {
		return nil, err
	}
	h := &house{adapter: adapter, registry: devices.NewRegistry(), now: time.Now(), places: make(map[string]int)}
	h.source = h.registry.Source("broker", h)
	for _, filter := range adapter.Filters() {
		h.filters = append(h.filters, filter.Topic)
	}
	return h, nil
}

// hear publishes m to the broker.
func (h *house) hear(m message) {
	if m.retain {
		h.keep(m)
	}
	h.heard = false
	for _, filter := range h.filters {
		if matches(filter, m.topic) {
			h.decode(m.topic, m.payload, false)
			return
		}
	}
}

// keep makes the broker remember m.
func (h *house) keep(m message) {
	i, known := h.places[m.topic]
	if !known {
		i = len(h.retained)
		h.places[m.topic] = i
		h.retained = append(h.retained, m)
	}
	h.retained[i] = m
}

func (h *house) decode(topic, payload string, retained bool) {
	r := &convention.Result{}
	if h.offer(r, topic, payload, retained) {
		h.heard = true
	}
	h.apply(r)
}

// offer gives a message to the adapter, and reports whether it knows its topic.
func (h *house) offer(r *convention.Result, topic, payload string, retained bool) bool {
	return h.adapter.Hear(r, convention.Received{Topic: []byte(topic), Payload: []byte(payload), Retained: retained, At: h.now})
}

// maxDepth bounds what follows from one message: it may announce a device, whose
// retained messages may announce more.
const maxDepth = 10_000

// apply does what r says.
func (h *house) apply(r *convention.Result) {
	queue := []*convention.Result{r}
	for n := 0; len(queue) > 0 && n < maxDepth; n++ {
		r, queue = queue[0], queue[1:]
		h.refuse(h.source.Apply(r.Update))
		h.readings += uint64(len(r.Readings))
		h.faults = append(h.faults, r.Faults...)
		h.published = append(h.published, r.Publish...)
		h.store(r.Keep)
		h.filters = slices.DeleteFunc(h.filters, func(filter string) bool { return slices.Contains(r.Unsubscribe, filter) })
		for _, filter := range r.Subscribe {
			if slices.Contains(h.filters, filter.Topic) {
				continue
			}
			h.filters = append(h.filters, filter.Topic)
			for _, m := range h.retained {
				if m.payload == "" || !matches(filter.Topic, m.topic) {
					continue
				}
				next := &convention.Result{}
				h.offer(next, m.topic, m.payload, true)
				queue = append(queue, next)
			}
		}
	}
}

// store keeps announcements, in the order in which they came first.
func (h *house) store(records []convention.Record) {
	for _, record := range records {
		i := slices.IndexFunc(h.kept, func(known convention.Record) bool { return known.Topic == record.Topic })
		switch {
		case len(record.Payload) == 0 && i >= 0:
			h.kept = slices.Delete(h.kept, i, i+1)
		case len(record.Payload) == 0:
		case i >= 0:
			h.kept[i] = record
		default:
			h.kept = append(h.kept, record)
		}
	}
}

// again returns what the house is after a restart, before the broker says anything.
func (h *house) again() (*house, error) {
	next, err := newHouse()
	if err != nil {
		return nil, err
	}
	for _, record := range h.kept {
		next.decode(record.Topic, string(record.Payload), true)
	}
	return next, nil
}

// refuse takes apart what the registry refused.
func (h *house) refuse(err error) {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &joined):
		h.refused = append(h.refused, joined.Unwrap()...)
	default:
		h.refused = append(h.refused, err)
	}
}

// pass lets time go on.
func (h *house) pass(d time.Duration) {
	until := h.now.Add(d)
	for range maxDepth {
		r := &convention.Result{}
		next := h.adapter.Tick(r, h.now)
		h.apply(r)
		if next.IsZero() || next.After(until) {
			break
		}
		if next.After(h.now) {
			h.now = next
		}
	}
	h.now = until
}

// Execute publishes what a command asks for. It implements [devices.Executor].
func (h *house) Execute(_ context.Context, cmd devices.Command) error {
	r := &convention.Result{}
	messages, err := h.adapter.Order(r, cmd, h.now)
	if err != nil {
		return err
	}
	h.published = append(h.published, messages...)
	h.apply(r)
	return nil
}

// order asks a device for a value, and returns what was published for it.
func (h *house) order(id devices.ID, property string, value devices.Value) ([]convention.Message, error) {
	before := len(h.published)
	err := h.registry.Execute(context.Background(), devices.Command{Device: id, Property: property, Value: value, By: "judge"})
	return slices.Clone(h.published[before:]), err
}

// complaint returns the first thing that the conventions or the registry found wrong
// since the last call, or "".
func (h *house) complaint() string {
	text := ""
	for i := range h.faults {
		if h.faults[i].Err != nil {
			text = h.faults[i].Err.Error()
			break
		}
	}
	if text == "" && len(h.refused) > 0 {
		text = fmt.Sprintf("the registry refuses: %v", h.refused[0])
	}
	h.faults, h.refused = nil, nil
	return text
}

// matches reports whether a filter of a subscription takes a topic (MQTT 3.1.1, 4.7).
func matches(filter, topic string) bool {
	if strings.HasPrefix(topic, "$") && !strings.HasPrefix(filter, "$") {
		return false
	}
	for {
		f, moreFilter := cutLevel(&filter)
		if f == "#" {
			return true
		}
		l, moreTopic := cutLevel(&topic)
		if f != "+" && f != l {
			return false
		}
		if !moreTopic {
			return !moreFilter || filter == "#"
		}
		if !moreFilter {
			return false
		}
	}
}

// cutLevel takes the first level off a topic, and reports whether there are more.
func cutLevel(topic *string) (level string, more bool) {
	level, *topic, more = strings.Cut(*topic, "/")
	return level, more
}
