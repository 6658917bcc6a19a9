package mqtt

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"thingbridge/adapters/mqtt/convention"
)

// decode lets each convention look at m, for a topic may be of use to more than
// one: a device that the configuration describes can announce itself too. It
// reports whether one of them knows the topic.
func (in *inbox) decode(m convention.Received) (known bool) {
	if convention.Ours(m.Topic) {
		return true // what we publish ourselves makes no devices
	}
	for i := range in.spoken.all {
		if in.ask(i, m) {
			known = true
		}
	}
	return known
}

// ask keeps a mistake in a decoder from ending the program.
func (in *inbox) ask(i int, m convention.Received) (known bool) {
	s := in.spoken.all[i]
	defer func() {
		if value := recover(); value != nil {
			in.panicked(s, m.Topic, value)
			known = true
		}
	}()
	before := extentOf(&in.result)
	known = s.Decode(&in.result, m)
	if known {
		s.heard = true
		in.own(i, before)
		in.absorb(i)
	}
	return known
}

// guarded calls a method of a convention that appends to a result.
func (in *inbox) guarded(i int, method func(*convention.Result)) {
	defer func() {
		if value := recover(); value != nil {
			in.panicked(in.spoken.all[i], nil, value)
		}
	}()
	before := extentOf(&in.result)
	method(&in.result)
	in.own(i, before)
	in.absorb(i)
}

func (in *inbox) panicked(s *speaker, topic []byte, value any) {
	in.log.Error().Bytes("stack", debug.Stack()).Str("convention", s.name).Str("topic", shorten(string(topic))).
		Msgf("decoding a message ended in a panic: %v", value)
}

// absorb carries out what a convention wants besides the update.
func (in *inbox) absorb(i int) {
	r := &in.result
	if len(r.Subscribe)+len(r.Unsubscribe)+len(r.Publish)+len(r.Keep) == 0 {
		return
	}
	for _, topic := range r.Unsubscribe {
		in.subscriptions.drop(i, topic)
	}
	for _, f := range r.Subscribe {
		if err := in.subscriptions.want(i, f); err != nil {
			in.fault(&convention.Fault{Topic: f.Topic, Err: err})
		}
	}
	for _, m := range r.Publish {
		if err := checkTopic(m.Topic); err != nil {
			in.fault(&convention.Fault{Topic: m.Topic, Err: fmt.Errorf("publish: %w", err)})
		} else if !in.questions.add(m) {
			in.drops.unasked.Add(1)
			in.fault(&convention.Fault{Err: errTooMany})
		}
	}
	for _, a := range r.Keep {
		if err := in.records.announce(in.spoken.all[i].name, a); err != nil {
			in.fault(&convention.Fault{Topic: a.Topic, Err: err})
		}
	}
	r.Subscribe, r.Unsubscribe, r.Publish, r.Keep = r.Subscribe[:0], r.Unsubscribe[:0], r.Publish[:0], r.Keep[:0]
}

var errTooMany = errors.New("too many questions for devices wait to be sent; some are not asked")

// noteNames keeps the names that devices were given, and notes which devices are
// gone.
func (in *inbox) noteNames() {
	in.spoken.names.Release(in.result.Removed)
	if len(in.result.Announced) == 0 {
		return
	}
	for _, n := range in.spoken.names.Fresh() {
		if err := in.records.name(n); err != nil {
			in.fault(&convention.Fault{Topic: n.Key, Err: err})
		}
	}
}

// hearBirth takes a message on the topics on which a Home Assistant would say that
// it is there, and a gateway that it is none, and reports whether it was one.
func (in *inbox) hearBirth(m convention.Received) bool {
	if in.birth.topic == "" || string(m.Topic) != in.birth.topic && string(m.Topic) != gatewayTopic {
		return false
	}
	in.birth.hear(&m)
	in.leaveBirth()
	return true
}

// giveBirth returns what to say on those topics now, if anything.
func (in *inbox) giveBirth() []convention.Message {
	in.mu.Lock()
	defer in.mu.Unlock()
	messages := in.birth.say(time.Now())
	in.leaveBirth()
	return messages
}

// leaveBirth says, once, that there is a Home Assistant.
func (in *inbox) leaveBirth() {
	if in.birth.discovers() {
		in.log.Info().Str("topic", shorten(in.birth.topic)).Msg("there is a Home Assistant too; it is left to it to ask devices to announce themselves")
	}
}
