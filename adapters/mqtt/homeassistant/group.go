package homeassistant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// group is one physical device: the entities that name one another's identifiers or
// connections.
type group struct {
	number   uint64 // groups are counted as they are made
	id       devices.ID
	key      string // its name's in convention.Names; empty: it has none yet
	entities []*entity
	device   *devices.Device // as it was announced last; nil: it was not
	told     devices.Availability
	silent   bool // another convention speaks for it
	doubted  bool
}

// identities are those of all entities of g.
func (g *group) identities(yield func(string) bool) {
	for _, e := range g.entities {
		for _, identity := range e.info.identities {
			if !yield(identity) {
				return
			}
		}
	}
}

// replace puts entities in the place of those that were announced before on the same
// topic. An entity that is in both stays as it is.
func (d *Discovery) replace(r *convention.Result, before, after []*entity) {
	var touched []*group
	touch := func(g *group) {
		if g != nil && !slices.Contains(touched, g) {
			touched = append(touched, g)
		}
	}
	var fresh []*entity
	for _, e := range after {
		if e.group == nil {
			fresh = append(fresh, e)
		}
	}
	for _, e := range fresh { // before the old ones go, so that topics need not be left and joined again
		d.attach(r, e)
		d.follow(r, e)
	}
	for _, e := range before {
		if !slices.Contains(after, e) {
			d.inherit(e, fresh)
			touch(e.group)
			d.drop(r, e)
		}
	}
	for _, e := range fresh {
		d.evict(r, e, touch)
		g, joined := d.groupOf(r, e)
		for _, other := range joined {
			touch(other)
		}
		touch(g)
		e.group = g
		g.entities = append(g.entities, e)
		slices.SortFunc(g.entities, func(a, b *entity) int { return cmp.Compare(a.key, b.key) })
		for _, identity := range e.info.identities {
			d.identities[identity] = g
		}
		d.entities++
		if e.unique != "" {
			d.unique[uniqueKey{e.component, e.unique}] = e
		}
		if e.entityID != "" {
			d.byEntityID[e.entityID] = e
		}
	}
	for _, g := range touched {
		d.publish(r, g)
	}
	for _, e := range fresh {
		d.replay(r, e)
		d.inquire(r, e)
	}
	for _, g := range touched {
		if len(g.entities) > 0 {
			d.judge(r, g)
		}
	}
	clear(d.vacant)
	// Who applies r announces first and removes then.
	r.Removed = slices.DeleteFunc(r.Removed, func(id devices.ID) bool { return d.byID[id] != nil })
}

// evict drops the entity whose unique_id e takes over from the other form of discovery.
func (d *Discovery) evict(r *convention.Result, e *entity, touch func(*group)) {
	other := d.unique[uniqueKey{e.component, e.unique}]
	if e.unique == "" || other == nil || other.group == nil {
		return
	}
	d.inherit(other, []*entity{e})
	touch(other.group)
	if a := d.announcements[other.topic()]; a != nil {
		a.entities = slices.DeleteFunc(a.entities, func(x *entity) bool { return x == other })
		if len(a.entities) == 0 {
			delete(d.announcements, a.topic)
		}
	}
	d.drop(r, other)
}

// inherit hands the values of e to the entity that comes in its place.
func (d *Discovery) inherit(e *entity, fresh []*entity) {
	for _, heir := range fresh {
		same := heir.key == e.key || heir.unique != "" && heir.unique == e.unique
		if !same || heir.component != e.component {
			continue
		}
		heir.presence.heard = e.presence.heard
		for _, p := range heir.parts {
			for _, old := range e.parts {
				if old.standard == p.standard && old.property.Type == p.property.Type {
					p.last = old.last
				}
			}
		}
	}
}

// drop takes e out of everything.
func (d *Discovery) drop(r *convention.Result, e *entity) {
	g := e.group
	d.detach(r, e)
	d.unfollow(r, e)
	for _, p := range e.parts {
		p.timer.due = time.Time{} // its alarm finds nothing to do
	}
	if d.unique[uniqueKey{e.component, e.unique}] == e {
		delete(d.unique, uniqueKey{e.component, e.unique})
	}
	if d.byEntityID[e.entityID] == e {
		delete(d.byEntityID, e.entityID)
	}
	d.entities--
	g.entities = slices.DeleteFunc(g.entities, func(other *entity) bool { return other == e })
	for _, identity := range e.info.identities {
		if d.identities[identity] == g {
			delete(d.identities, identity)
			d.vacant[identity] = g
		}
	}
	for identity := range g.identities { // what others of the device name still
		if _, taken := d.identities[identity]; !taken {
			d.identities[identity] = g
		}
	}
}

// groupOf returns the group that e belongs to, which may be a new one. Groups that e
// shows to be one device become the oldest of them; joined are those that are no more.
func (d *Discovery) groupOf(r *convention.Result, e *entity) (home *group, joined []*group) {
	var found []*group
	kept := e.info.identities[:0:0]
	for _, identity := range e.info.identities {
		g := d.identities[identity]
		if vacant := d.vacant[identity]; g == nil && vacant != nil && len(vacant.entities) == 0 {
			g = vacant // the device had but this one entity, which is announced anew
		}
		if g != nil && g.contradicts(&e.info) {
			d.refuse(r, e.topic(), fmt.Errorf("only %q is: it says of itself that it is device %s, whose MAC is another; it is a device of its own", shorten(identity), g.id))
			continue
		}
		kept = append(kept, identity)
		if g != nil && !slices.Contains(found, g) {
			found = append(found, g)
		}
	}
	e.info.identities = kept
	if len(found) == 0 {
		d.groupCount++
		g := &group{number: d.groupCount}
		d.groups[g.number] = g
		return g, nil
	}
	slices.SortFunc(found, func(a, b *group) int { return cmp.Compare(a.number, b.number) })
	home = found[0]
	for _, other := range found[1:] {
		if len(home.entities)+len(other.entities) > maxBundle {
			d.refuse(r, e.topic(), fmt.Errorf("only that it joins devices %s and %s is: they have too many entities for one", home.id, other.id))
			e.info.identities = slices.DeleteFunc(e.info.identities, func(identity string) bool { return d.identities[identity] == other })
			continue
		}
		for identity := range other.identities {
			d.identities[identity] = home
		}
		for _, moved := range other.entities {
			moved.group = home
		}
		home.entities = append(home.entities, other.entities...)
		other.entities = nil
		joined = append(joined, other)
	}
	return home, joined
}

// contradicts reports whether info is of another device than g although they share an
// identity: both name MACs, and none is the same.
func (g *group) contradicts(info *deviceInfo) bool {
	if len(info.macs) == 0 {
		return false
	}
	some := false
	for _, e := range g.entities {
		for _, mac := range e.info.macs {
			some = true
			if slices.Contains(info.macs, mac) {
				return false
			}
		}
	}
	return some
}

// publish announces g as it is, or that it is no more.
func (d *Discovery) publish(r *convention.Result, g *group) {
	if len(g.entities) == 0 {
		delete(d.groups, g.number)
		delete(d.settling.groups, g)
		d.unpublish(r, g)
		return
	}
	key := d.keyOf(g)
	if key != g.key && g.key != "" {
		d.unpublish(r, g)
	}
	if !d.recognise(g, key) {
		d.stir(g)
	}
	device := d.describe(r, g)
	if g.key != key {
		if g.key != "" {
			delete(d.byKey, g.key)
		}
		g.key = key
		d.byKey[key] = g
	}
	wanted := device.Name
	id, ok := d.names.Assign(Name, key, wanted)
	if id == "" {
		g.silent = true
		d.refuse(r, g.entities[0].topic(), convention.ErrTooMany)
		return
	}
	if g.id != id && g.device != nil {
		d.unpublish(r, g)
	}
	g.silent = !ok
	g.id = id
	if !ok {
		if g.device != nil { // another convention speaks for it from here on
			delete(d.byID, id)
			g.device = nil
		}
		return
	}
	device.ID = id
	if err := device.Validate(); err != nil {
		d.refuse(r, g.entities[0].topic(), err)
		return
	}
	d.byID[id] = g
	g.device = device
	r.Announced = append(r.Announced, device)
}

func (d *Discovery) unpublish(r *convention.Result, g *group) {
	if d.byKey[g.key] == g {
		delete(d.byKey, g.key)
	}
	if g.device == nil {
		return
	}
	if d.byID[g.id] == g {
		delete(d.byID, g.id)
		r.Removed = append(r.Removed, g.id)
	}
	g.device = nil
	g.told = devices.Unknown
}

// keyOf chooses what g is known by for ever: what it is known by already, here or in
// another run; else the best that no other group has.
func (d *Discovery) keyOf(g *group) string {
	var keys []string
	for _, e := range g.entities {
		for _, key := range e.info.keys {
			if !slices.Contains(keys, key) && (d.byKey[key] == nil || d.byKey[key] == g) {
				keys = append(keys, key)
			}
		}
	}
	// A MAC says more than an identifier, in whichever entity it stands.
	slices.SortStableFunc(keys, func(a, b string) int {
		return cmp.Compare(rankOfKey(a), rankOfKey(b))
	})
	for _, key := range keys { // another convention may know the device by its MAC
		if owner := d.names.Owner(key); owner != "" && owner != Name {
			return key
		}
	}
	if g.key != "" {
		return g.key
	}
	for _, key := range keys {
		if d.names.Owner(key) != "" {
			return key
		}
	}
	if len(keys) == 0 { // all of them are another group's
		return strings.ToLower("id:" + convention.Shorten(g.entities[0].key))
	}
	return keys[0]
}

func rankOfKey(key string) int {
	if strings.HasPrefix(key, "mac:") {
		return 0
	}
	return 1
}
