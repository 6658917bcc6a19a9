package mqtt

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
)

// birth says to those who announce devices that somebody is there who wants to
// know them, as Home Assistant does when it starts. Where a Home Assistant is
// there too, it is left to that.
type birth struct {
	topic   string // empty: nothing is said
	marker  string // what we say behind it: the topic and who we are
	rival   bool   // a Home Assistant was heard
	others  midwife
	noticed bool // rival was told
}

func newBirth(cfg *Config, spoken *speakers) birth {
	if !cfg.Birth {
		return birth{}
	}
	for _, s := range spoken.all {
		if s.name == homeassistant.Name {
			topic := cfg.DiscoveryPrefix + "/status"
			return birth{topic: topic, marker: topic + " " + cfg.ClientID, others: midwife{topic: topic}}
		}
	}
	return birth{}
}

// filters are what to subscribe to, to hear others. QoS 0: what was said while we
// were away is of no interest.
func (b *birth) filters() []convention.Filter {
	if b.topic == "" {
		return nil
	}
	return []convention.Filter{{Topic: b.topic}, {Topic: gatewayTopic}}
}

// begin forgets what was said in an earlier session. A birth that nobody explained in it
// was that of a Home Assistant: a gateway takes no time for it.
func (b *birth) begin() {
	b.rival = b.rival || len(b.others.births) > 0
	b.others = midwife{topic: b.topic}
}

// say returns the messages that are to be sent now, if any, in their order.
func (b *birth) say(now time.Time) []convention.Message {
	b.rival = b.rival || b.others.unexplained(now)
	if b.topic == "" || b.rival {
		return nil
	}
	b.others.own++
	return []convention.Message{
		{Topic: b.topic, Payload: []byte(statusOnline), QoS: 1},
		{Topic: gatewayTopic, Payload: []byte(b.marker), QoS: 1},
	}
}

// hear takes a message on one of the topics.
func (b *birth) hear(m *convention.Received) {
	b.rival = b.rival || b.others.unexplained(m.At)
	if string(m.Topic) == gatewayTopic {
		if !m.Retained && string(m.Payload) != b.marker {
			b.others.explain(m.Payload, m.At)
		}
		return
	}
	text := string(bytes.TrimSpace(m.Payload))
	switch {
	case text != statusOnline && text != statusOffline:
	case text == statusOffline, m.Retained: // of which gateways do neither
		b.rival = true
	default:
		b.others.hear(m.At)
	}
}

// discovers reports whether a Home Assistant is there, and nobody was told so yet.
func (b *birth) discovers() bool {
	first := b.rival && !b.noticed
	b.noticed = b.rival
	return first
}

// gatewayTopic is where a gateway says who it is and on which topic it has just said
// online, as a Home Assistant would: for others of its kind, which cannot tell it from
// one otherwise. Said behind it, it reaches everybody who has heard that: the broker keeps
// what one client says in its order.
const gatewayTopic = convention.Origin + "/birth"

// midwife knows the births that no gateway has explained. Those of several gateways, and
// what explains them, come in any order: it counts.
type midwife struct {
	topic  string      // of the births
	own    int         // of our own that will come back
	births []time.Time // when those were heard that are not explained
	spare  []time.Time // when explanations were heard of births that were not
}

const (
	explainedWithin = 2 * time.Second // of a birth
	maxBirths       = 32              // that are told apart; more are no house's
)

// hear takes a birth.
func (m *midwife) hear(at time.Time) {
	m.spare = slices.DeleteFunc(m.spare, func(then time.Time) bool { return at.Sub(then) >= explainedWithin })
	switch {
	case len(m.spare) > 0:
		m.spare = m.spare[1:]
	case m.own > 0:
		m.own--
	case len(m.births) < maxBirths:
		m.births = append(m.births, at)
	}
}

// explain takes what a gateway says: one birth was its own.
func (m *midwife) explain(payload []byte, at time.Time) {
	topic, _, ok := strings.Cut(string(payload[:min(len(payload), maxFilter)]), " ")
	switch {
	case !ok || topic != m.topic:
	case len(m.births) > 0:
		m.births = m.births[1:]
	case len(m.spare) < maxBirths:
		m.spare = append(m.spare, at)
	}
}

// unexplained reports whether a birth was a Home Assistant's.
func (m *midwife) unexplained(now time.Time) bool {
	return len(m.births) > 0 && now.Sub(m.births[0]) >= explainedWithin
}
