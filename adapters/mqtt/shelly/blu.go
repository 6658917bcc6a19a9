package shelly

import (
	"bytes"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
)

// blu begins the topics on which the script of a gateway passes on what small devices
// send by radio: their address follows.
const blu = "shelly-blu/events/"

// beacons is the generation of what cannot be spoken to.
const beacons = 0

// beacon takes what a small device sent.
func (s *Shelly) beacon(r *convention.Result, m convention.Received) bool {
	_, ok := naming.MAC(string(m.Topic[len(blu):]))
	if !ok || len(m.Payload) == 0 || bytes.TrimSpace(m.Payload)[0] != '{' {
		return false
	}
	d := s.known(r, m, m.Topic, beacons)
	if d == nil {
		return true
	}
	d.battery = true
	if err := s.read(r, d, m, []byte("beacon")); err != nil {
		d.fault(r, m, "", err)
		return true
	}
	s.finish(r, d, m)
	return true
}
