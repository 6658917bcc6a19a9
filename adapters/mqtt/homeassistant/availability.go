package homeassistant

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// source is what one topic says about availability, for all entities that ask it in
// the same way: the bridge of a thousand devices is asked once.
type source struct {
	sourceKey
	view     *template.Template
	said     devices.Availability
	stale    bool   // it was online when the broker was lost, and may have gone since
	heard    uint64 // when it spoke last, by the count of what was heard
	entities []*entity
}

// sourceKey tells sources apart.
type sourceKey struct{ topic, template, online, offline string }

// presence is how an entity knows whether it can be reached.
type presence struct {
	mode    string // all, any or latest
	keys    []sourceKey
	sources []*source
	heard   bool // a message has come that is of use to it
}

const maxSources = 32 // availability topics of one entity; real ones have up to 4

// readPresence reads the availability family of keys.
func readPresence(s *spec) presence {
	p := presence{mode: s.textOr("availability_mode", "latest")}
	switch p.mode {
	case "all", "any", "latest":
	default:
		s.fail("availability_mode is %q, want all, any or latest", shorten(p.mode))
	}
	if topic := s.topic("availability_topic"); topic != "" {
		p.keys = append(p.keys, sourceKey{topic, s.text("availability_template"),
			s.textOr("payload_available", "online"), s.textOr("payload_not_available", "offline")})
	}
	list := s.members["availability"]
	if list.kind == objectNode {
		list.list = []node{list}
	}
	if len(list.list) > maxSources {
		s.fail("availability has %d topics, at most %d are taken", len(list.list), maxSources)
		return p
	}
	for _, entry := range list.list {
		expand(entry.members, shortKeys)
		one := &spec{members: entry.members, component: "availability", compiled: s.compiled}
		one.need("topic")
		key := sourceKey{one.topic("topic"), one.text("value_template"),
			one.textOr("payload_available", "online"), one.textOr("payload_not_available", "offline")}
		if one.err != nil {
			s.fail("availability: %w", one.err)
		}
		p.keys = append(p.keys, key)
	}
	for _, key := range p.keys {
		if key.template != "" {
			s.compileAs("availability template", key.template)
		}
	}
	return p
}

// follow has e learn of its availability.
func (d *Discovery) follow(r *convention.Result, e *entity) {
	for _, key := range e.presence.keys {
		s, ok := d.sources[key]
		if !ok {
			s = &source{sourceKey: key}
			if key.template != "" {
				s.view, _ = d.templates.Compile(self.Replace(key.template)) // it was compiled when it was read
			}
			d.sources[key] = s
			to := d.route(r, key.topic, e.qos)
			to.sources = append(to.sources, s)
			if to.has {
				d.ask(r, s, to.last, to.heard)
			}
		}
		if !slices.Contains(e.presence.sources, s) {
			s.entities = append(s.entities, e)
			e.presence.sources = append(e.presence.sources, s)
		}
	}
}

// unfollow undoes follow.
func (d *Discovery) unfollow(r *convention.Result, e *entity) {
	for _, s := range e.presence.sources {
		if i := slices.Index(s.entities, e); i >= 0 {
			s.entities = slices.Delete(s.entities, i, i+1)
		}
		if len(s.entities) > 0 {
			continue
		}
		delete(d.sources, s.sourceKey)
		to := d.routes[s.topic]
		to.sources = slices.DeleteFunc(to.sources, func(other *source) bool { return other == s })
		d.abandon(r, to)
	}
	e.presence.sources = nil
}

// ask takes a message on the topic of s. A payload that is neither of the two is
// left out, as Home Assistant does.
func (d *Discovery) ask(r *convention.Result, s *source, payload []byte, at time.Time) {
	text := bytes.TrimSpace(payload)
	if s.view != nil {
		d.message.Reset(payload, at)
		rendered, err := s.view.Append(d.text[:0], &d.message)
		if err != nil {
			return
		}
		d.text = rendered
		text = rendered
	}
	var said devices.Availability
	switch string(text) {
	case s.online:
		said = devices.Online
	case s.offline:
		said = devices.Offline
	default:
		return
	}
	d.heardCount++
	s.heard = d.heardCount
	before := s.now()
	s.said, s.stale = said, false
	for _, e := range s.entities {
		if before != said || e.presence.mode == "latest" && len(e.presence.sources) > 1 {
			d.doubt(e.group)
		}
	}
	d.settle(r)
}

// now is what s says, as far as it is known.
func (s *source) now() devices.Availability {
	if s.stale {
		return devices.Unknown
	}
	return s.said
}

// doubt marks a group whose availability may be another.
func (d *Discovery) doubt(g *group) {
	if g != nil && !g.doubted {
		g.doubted = true
		d.doubted = append(d.doubted, g)
	}
}

// settle judges the groups that were doubted.
func (d *Discovery) settle(r *convention.Result) {
	for _, g := range d.doubted {
		g.doubted = false
		d.judge(r, g)
	}
	clear(d.doubted)
	d.doubted = d.doubted[:0]
}

// availability is what the topics of p say.
func (p *presence) availability() devices.Availability {
	var online, offline int
	var latest *source
	for _, s := range p.sources {
		switch s.now() {
		case devices.Online:
			online++
		case devices.Offline:
			offline++
		}
		if s.said != devices.Unknown && (latest == nil || s.heard > latest.heard) {
			latest = s
		}
	}
	switch {
	case p.mode == "latest" && latest != nil:
		return latest.now()
	case p.mode == "any" && online > 0, p.mode == "all" && online == len(p.sources):
		return devices.Online
	case p.mode == "all" && offline > 0, p.mode == "any" && offline == len(p.sources):
		return devices.Offline
	}
	return devices.Unknown
}

// expires reports whether a part of e expires, and whether all that do have.
func (e *entity) expires() (some, all bool) {
	all = true
	for _, p := range e.parts {
		if p.expiry > 0 {
			some = true
			all = all && p.expired
		}
	}
	return some, some && all
}

// availability is whether the device can be reached: online where one of its entities
// is. Those that have an availability topic, or a value that expires, know better than
// those that have neither, and are asked alone where there are any.
func (g *group) availability() devices.Availability {
	informed, plain := devices.Unknown, devices.Unknown
	asked, listening := false, false
	for _, e := range g.entities {
		expires, expired := e.expires()
		listening = listening || len(e.listeners) > 0
		var said devices.Availability
		switch {
		case len(e.presence.sources) > 0:
			said = e.presence.availability()
			if expired {
				said = devices.Offline
			}
		case expired:
			said = devices.Offline
		case e.presence.heard:
			said = devices.Online
		}
		if len(e.presence.sources) == 0 && !expires {
			plain = best(plain, said)
			continue
		}
		asked = true
		informed = best(informed, said)
	}
	switch {
	case asked:
		return informed
	case !listening: // nothing will ever be heard of it
		return devices.Online
	}
	return plain
}

func best(a, b devices.Availability) devices.Availability {
	if a == devices.Online || b == devices.Online {
		return devices.Online
	}
	return max(a, b)
}

// judge tells whether g can be reached, if that is another thing than was told.
func (d *Discovery) judge(r *convention.Result, g *group) {
	if g == nil || g.silent || g.device == nil || d.lost {
		return
	}
	g.tell(r, g.availability())
}

func (g *group) tell(r *convention.Result, a devices.Availability) {
	if g.told == a || a == devices.Unknown || g.device == nil || g.silent {
		return
	}
	g.told = a
	r.Availability = append(r.Availability, devices.Presence{Device: g.id, Availability: a})
}

// heardOf takes note that a message came that e listens to. One that the broker had
// kept is no sign that the device is back.
func (d *Discovery) heardOf(h *hearing, e *entity) {
	first := !e.presence.heard
	e.presence.heard = true
	if !h.retained {
		for _, s := range e.presence.sources {
			s.stale = false
		}
	}
	if first || e.group.told != devices.Online {
		d.judge(h.result, e.group)
	}
}

// Lost appends to r that no device can be reached, for the broker cannot.
func (d *Discovery) Lost(r *convention.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = true
	for _, s := range d.sources {
		s.stale = s.said == devices.Online
	}
	for _, number := range slices.Sorted(maps.Keys(d.groups)) {
		d.groups[number].tell(r, devices.Offline)
	}
}

// Restored appends to r what holds when the broker is back. A device that said on its
// topic that it was reachable stays offline until it reports again.
func (d *Discovery) Restored(r *convention.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = false
	for _, number := range slices.Sorted(maps.Keys(d.groups)) {
		g := d.groups[number]
		g.tell(r, g.availability())
	}
}
