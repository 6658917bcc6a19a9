// Package theengs reads what OpenMQTTGateway and the Theengs gateway publish:
// decoded Bluetooth sensors under BASE/GATEWAY/BTtoMQTT/ADDRESS, radio sensors
// under BASE/GATEWAY/RTL_433toMQTT, the gateway's own state under SYStoMQTT, and
// its last will under LWT.
//
// A Bluetooth sensor is its hardware address. One that the gateway has decoded to
// a model is a device at once; one that has a name only, when it was heard three
// times over five minutes; one that has neither, never. Phones and watches change
// their address every quarter of an hour and are passed over; a beacon that does
// is known by its UUID. A radio sensor is known as package rtl433 says.
package theengs

import (
	"bytes"
	"errors"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/radio"
	"thingbridge/devices"
)

// Name is what the configuration calls the convention.
const Name = "theengs"

// Theengs is the convention. It holds no more than some thousand sensors.
type Theengs struct {
	roll    *radio.Roll
	members []radio.Member // of a message; reused
	key     []byte         // reused
	levels  [8][]byte      // of a topic; reused
}

// New returns the convention for a broker with these names.
func New(names *convention.Names) *Theengs { return &Theengs{roll: radio.NewRoll(Name, names)} }

// Filters returns what to subscribe to.
func (x *Theengs) Filters() []convention.Filter {
	return []convention.Filter{
		{Topic: "+/+/BTtoMQTT/#", QoS: 1}, {Topic: "+/+/RTL_433toMQTT/#", QoS: 1},
		{Topic: "+/+/SYStoMQTT", QoS: 1}, {Topic: "+/+/LWT", QoS: 1},
	}
}

// Decode appends what m means to r.
func (x *Theengs) Decode(r *convention.Result, m convention.Received) bool {
	if x.roll.Recall(r, &m) {
		return true
	}
	levels := radio.Levels(x.levels[:0], m.Topic)
	if len(levels) < 3 {
		return false
	}
	gateway := m.Topic[:len(levels[0])+1+len(levels[1])]
	var err error
	switch string(levels[2]) {
	case "LWT":
		return len(levels) == 3 && x.will(r, gateway, m.Payload)
	case "BTtoMQTT":
		err = x.object(r, &m, gateway, x.bluetooth)
	case "RTL_433toMQTT":
		err = x.object(r, &m, gateway, x.radio)
	case "SYStoMQTT":
		err = x.object(r, &m, gateway, x.system)
	default:
		return false
	}
	if err != nil && !errors.Is(err, radio.ErrOther) {
		radio.Fault(r, m.Topic, err)
	}
	return true
}

// will takes the last will of a gateway. Tasmota's is on such a topic too, and
// says Online.
func (x *Theengs) will(r *convention.Result, gateway, payload []byte) bool {
	a := devices.Online
	switch string(payload) {
	case "online":
	case "offline":
		a = devices.Offline
	default:
		return false
	}
	if at := x.roll.Receiver(gateway); at != nil {
		at.Said(r, a)
	}
	return true
}

// message is what came, and from whom.
type message struct {
	*convention.Received
	gateway []byte
	members []radio.Member
}

func (x *Theengs) object(r *convention.Result, m *convention.Received, gateway []byte, read func(*convention.Result, *message) error) error {
	if len(m.Payload) == 0 {
		return nil
	}
	members, err := radio.Members(x.members[:0], m.Payload)
	x.members = members
	if err != nil {
		return err
	}
	return read(r, &message{m, gateway, members})
}

func (x *Theengs) radio(r *convention.Result, m *message) error {
	key, ok := radio.Identify(x.key[:0], m.members)
	x.key = key
	if !ok {
		return errors.New("the message has no model, so it is of no sensor")
	}
	s, err := x.roll.Find(r, key)
	if s == nil && err == nil {
		if !radio.Meaningful(m.members) {
			return errors.New("the message has nothing but what identifies the sensor")
		}
		if err = x.roll.Wait(key, m.Received, radio.Patience{Times: 3, Over: 5 * time.Minute}); err == nil {
			s, err = x.roll.Admit(key, radio.Describe(m.members))
		}
	}
	if err != nil {
		return err
	}
	s.Take(r, m.Topic, m.members, m.At)
	s.Heard(r, x.roll.Receiver(m.gateway), m.Retained)
	return nil
}

// system takes what a gateway says of itself.
func (x *Theengs) system(r *convention.Result, m *message) error {
	key := append(append(x.key[:0], "id:"...), bytes.ToLower(m.gateway)...)
	if mac := radio.Find(m.members, "mac"); mac != nil {
		if address, err := radio.Address(mac.Value); err == nil {
			key = append(key[:0], address...)
		}
	}
	x.key = key
	own := m.members[:0]
	for _, member := range m.members {
		switch string(member.Key) {
		case "uptime", "freemem", "rssi", "tempc", "tempf":
			own = append(own, member)
		}
	}
	if len(own) == 0 {
		return errors.New("the gateway says nothing of how it is doing")
	}
	s, err := x.roll.Find(r, key)
	if s == nil && err == nil {
		_, name, _ := bytes.Cut(m.gateway, []byte("/"))
		s, err = x.roll.Admit(key, radio.Identity{Name: string(name), Model: "OpenMQTTGateway"})
	}
	if err != nil {
		return err
	}
	s.Take(r, m.Topic, own, m.At)
	s.Heard(r, x.roll.Receiver(m.gateway), m.Retained)
	return nil
}

// Due appends which trackers have left.
func (x *Theengs) Due(r *convention.Result, now time.Time) time.Time { return x.roll.Due(r, now) }

// Lost appends that no sensor is in reach.
func (x *Theengs) Lost(r *convention.Result) { x.roll.Lost(r) }

// Restored appends what holds when the broker is back.
func (x *Theengs) Restored(r *convention.Result) { x.roll.Restored(r) }

// Forget appends that a sensor is gone.
func (x *Theengs) Forget(r *convention.Result, id devices.ID) bool { return x.roll.Forget(r, id) }

// Command returns why cmd cannot be carried out.
func (x *Theengs) Command(cmd devices.Command, _ time.Time) ([]convention.Message, error) {
	return nil, x.roll.Command(cmd)
}

// Echo does nothing: there are no commands.
func (x *Theengs) Echo(*convention.Result, devices.Command, time.Time) {}

var _ convention.Convention = (*Theengs)(nil)
