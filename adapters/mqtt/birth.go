package mqtt

import (
	"bytes"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
)

// birth says to those who announce devices that somebody is there who wants to
// know them, as Home Assistant does when it starts. Where a Home Assistant is
// there too, it is left to that.
type birth struct {
	topic string // empty: nothing is said
	ours  int    // of our own that will come back
	rival bool   // a Home Assistant was heard
}

func newBirth(cfg *Config, spoken *speakers) birth {
	if !cfg.Birth {
		return birth{}
	}
	for _, s := range spoken.all {
		if s.name == homeassistant.Name {
			return birth{topic: cfg.DiscoveryPrefix + "/status"}
		}
	}
	return birth{}
}

// filter is what to subscribe to, to hear another. QoS 0: what was said while we
// were away is of no interest.
func (b *birth) filter() convention.Filter { return convention.Filter{Topic: b.topic} }

// begin forgets what was said in an earlier session.
func (b *birth) begin() { b.ours = 0 }

// say returns the message that is to be sent now, if any.
func (b *birth) say() (m convention.Message, ok bool) {
	if b.topic == "" || b.rival {
		return m, false
	}
	b.ours++
	return convention.Message{Topic: b.topic, Payload: []byte(statusOnline), QoS: 1}, true
}

// hear takes a message on the topic, and reports whether it is the first sign of
// a Home Assistant.
func (b *birth) hear(payload []byte, retained bool) bool {
	text := bytes.TrimSpace(payload)
	switch {
	case string(text) == statusOnline && !retained && b.ours > 0:
		b.ours--
		return false
	case string(text) != statusOnline && string(text) != statusOffline:
		return false
	}
	first := !b.rival
	b.rival = true
	return first
}
