package homeassistant

import (
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"unicode"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// announcement is what one topic below the prefix says.
type announcement struct {
	topic    string
	sum      uint64 // of the payload: one that comes again changes nothing
	entities []*entity
	released bool // its entities may be taken over by the other form of discovery
}

// announced is an entity as it was read from a payload, before anything is changed.
type announced struct {
	key    string // of the entity
	entity *entity
	err    error
}

// bundleOptions are the keys of a bundle that hold for each of its components that
// does not have them itself.
var bundleOptions = []string{
	"availability", "availability_mode", "availability_template", "availability_topic", "command_topic", "encoding",
	"message_expiry_interval", "payload_available", "payload_not_available", "qos", "state_topic",
}

// announce takes a message on an announcement's topic.
func (d *Discovery) announce(r *convention.Result, at address, m *convention.Received) {
	topic := string(m.Topic)
	known := d.announcements[topic]
	if len(m.Payload) == 0 {
		d.takeBack(r, topic)
		return
	}
	sum := maphash.Bytes(d.seed, m.Payload)
	if known != nil && known.sum == sum && !known.released {
		return
	}
	members, err := parseObject(m.Payload)
	if err != nil {
		d.refuse(r, topic, err)
		return
	}
	expand(members, shortKeys)
	if release, _ := members["migrate_discovery"].plain(); release == "True" {
		r.Keep = append(r.Keep, convention.Record{Topic: topic})
		if known != nil {
			known.released = true
		}
		return
	}
	var found []announced
	if at.component == "device" {
		found, err = d.readBundle(at, topic, members, known)
	} else {
		found, err = d.readSingle(at, topic, members)
	}
	if err != nil {
		d.refuse(r, topic, err)
		return
	}
	d.take(r, &announcement{topic: topic, sum: sum}, known, found, m.Payload)
}

// takeBack makes what was announced on a topic as if it never had been.
func (d *Discovery) takeBack(r *convention.Result, topic string) {
	r.Keep = append(r.Keep, convention.Record{Topic: topic})
	if known := d.announcements[topic]; known != nil {
		delete(d.announcements, topic)
		d.replace(r, known.entities, nil)
	}
}

// Forget appends to r that a device is gone, with all that it has announced. Its
// properties will have their names again, should it come back.
func (d *Discovery) Forget(r *convention.Result, id devices.ID) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	topics := make(map[string]bool)
	for _, g := range d.groups {
		if g.id == id {
			for _, e := range g.entities {
				topics[e.topic()] = true
			}
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(topics)) {
		d.takeBack(r, topic)
	}
	return len(topics) > 0
}

func (d *Discovery) refuse(r *convention.Result, topic string, err error) {
	r.Faults = append(r.Faults, convention.Fault{Topic: topic, Err: fmt.Errorf("the announcement is passed over: %w", err)})
}

// take puts what was found in the place of what the topic announced before.
func (d *Discovery) take(r *convention.Result, a, known *announcement, found []announced, payload []byte) {
	var before []*entity
	if known != nil {
		before = known.entities
	}
	taken := 0
	for _, one := range found {
		err := one.err
		if err == nil {
			err = d.admit(one.entity, before, len(a.entities))
		}
		if err != nil {
			d.refuse(r, a.topic, err)
			// What is refused leaves standing what was there, as in Home Assistant.
			if i := slices.IndexFunc(before, func(e *entity) bool { return e.key == one.key }); i >= 0 {
				a.entities = append(a.entities, before[i])
			}
			continue
		}
		a.entities = append(a.entities, one.entity)
		taken++
	}
	if taken == 0 && len(found) > 0 {
		return
	}
	d.announcements[a.topic] = a
	d.replace(r, before, a.entities)
	r.Keep = append(r.Keep, convention.Record{Topic: a.topic, Payload: slices.Clone(payload)})
}

// admit returns why e cannot be had besides those there are. before are those that it
// comes in the place of, and more have come with it.
func (d *Discovery) admit(e *entity, before []*entity, more int) error {
	if d.entities+more-len(before) >= maxEntities {
		return fmt.Errorf("there are %d entities already, which is as many as are taken", d.entities)
	}
	if !d.names.Room(e.info.keys...) {
		return convention.ErrTooMany
	}
	for _, identity := range e.info.identities {
		if g := d.identities[identity]; g != nil && len(g.entities)+more-len(before) >= maxBundle {
			return fmt.Errorf("device %s has %d entities already, which is as many as are taken", g.id, len(g.entities))
		}
	}
	if err := d.admitWildcards(e); err != nil {
		return err
	}
	for _, l := range e.listeners {
		if to := d.routes[l.topic]; to != nil && len(to.listeners) >= maxListeners {
			return fmt.Errorf("%d entities listen to %q already, which is as many as may", len(to.listeners), convention.Shorten(l.topic))
		}
	}
	if e.unique == "" {
		return nil
	}
	other := d.unique[uniqueKey{e.component, e.unique}]
	if other == nil || other.key == e.key || slices.Contains(before, other) {
		return nil
	}
	if a := d.announcements[other.topic()]; a != nil && a.released {
		return nil
	}
	return fmt.Errorf("its unique_id %q is that of another %s, announced on %q", shorten(e.unique), e.component, convention.Shorten(other.topic()))
}

// readSingle reads the announcement of one entity.
func (d *Discovery) readSingle(at address, topic string, members map[string]node) ([]announced, error) {
	expandBase(members)
	info, err := readDevice(members["device"])
	if err != nil {
		return nil, err
	}
	e, err := d.readEntity(at, topic, at.component, members)
	if err != nil {
		return nil, err
	}
	info.origin = originName(members["origin"])
	e.belong(at, info)
	return []announced{{key: topic, entity: e}}, nil
}

// readBundle reads the announcement of a device with all its entities. What it does
// not name any more stays, unless it is named with nothing but its platform.
func (d *Discovery) readBundle(at address, topic string, members map[string]node, known *announcement) ([]announced, error) {
	if members["device"].kind != objectNode {
		return nil, errors.New("a bundle needs a device")
	}
	info, err := readDevice(members["device"])
	if err != nil {
		return nil, err
	}
	if len(info.identities) == 0 {
		return nil, errors.New("the device of a bundle needs identifiers or connections")
	}
	info.origin = originName(members["origin"])
	components := members["components"]
	if components.kind != objectNode {
		return nil, errors.New("a bundle needs components")
	}
	if len(components.members) > maxBundle {
		return nil, fmt.Errorf("it has %d components, at most %d are taken", len(components.members), maxBundle)
	}
	names := make([]string, 0, len(components.members))
	for name := range components.members {
		names = append(names, name)
	}
	slices.Sort(names)
	var found []announced
	for _, name := range names {
		one := d.readComponent(at, topic, name, components.members[name], members)
		one.key = topic + "#" + name
		if one.entity == nil && one.err == nil {
			continue // it is removed
		}
		if one.err != nil {
			one.err = fmt.Errorf("component %q: %w", shorten(name), one.err)
		} else {
			one.entity.belong(at, info)
		}
		found = append(found, one)
	}
	if known == nil {
		return found, nil
	}
	for _, e := range known.entities {
		if _, named := components.members[e.object]; !named {
			found = append(found, announced{key: e.key, entity: e})
		}
	}
	return found, nil
}

// readComponent reads one component of a bundle; nothing where it is to be removed.
func (d *Discovery) readComponent(at address, topic, name string, one node, bundle map[string]node) announced {
	if one.kind != objectNode {
		return announced{err: errors.New("it is not an object")}
	}
	expand(one.members, shortKeys)
	platform, _ := one.members["platform"].plain()
	if platform == "" {
		return announced{err: errors.New("it needs a platform")}
	}
	if len(one.members) == 1 {
		return announced{}
	}
	expandBase(one.members)
	for _, key := range bundleOptions {
		if _, own := one.members[key]; !own {
			if shared, ok := bundle[key]; ok {
				one.members[key] = shared
			}
		}
	}
	one.members["device"] = bundle["device"]
	at.object = name
	e, err := d.readEntity(at, topic+"#"+name, platform, one.members)
	return announced{entity: e, err: err}
}

// readEntity makes an entity of what is said about it.
func (d *Discovery) readEntity(at address, key, component string, members map[string]node) (*entity, error) {
	s := &spec{members: members, component: component, compiled: &d.templates}
	e := &entity{
		key:       key,
		component: component,
		unique:    s.text("unique_id"),
		name:      clip(s.text("name")),
		object:    at.object,
		within:    at.within(),
		class:     clip(s.text("device_class")),
		unit:      convention.Unit(clip(s.text("unit_of_measurement"))),
		qos:       s.qos(),
		retain:    s.flag("retain", false),
	}
	e.entityID = s.text("default_entity_id")
	if e.entityID == "" && s.has("object_id") {
		e.entityID = component + "." + s.text("object_id")
	}
	switch category := s.text("entity_category"); category {
	case "config":
		e.category = devices.Setting
	case "diagnostic":
		e.category = devices.Diagnostic
	case "":
		if !s.flag("enabled_by_default", true) {
			e.category = devices.Diagnostic
		}
	default:
		s.fail("entity_category is %q, want config or diagnostic", shorten(category))
	}
	e.presence = readPresence(s)
	if s.rawBytes() {
		return nil, errors.New("its messages are raw bytes (encoding is empty), of which no template makes a value")
	}
	e.mentions = s.mentions()
	add, ok := components[component]
	switch {
	case !ok:
		add = unknown
	case add.make == nil:
		return nil, errors.New(add.why)
	}
	e.main = add.main
	add.make(s, e)
	details(s, e)
	if s.err == nil && len(e.parts) > devices.MaxProperties {
		s.fail("it has %d properties, at most %d are taken", len(e.parts), devices.MaxProperties)
	}
	return e, s.err
}

// rawBytes reports whether what comes is neither text nor made into text.
func (s *spec) rawBytes() bool {
	if !s.has("encoding") || s.text("encoding") != "" {
		return false
	}
	for key := range s.members {
		if strings.HasSuffix(key, "template") && s.has(key) {
			return false
		}
	}
	return s.text("state_topic") != "" || s.text("topic") != ""
}

// mentions reports whether a template speaks of the entity itself.
func (s *spec) mentions() bool {
	for key, n := range s.members {
		if strings.HasSuffix(key, "template") && (strings.Contains(n.text, "entity_id") || strings.Contains(n.text, "name") || strings.Contains(n.text, "this.")) {
			return true
		}
	}
	return false
}

// topic is the topic on which e was announced.
func (e *entity) topic() string {
	topic, _, _ := strings.Cut(e.key, "#")
	return topic
}

// clip makes a name that a device may have: one line, and not too long.
func clip(text string) string {
	const longest = 200 // bytes
	text = strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text))
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "")
	}
	return text
}
