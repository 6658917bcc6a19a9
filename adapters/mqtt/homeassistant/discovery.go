package homeassistant

import (
	"bytes"
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// Name is what the convention is called in the configuration.
const Name = "homeassistant"

// DefaultPrefix is the first part of the topics on which is announced.
const DefaultPrefix = "homeassistant"

const (
	maxEntities  = 60_000 // of one broker; a house with 1,000 devices has some 10,000
	maxListeners = 4_000  // to one topic: each of its messages is rendered as often
	maxBundle    = 1_000  // entities of one device; the largest known has 234
	defaultQoS   = 1      // of subscriptions whose announcement asks for less
)

// Config is how a Discovery is set up.
type Config struct {
	// Prefix is the first part of the topics on which is announced; DefaultPrefix where
	// it is empty.
	Prefix string
}

// Discovery is the convention. Its methods can be called from any goroutine.
type Discovery struct {
	names  *convention.Names
	prefix []byte // with a slash
	seed   maphash.Seed

	mu            sync.Mutex // guards what is below
	announcements map[string]*announcement
	entities      int // how many there are
	unique        map[uniqueKey]*entity
	byEntityID    map[string]*entity
	groups        map[uint64]*group
	groupCount    uint64
	identities    map[string]*group
	vacant        map[string]*group // whose last entity is just being replaced
	byKey         map[string]*group
	byID          map[devices.ID]*group
	routes        map[string]*route
	wild          wildcards // those of the routes that have some
	sources       map[sourceKey]*source
	zigbeeLists   map[string]bool         // topics
	zigbee        map[string]zigbeeDevice // by identity
	heardCount    uint64
	doubted       []*group
	alarms        alarms
	settling      settling
	settled       map[string]settled // by the keys of devices
	memory        int                // bytes of messages that routes remember
	lost          bool
	templates     template.Library

	message   template.Message // reused for each payload
	text      []byte           // what a template rendered; reused
	inner     template.Message // the same for JSON that a template made
	innerText []byte
	document  leaves.Document // the same for attributes
	hearing   hearing         // reused

	live        bool // the last announcement is of its moment
	announcedAt time.Time
}

type uniqueKey struct{ component, unique string }

// New returns a Discovery that knows no device yet. Devices get their IDs from names.
func New(names *convention.Names, config Config) *Discovery {
	if config.Prefix == "" {
		config.Prefix = DefaultPrefix
	}
	d := &Discovery{
		names:         names,
		prefix:        []byte(strings.TrimSuffix(config.Prefix, "/") + "/"),
		seed:          maphash.MakeSeed(),
		announcements: make(map[string]*announcement),
		unique:        make(map[uniqueKey]*entity),
		byEntityID:    make(map[string]*entity),
		groups:        make(map[uint64]*group),
		identities:    make(map[string]*group),
		vacant:        make(map[string]*group),
		byKey:         make(map[string]*group),
		byID:          make(map[devices.ID]*group),
		routes:        make(map[string]*route),
		wild:          wildcards{byFirst: make(map[string][]*route)},
		sources:       make(map[sourceKey]*source),
		zigbeeLists:   make(map[string]bool),
		zigbee:        make(map[string]zigbeeDevice),
		settling:      settling{groups: make(map[*group]bool)},
		settled:       make(map[string]settled),
	}
	d.message.SetStates(states{d})
	return d
}

// Filters returns what to subscribe to: the topics of announcements.
func (d *Discovery) Filters() []convention.Filter {
	return []convention.Filter{{Topic: string(d.prefix) + "+/+/config", QoS: defaultQoS}, {Topic: string(d.prefix) + "+/+/+/config", QoS: defaultQoS}}
}

// Decode appends what m means to r, and reports whether its topic is one that was
// announced or on which is announced.
func (d *Discovery) Decode(r *convention.Result, m convention.Received) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if bytes.HasPrefix(m.Topic, ourTopic) {
		d.recall(r, &m)
		return true
	}
	to, mine := d.routes[string(m.Topic)]
	if mine {
		d.remember(to, &m)
		d.hear(r, to, &m)
	}
	if d.wild.count > 0 && d.hearWild(r, &m) {
		mine = true
	}
	// What someone calls a state_topic stays an announcement's if it is one.
	if d.zigbeeLists[string(m.Topic)] {
		d.hearZigbee(r, &m)
		return true
	}
	return d.decodeAnnouncement(r, &m) || mine
}

// decodeAnnouncement reports whether the topic of m is one on which is announced.
func (d *Discovery) decodeAnnouncement(r *convention.Result, m *convention.Received) bool {
	if len(m.Topic) > maxTopic || !bytes.HasPrefix(m.Topic, d.prefix) || !bytes.HasSuffix(m.Topic, configLevel) {
		return false
	}
	at, ok, err := parseAddress(string(m.Topic[len(d.prefix):]))
	if !ok {
		return false
	}
	if err != nil {
		d.refuse(r, string(m.Topic), err)
		return true
	}
	d.live, d.announcedAt = !m.Retained, m.At
	d.announce(r, at, m)
	return true
}

var (
	configLevel = []byte("/config")
	ourTopic    = []byte(settledTopic)
)

// states answers what templates ask about entities: those that were announced.
type states struct{ discovery *Discovery }

// State returns the state of an entity as Home Assistant writes it.
func (s states) State(entity string) (string, bool) {
	e := s.discovery.byEntityID[entity]
	if e == nil || len(e.parts) == 0 || e.parts[0].last.IsZero() {
		return "", false
	}
	last := e.parts[0].last
	if on, ok := last.Boolean(); ok {
		if on {
			return "on", true
		}
		return "off", true
	}
	return last.String(), true
}

// Attribute returns the value of the part that Home Assistant calls so; it puts
// "current_" before some of them.
func (s states) Attribute(entity, name string) devices.Value {
	e := s.discovery.byEntityID[entity]
	if e == nil {
		return devices.Value{}
	}
	if name == "friendly_name" {
		return devices.Text(e.name)
	}
	for _, p := range e.parts {
		if p.standard == name || "current_"+p.standard == name {
			return p.last
		}
	}
	return devices.Value{}
}

var _ convention.Convention = (*Discovery)(nil)
