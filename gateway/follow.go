package gateway

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

const (
	followTick = time.Second
	sweepTick  = 30 * time.Second
	quiet      = 20 * time.Second // without another new thing, before users are told of new ones

	// How long a device may be away before it is taken out of anybody's contacts. One
	// that an adapter or the configuration has removed may come back with the next
	// reload. One that was not heard of since the start belongs to an adapter that
	// has no connection, for days maybe, or to nobody.
	removedGrace = time.Hour
	absentGrace  = 7 * 24 * time.Hour
)

// knownDevice is a device that users were told of.
type knownDevice struct {
	Name    string    `json:"name"`
	Area    string    `json:"area,omitempty"`
	Missing time.Time `json:"missing,omitzero"` // since when it is away; zero: it is there
	Removed bool      `json:"removed,omitempty"`
}

// goneAt reports whether a device is away for so long that nobody waits for it.
func (d *knownDevice) goneAt(now time.Time) bool {
	if d.Missing.IsZero() {
		return false
	}
	grace := absentGrace
	if d.Removed {
		grace = removedGrace
	}
	return now.Sub(d.Missing) > grace
}

// follower lets users' contacts follow the devices. It is used by one goroutine.
type follower struct {
	*Bridge
	known   map[devices.ID]*knownDevice
	first   bool // nothing was known: the devices of the first minutes are no news
	changed bool // known is to be stored
	fresh   map[devices.ID]bool
	freshAt time.Time

	inboxTold time.Time // when admins were last told of newcomers

	again map[xmpp.JID]rosterRetry // whose rosters are to be tried again
	batch []devices.Change
}

// rosterRetry is when a roster is tried again, and how long after the last time.
type rosterRetry struct {
	at    time.Time
	delay time.Duration
}

// follow follows the devices until ctx ends.
func (b *Bridge) follow(ctx context.Context) {
	f := follower{Bridge: b, known: make(map[devices.ID]*knownDevice), fresh: make(map[devices.ID]bool), again: make(map[xmpp.JID]rosterRetry)}
	f.load(ctx)
	cursor := b.Registry.Changes()
	defer cursor.Close()
	tick, sweep := time.NewTicker(followTick), time.NewTicker(sweepTick)
	defer tick.Stop()
	defer sweep.Stop()
	f.take(cursor)
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
			f.store(last)
			cancel()
			return
		case <-b.members.wake:
		case <-tick.C:
			f.take(cursor)
			f.tellNews(ctx, time.Now())
			f.tellNewcomers(ctx, time.Now())
		case <-sweep.C:
			f.sweep(ctx, time.Now())
		}
		f.serve(ctx)
		f.ask(ctx)
		f.store(ctx)
	}
}

func (f *follower) key() string {
	self, _ := f.Identity.Address(house)
	return "devices/" + self.String()
}

func (f *follower) load(ctx context.Context) {
	stored, err := f.Questions.List(ctx, f.key())
	text, ok := stored[f.key()]
	if err == nil && ok {
		err = json.Unmarshal(text, &f.known)
	}
	if err != nil {
		f.Log.Warn().Err(err).Msg("which devices users know cannot be read; all of them are taken for known")
	}
	f.first = len(f.known) == 0
}

func (f *follower) store(ctx context.Context) {
	err := f.members.flush(ctx)
	if f.changed && err == nil {
		var text []byte
		if text, err = json.Marshal(f.known); err == nil {
			err = f.Questions.Put(ctx, f.key(), text)
		}
		f.changed = err != nil
	}
	if err != nil && ctx.Err() == nil {
		f.Log.Warn().Err(err).Msg("what users know of devices is not stored; it will be tried again")
	}
}

// take notes which devices came, went, or are called differently. The rosters of
// registered users are looked at then.
func (f *follower) take(cursor *devices.Cursor) {
	before := f.changed
	f.changed = false
	now := time.Now()
	for {
		f.batch = cursor.Take(f.batch[:0], changesTaken)
		if len(f.batch) == 0 {
			break
		}
		for i := range f.batch {
			f.note(&f.batch[i], now)
		}
		clear(f.batch)
	}
	if f.changed {
		for user := range f.members.all() {
			f.members.look(user)
		}
	}
	f.changed = f.changed || before
}

func (f *follower) note(change *devices.Change, now time.Time) {
	it := f.known[change.ID]
	if change.Removed {
		if it != nil && !it.Removed {
			it.Missing, it.Removed, f.changed = now, true, true
		}
		delete(f.fresh, change.ID)
		return
	}
	d := change.Twin.Device
	if it == nil {
		it = &knownDevice{}
		f.known[change.ID] = it
		f.changed = true
		if !f.first || now.Sub(f.started) > appearing {
			f.fresh[change.ID], f.freshAt = true, now
		}
	}
	if next := (knownDevice{Name: d.Title(), Area: d.Area}); *it != next {
		*it, f.changed = next, true
	}
}

// sweep takes devices that are gone out of everybody's contacts.
func (f *follower) sweep(ctx context.Context, now time.Time) {
	for id, it := range f.known {
		if it.Missing.IsZero() && !f.exists(id) {
			it.Missing, f.changed = now, true
		}
		if !it.goneAt(now) {
			continue
		}
		f.Log.Info().Str("device", string(id)).Time("since", it.Missing).Msg("the device is gone, and its contact with it")
		delete(f.known, id)
		f.changed = true
		_, users := f.contacts.those(id, func(roster.State) bool { return true })
		for _, user := range users {
			f.step(ctx, id, user, user, roster.Revoke)
		}
		for user := range f.members.all() {
			f.members.look(user)
		}
	}
}

// serve does what registrations and changes ask for.
func (f *follower) serve(ctx context.Context) {
	due, left := f.members.take()
	for user, it := range f.again {
		if time.Since(it.at) >= 0 {
			it.at = it.at.Add(lastRetry) // should nothing come of it
			f.again[user] = it
			if !due[user] {
				due[user] = false
			}
		}
	}
	for user := range left {
		f.asking.forget(user)
		if err := f.dismiss(ctx, user); err != nil {
			f.Log.Warn().Err(err).Stringer("jid", user).Msg("the contacts of a user who has left stay in the roster")
		}
	}
	all := f.members.all()
	for user, joined := range due {
		everything, ok := all[user]
		if !ok {
			delete(f.again, user)
			continue
		}
		if f.grants.has(user) && f.write(ctx, user, func() error { return f.fill(ctx, user, everything) }) {
			continue
		}
		if joined || f.contacts.state(house, user).To == roster.ToNone {
			f.step(ctx, house, user, user, roster.Ask)
		}
		if joined && everything {
			f.tell(ctx, user, f.allIDs())
		}
	}
}

func (b *Bridge) allIDs() []devices.ID {
	twins := b.Registry.All()
	ids := make([]devices.ID, len(twins))
	for i := range twins {
		ids[i] = twins[i].Device.ID
	}
	return ids
}

// tellNews tells users of new devices, once it has been quiet for a while. Whose
// roster is filled needs no words.
func (f *follower) tellNews(ctx context.Context, now time.Time) {
	if len(f.fresh) == 0 || now.Sub(f.freshAt) < quiet {
		return
	}
	fresh := slices.Collect(maps.Keys(f.fresh))
	clear(f.fresh)
	_, users := f.contacts.those(house, func(s roster.State) bool { return s.From == roster.FromYes })
	for user, everything := range f.members.all() {
		if f.grants.has(user) && everything {
			users = slices.DeleteFunc(users, func(u xmpp.JID) bool { return u == user })
		} else if !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	for _, user := range users {
		f.tell(ctx, user, fresh)
	}
}

// tell tells a user of devices that are no contacts yet, in one message.
func (f *follower) tell(ctx context.Context, user xmpp.JID, ids []devices.ID) {
	if _, ok := f.Identity.Broadcasts(); ok {
		return // devices without an account of their own have no address
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id devices.ID) bool {
		return !f.mayView(user, id) || f.contacts.state(id, user).From == roster.FromYes
	})
	if names := f.names(ids); len(names) > 0 {
		lang := f.readers.lang(user)
		q := question{ID: messageID(time.Now()), User: user, Contact: house, Lang: lang, At: time.Now()}
		f.answer(ctx, q, talk.News(names, lang))
	}
}
