// Package rtl433 reads what rtl_433 publishes of the radio sensors around the
// house: a JSON object for each transmission under rtl_433/HOST/events, and each
// field on a topic of its own under rtl_433/HOST/devices/MODEL/CHANNEL/ID/FIELD;
// one of the two will do. Any level may stand before rtl_433, and HOST may be
// missing.
//
// A sensor is its model, channel and id. It becomes a device when it was heard
// three times over at least five minutes, without three hours of silence between:
// cars that pass and doorbells of the street do not. Many sensors make up a new id
// when their battery is changed, and are a new device then.
package rtl433

import (
	"bytes"
	"errors"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/radio"
	"thingbridge/devices"
)

// Name is what the configuration calls the convention.
const Name = "rtl433"

// patience is what a sensor must be heard to become a device.
var patience = radio.Patience{Times: 3, Over: 5 * time.Minute}

// RTL433 is the convention. It holds no more than some thousand sensors.
type RTL433 struct {
	roll    *radio.Roll
	members []radio.Member // of a message; reused
	key     []byte         // reused
	levels  [12][]byte     // of a topic; reused
}

// New returns the convention for a broker with these names.
func New(names *convention.Names) *RTL433 { return &RTL433{roll: radio.NewRoll(Name, names)} }

// Filters returns what to subscribe to.
func (x *RTL433) Filters() []convention.Filter {
	return []convention.Filter{{Topic: "rtl_433/#", QoS: 1}, {Topic: "+/rtl_433/#", QoS: 1}}
}

// Decode appends what m means to r.
func (x *RTL433) Decode(r *convention.Result, m convention.Received) bool {
	if x.roll.Recall(r, &m) {
		return true
	}
	levels := radio.Levels(x.levels[:0], m.Topic)
	switch {
	case len(levels) > 1 && string(levels[0]) == "rtl_433":
		levels = levels[1:]
	case len(levels) > 2 && string(levels[1]) == "rtl_433":
		levels = levels[2:]
	default:
		return false
	}
	if len(m.Payload) == 0 {
		return true
	}
	if err := x.decode(r, &m, levels); err != nil && !errors.Is(err, radio.ErrOther) {
		radio.Fault(r, m.Topic, err)
	}
	return true
}

func (x *RTL433) decode(r *convention.Result, m *convention.Received, levels [][]byte) error {
	last := string(levels[len(levels)-1])
	host := levels[0]
	switch {
	case len(levels) == 2 && (last == "availability" || last == "LWT"):
		return x.availability(r, host, m.Payload)
	case last == "states" || last == "log":
		return errors.New("it is about the receiver, not about a sensor")
	case m.Payload[0] == '{':
		return x.event(r, m, host)
	}
	// HOST/devices/MODEL/…, devices/MODEL/…, or MODEL/…
	path := levels[:len(levels)-1]
	switch {
	case len(path) > 1 && string(path[1]) == "devices":
		path = path[2:]
	case len(path) > 0 && string(path[0]) == "devices":
		path, host = path[1:], nil
	default:
		host = nil
	}
	if len(path) == 0 {
		return errors.New("got a plain value, but the topic says of no sensor; want rtl_433/HOST/devices/MODEL/ID/FIELD")
	}
	return x.field(r, m, host, path, levels[len(levels)-1])
}

func (x *RTL433) availability(r *convention.Result, host, payload []byte) error {
	at := x.roll.Receiver(host)
	switch {
	case at == nil:
		return errors.New("there are too many receivers")
	case bytes.EqualFold(payload, []byte("online")):
		at.Said(r, devices.Online)
	case bytes.EqualFold(payload, []byte("offline")):
		at.Said(r, devices.Offline)
	default:
		return errors.New("want online or offline")
	}
	return nil
}

func (x *RTL433) event(r *convention.Result, m *convention.Received, host []byte) error {
	members, err := radio.Members(x.members[:0], m.Payload)
	x.members = members
	if err != nil {
		return err
	}
	key, ok := radio.Identify(x.key[:0], members)
	x.key = key
	if !ok {
		return errors.New("the message has no model, so it is of no sensor")
	}
	s, err := x.roll.Find(r, key)
	if s == nil && err == nil {
		if !radio.Meaningful(members) {
			return errors.New("the message has nothing but what identifies the sensor")
		}
		if err = x.roll.Wait(key, m, patience); err == nil {
			s, err = x.roll.Admit(key, radio.Describe(members))
		}
	}
	if err != nil {
		return err
	}
	s.Take(r, m.Topic, members, m.At)
	s.Whole(m.At)
	s.Heard(r, x.roll.Receiver(host), m.Retained)
	return nil
}

func (x *RTL433) field(r *convention.Result, m *convention.Received, host []byte, path [][]byte, field []byte) error {
	key := radio.IdentifyTopic(x.key[:0], path)
	x.key = key
	x.members = append(x.members[:0], radio.Plain(field, m.Payload))
	s, err := x.roll.Find(r, key)
	if s == nil && err == nil {
		if err = x.roll.Wait(key, m, patience); err != nil {
			return err
		}
		if !radio.Meaningful(x.members) {
			return nil // the fields that identify it come first
		}
		s, err = x.roll.Admit(key, radio.DescribeTopic(path))
	}
	if err != nil {
		return err
	}
	if !s.InParts(m.At) {
		return nil // the event has said it
	}
	s.Take(r, m.Topic, x.members, m.At)
	var at *radio.Receiver
	if host != nil {
		at = x.roll.Receiver(host)
	}
	s.Heard(r, at, m.Retained)
	return nil
}

// Due does nothing: no value expires.
func (x *RTL433) Due(r *convention.Result, now time.Time) time.Time { return x.roll.Due(r, now) }

// Lost appends that no sensor is in reach.
func (x *RTL433) Lost(r *convention.Result) { x.roll.Lost(r) }

// Restored appends what holds when the broker is back.
func (x *RTL433) Restored(r *convention.Result) { x.roll.Restored(r) }

// Forget appends that a sensor is gone.
func (x *RTL433) Forget(r *convention.Result, id devices.ID) bool { return x.roll.Forget(r, id) }

// Command returns why cmd cannot be carried out.
func (x *RTL433) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	return nil, x.roll.Command(cmd)
}

// Echo does nothing: there are no commands.
func (x *RTL433) Echo(*convention.Result, devices.Command, time.Time) {}

var _ convention.Convention = (*RTL433)(nil)
