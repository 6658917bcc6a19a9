package mapped

import (
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// presence is what is known of one device's availability.
type presence struct {
	device                  devices.ID
	topic                   string // empty: the device has no availability topic
	available, notAvailable string // payloads on it

	said    devices.Availability // by the device: on its topic, or by being heard of
	told    devices.Availability // the last one that went into a convention.Result
	failing bool
}

// hear takes a message on the availability topic.
func (p *presence) hear(r *convention.Result, topic string, payload []byte) {
	switch strings.TrimSpace(string(payload[:min(len(payload), devices.MaxText)])) {
	case p.available:
		p.said = devices.Online
	case p.notAvailable:
		p.said = devices.Offline
	default:
		p.failing = true
		r.Faults = append(r.Faults, convention.Fault{Device: p.device, Topic: topic, Err: fmt.Errorf("got %q, want %q or %q",
			shorten(string(payload[:min(len(payload), maxShown)])), p.available, p.notAvailable)})
		return
	}
	if p.failing {
		p.failing = false
		r.Faults = append(r.Faults, convention.Fault{Device: p.device, Topic: topic})
	}
	p.tell(r, p.said)
}

// heardOf takes note that a message about the device came. One that the broker
// had kept is no sign of life of a device that has an availability topic.
func (p *presence) heardOf(r *convention.Result, retained bool) {
	switch {
	case p.topic == "":
		p.said = devices.Online
	case retained || p.said != devices.Online:
		return
	}
	p.tell(r, devices.Online)
}

func (p *presence) tell(r *convention.Result, a devices.Availability) {
	if p.told == a {
		return
	}
	p.told = a
	r.Availability = append(r.Availability, devices.Presence{Device: p.device, Availability: a})
}

// Announce appends all devices to r.
func (t *Table) Announce(r *convention.Result) { r.Announced = append(r.Announced, t.devices...) }

// Lost appends to r that no device can be reached, for the broker cannot.
func (t *Table) Lost(r *convention.Result) {
	for i := range t.presence {
		t.presence[i].tell(r, devices.Offline)
	}
}

// Restored appends to r what holds when the broker is back. A device without an
// availability topic is what it was. One that said on its topic that it was
// reachable may have gone meanwhile: it stays offline until it reports again.
func (t *Table) Restored(r *convention.Result) {
	for i := range t.presence {
		p := &t.presence[i]
		if p.topic == "" || p.said != devices.Online {
			p.tell(r, p.said)
		}
	}
}
