// Package publish describes devices to a Home Assistant, by its MQTT discovery: the
// other way round than the conventions, which hear of devices. It does no I/O.
//
// Each device is one announcement with all its parts (a device bundle, which Home
// Assistant has since 2024.11), one topic with its values as JSON, one on which it says
// whether it can be reached, and one for each property that takes commands.
package publish

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Scheme is the topics on which the devices of one adapter are published.
type Scheme struct {
	Prefix  string // of Home Assistant's discovery
	Source  string // the adapter
	Version string // of the program
}

// What availability topics and the birth topic say.
const (
	online  = "online"
	offline = "offline"
)

// Status is the topic that says whether we are there.
func (s Scheme) Status() string { return convention.Origin + "/" + s.Source + "/status" }

// Birth is the topic on which Home Assistant says that it has started.
func (s Scheme) Birth() string { return s.Prefix + "/status" }

// Config is the topic on which a device is announced.
func (s Scheme) Config(id devices.ID) string {
	return s.Prefix + "/device/" + convention.OurPrefix + string(id) + "/config"
}

// Configs is the filter of all announcements of whole devices, ours among them.
func (s Scheme) Configs() string { return s.Prefix + "/device/+/config" }

// Announced returns the device of an announcement that this adapter's publisher made.
func (s Scheme) Announced(topic string, payload []byte) (id devices.ID, ok bool) {
	name, ok := strings.CutPrefix(topic, strings.TrimSuffix(s.Config(""), "/config"))
	if !ok || !bytes.Contains(payload, []byte(`"`+s.Status()+`"`)) {
		return "", false
	}
	id, err := devices.ParseID(strings.TrimSuffix(name, "/config"))
	return id, err == nil
}

// State is the topic with a device's values.
func State(id devices.ID) string { return base(id) + "state" }

// Availability is the topic that says whether a device can be reached.
func Availability(id devices.ID) string { return base(id) + "availability" }

func base(id devices.ID) string { return convention.Origin + "/" + string(id) + "/" }

// setTopic takes commands for a property.
func setTopic(id devices.ID, property string) string { return base(id) + "set/" + property }

// Commands is the filter of all command topics.
const Commands = convention.Origin + "/+/set/+"

// AvailabilityOf is what the availability topic says of a twin. What is not known to be
// away is there: many devices never say so.
func AvailabilityOf(t *devices.Twin) []byte {
	if t.Availability == devices.Offline {
		return []byte(offline)
	}
	return []byte(online)
}

// Online and Offline are what the status topic says.
func Online() []byte  { return []byte(online) }
func Offline() []byte { return []byte(offline) }

// IsBirth reports whether a payload on the birth topic says that a Home Assistant has
// started.
func IsBirth(payload []byte) bool { return string(bytes.TrimSpace(payload)) == online }

// By is who asked for what came by a command topic.
const By = "mqtt"

const (
	maxTopic   = 300
	maxPayload = devices.MaxText
)

// errNoCommand says that a topic is none of ours.
var errNoCommand = errors.New("no command topic")

// ParseTopic returns what a command topic is about.
func ParseTopic(topic string) (id devices.ID, property string, err error) {
	if len(topic) > maxTopic {
		return "", "", errNoCommand
	}
	parts := bytes.Split([]byte(topic), []byte("/"))
	if len(parts) != 4 || string(parts[0]) != convention.Origin || string(parts[2]) != "set" {
		return "", "", errNoCommand
	}
	return devices.ID(parts[1]), string(parts[3]), nil
}

// Command reads a payload as a command for a property of a device.
func Command(d *devices.Device, property string, payload []byte) (devices.Command, error) {
	p, ok := d.Property(property)
	switch {
	case !ok:
		return devices.Command{}, fmt.Errorf("%s: no such property %q", d.ID, convention.Shorten(property))
	case !p.Writable:
		return devices.Command{}, fmt.Errorf("%s: %s: %w", d.ID, p.Name, devices.ErrNotWritable)
	case len(payload) > maxPayload:
		return devices.Command{}, fmt.Errorf("%s: %s: payload of %d bytes, want at most %d", d.ID, p.Name, len(payload), maxPayload)
	}
	value, err := p.Parse(string(payload))
	if err != nil {
		return devices.Command{}, fmt.Errorf("%s: %w", d.ID, err)
	}
	return devices.Command{Device: d.ID, Property: p.Name, Value: value, By: By}, nil
}
