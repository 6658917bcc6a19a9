package theengs

import (
	"errors"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/radio"
)

var (
	errChanges   = errors.New("it changes its address every quarter of an hour, as phones and watches do, and cannot be known again")
	errAnonymous = errors.New("it has no name, and the gateway has decoded it to no model")
	errEncrypted = errors.New("what it measures is encrypted; give the gateway the sensor's key")
	errEmpty     = errors.New("the message has nothing but who the sensor is")
)

// bluetooth takes what a gateway has heard of a Bluetooth sensor.
func (x *Theengs) bluetooth(r *convention.Result, m *message) error {
	private := isTrue(m.members, "prmac") || textOf(m.members, "type") == "RMAC"
	key, changes, err := x.address(m)
	x.key = key
	if err != nil {
		return err
	}
	s, err := x.roll.Find(r, key)
	if err != nil {
		return err
	}
	tracked := isTrue(m.members, "track")
	if s == nil {
		if private {
			return errChanges
		}
		if s, err = x.meet(m, key, changes, tracked); err != nil {
			return err
		}
	}
	if textOf(m.members, "state") == "offline" && radio.Find(m.members, "model_id") == nil {
		s.Absent(r, m.At)
		return nil
	}
	before := len(r.Readings) + len(r.Faults)
	s.Take(r, m.Topic, m.members, m.At)
	if tracked && !m.Retained {
		s.Present(r, m.At)
	}
	s.Heard(r, x.roll.Receiver(m.gateway), m.Retained)
	switch {
	case len(r.Readings)+len(r.Faults) > before || tracked:
		return nil
	case radio.Find(m.members, "cipher") != nil:
		return errEncrypted
	}
	return errEmpty
}

// meet makes a device of a sensor that is none, or says why not.
func (x *Theengs) meet(m *message, key []byte, changes, tracked bool) (*radio.Sensor, error) {
	decoded := radio.Find(m.members, "model_id") != nil || radio.Find(m.members, "model") != nil
	name := textOf(m.members, "name")
	switch {
	case !decoded && name == "":
		return nil, errAnonymous
	case radio.Find(m.members, "cipher") != nil:
		return nil, errEncrypted
	case !radio.Meaningful(m.members) && !tracked:
		return nil, errEmpty
	}
	var patience radio.Patience
	switch {
	case changes: // longer than such an address lasts
		patience = radio.Patience{Times: 3, Over: 30 * time.Minute}
	case !decoded || textOf(m.members, "type") == "TIRE":
		patience = radio.Patience{Times: 3, Over: 5 * time.Minute}
	}
	if patience.Times > 0 {
		if err := x.roll.Wait(key, m.Received, patience); err != nil {
			return nil, err
		}
	}
	return x.roll.Admit(key, describe(m.members, string(key), name))
}

func describe(members []radio.Member, key, name string) radio.Identity {
	model, id := textOf(members, "model"), textOf(members, "model_id")
	who := radio.Identity{
		Manufacturer: textOf(members, "brand"), Model: model, Sort: textOf(members, "type"),
		Serial: strings.ToUpper(strings.TrimPrefix(strings.TrimPrefix(key, "mac:"), "id:")),
	}
	switch {
	case model == "":
		who.Model = id
	case id != "" && id != model:
		who.Model = model + " (" + id + ")"
	}
	end := strings.ToUpper(key[max(0, len(key)-4):])
	switch {
	case name != "":
		who.Name = name
		if !strings.Contains(strings.ToUpper(name), end) {
			who.Name += " " + end
		}
	default:
		who.Name = strings.TrimSpace(who.Manufacturer+" "+strings.TrimSpace(model)) + " " + end
	}
	if who.Manufacturer == "GENERIC" {
		who.Manufacturer = ""
		who.Name = strings.TrimSpace(strings.TrimPrefix(who.Name, "GENERIC"))
	}
	return who
}

// address is the key of the sensor, and whether its address is one of those that
// change.
func (x *Theengs) address(m *message) (key []byte, changes bool, err error) {
	address, err := radio.Address([]byte(textOf(m.members, "id")))
	if err != nil {
		levels := radio.Levels(x.levels[:0], m.Topic)
		address, err = radio.Address(levels[len(levels)-1])
	}
	if err != nil {
		address, err = radio.Address([]byte(textOf(m.members, "mac")))
	}
	if err != nil {
		return x.key[:0], false, errors.New("it does not say its address")
	}
	if kind := radio.Find(m.members, "mac_type"); kind != nil && string(kind.Value) == "1" {
		// The two highest bits of a random address: 11 stays, 00 and 01 change.
		changes = !strings.Contains("cdef", address[len("mac:"):len("mac:")+1])
	}
	uuid, major, minor := textOf(m.members, "uuid"), radio.Find(m.members, "major"), radio.Find(m.members, "minor")
	if changes && len(uuid) == 32 && major != nil && minor != nil && len(major.Value)+len(minor.Value) < 16 {
		key = append(append(x.key[:0], "id:ibeacon-"...), strings.ToLower(uuid)...)
		key = append(append(key, '-'), major.Value...)
		return append(append(key, '-'), minor.Value...), false, nil
	}
	return append(x.key[:0], address...), changes, nil
}

// textOf is the text of a member, or nothing.
func textOf(members []radio.Member, key string) string {
	if m := radio.Find(members, key); m != nil && m.Kind == radio.Text && len(m.Value) <= 128 {
		return m.Text()
	}
	return ""
}

func isTrue(members []radio.Member, key string) bool {
	m := radio.Find(members, key)
	return m != nil && string(m.Value) == "true"
}
