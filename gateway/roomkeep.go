package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/room"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	roomLook = 10 * time.Second // between two looks at what an occupant looks like
	roomText = 5 * time.Minute  // between two presences of which only the text differs
)

// keepRooms does what memberships want, until ctx ends.
func (b *Bridge) keepRooms(ctx context.Context) {
	tick := time.NewTicker(roomTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.advanceRooms(ctx, time.Now())
		case <-b.rooms.work:
		}
		b.doRooms(ctx)
	}
}

// advanceRooms lets time pass in all rooms.
func (b *Bridge) advanceRooms(ctx context.Context, now time.Time) {
	r := b.rooms
	r.mu.Lock()
	all := r.sorted()
	var look []*membership
	for _, m := range all {
		there := m.Contact == house || b.exists(m.Contact)
		switch {
		case !there && m.state.Phase != room.Out:
			r.step(m, room.Event{Kind: room.Rest}, now)
		case there && m.state.Phase == room.Out && r.linked:
			r.step(m, room.Event{Kind: room.Connected}, now)
		}
		r.step(m, room.Event{Kind: room.Tick}, now)
		if m.state.Phase != room.Over && now.Sub(m.looked) >= roomLook {
			m.looked = now
			look = append(look, m)
		}
	}
	r.mu.Unlock()
	for _, m := range look {
		b.lookIn(ctx, m, now)
	}
}

// lookIn sees that who invited may still do that, and tells the room what the
// contact looks like: at a pace that disturbs nobody, and only where everybody
// sees who everybody is. A device that cannot be reached stays, so as not to come
// and go; it is shown as far away.
func (b *Bridge) lookIn(ctx context.Context, m *membership, now time.Time) {
	r := b.rooms
	r.mu.Lock()
	state, by, open := m.state, m.By, m.state.ShowsAll(&m.occupants)
	mayStay := b.mayTake(by, m.Contact)
	if !mayStay {
		r.step(m, room.Event{Kind: room.Quit}, now)
	}
	r.mu.Unlock()
	if !mayStay {
		b.Log.Info().Stringer("room", m.Room).Str("device", string(m.Contact)).Stringer("jid", by).
			Msg("who invited may control this no more; the room is left")
		return
	}
	if state.Phase != room.In {
		return
	}
	next := b.faceInRoom(m.Contact, by, open, now)
	if !r.worthShowing(m, next, now) {
		return
	}
	occupant, err := occupantIn(m.Room, state.Nick)
	if err != nil {
		return
	}
	_, from := b.Identity.Address(m.Contact)
	b.reply(ctx, xep.AppendRoomPresence(nil, from, occupant, next.show, next.text))
}

func (b *Bridge) faceInRoom(id devices.ID, by xmpp.JID, open bool, now time.Time) face {
	if !open {
		return face{}
	}
	lang := b.readers.lang(by)
	if id == house {
		return face{text: talk.HouseStatus(b.visible(by, b.Registry.All()), lang)}
	}
	twin, ok := b.Registry.Get(id)
	if !ok {
		return face{}
	}
	f := faceOf(&twin, now, b.presence.Load().Stale)
	f.text = talk.StatusLine(&twin, lang)
	if f.gone {
		f.show, f.gone = "xa", false
	}
	return f
}

// worthShowing reports whether the room is to be told, and notes that it is.
func (r *rooms) worthShowing(m *membership, next face, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.shown.show == next.show && (m.shown.text == next.text || now.Sub(m.since) < roomText) {
		return false
	}
	m.shown, m.since = face{show: next.show, text: next.text}, now
	return true
}

// doRooms does what the steps of memberships have asked for.
func (b *Bridge) doRooms(ctx context.Context) {
	r := b.rooms
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.sorted() {
		for len(m.todo) > 0 {
			action := m.todo[0]
			m.todo = m.todo[1:]
			if action.Do == room.Join {
				m.occupants.Clear()
				m.shown, m.since = face{}, time.Time{}
			}
			inv := m.invited
			r.mu.Unlock()
			b.doInRoom(ctx, m, inv, action)
			r.mu.Lock()
		}
	}
}

func (b *Bridge) doInRoom(ctx context.Context, m *membership, inv invited, a room.Action) {
	_, from := b.Identity.Address(inv.Contact)
	occupant, err := occupantIn(inv.Room, a.Nick)
	if err != nil {
		b.Log.Warn().Err(err).Stringer("room", inv.Room).Msg("no such occupant can be")
		return
	}
	switch a.Do {
	case room.Join:
		b.reply(ctx, xep.AppendJoin(nil, from, occupant, inv.Password))
	case room.Leave:
		b.reply(ctx, xep.AppendLeave(nil, from, occupant))
	case room.Ping:
		b.reply(ctx, xep.AppendOccupantPing(nil, from, occupant, a.ID))
	case room.Entered:
		b.entered(ctx, m, a)
	case room.Forget:
		b.forgetRoom(ctx, m, a.Why)
	}
}

// entered remembers that a contact is in, and tells who invited when that is new.
func (b *Bridge) entered(ctx context.Context, m *membership, a room.Action) {
	b.Log.Info().Stringer("room", m.Room).Str("device", string(m.Contact)).Str("nick", a.Nick).Msg("entered a room")
	b.rooms.mu.Lock()
	m.looked = time.Time{} // the room is to see at once how the device is
	b.rooms.mu.Unlock()
	if !a.First {
		return
	}
	r := b.rooms
	r.storing.Lock()
	defer r.storing.Unlock()
	r.mu.Lock()
	m.Known = true
	inv, ours := m.invited, r.in[m.key()] == m
	sees := m.state.ShowsUs(&m.occupants)
	r.mu.Unlock()
	if !ours {
		return
	}
	if err := b.storeRoom(ctx, inv); err != nil {
		b.Log.Error().Err(err).Stringer("room", m.Room).Msg("it is not stored that a room was entered; after a restart it gets less patience")
	}
	news := talk.RoomEntered
	if !sees {
		news = talk.RoomEnteredHidden
	}
	b.tellOfRoom(ctx, inv.By, m.Contact, news, m.Room, a.Nick)
}

// newsOf is what who invited is told when a membership is over. Who has it left is
// answered elsewhere.
var newsOf = map[room.Reason]talk.RoomNews{
	room.Kicked:        talk.RoomKicked,
	room.Banned:        talk.RoomBanned,
	room.Destroyed:     talk.RoomDestroyed,
	room.MembersOnly:   talk.RoomMembersOnly,
	room.WrongPassword: talk.RoomPassword,
	room.Absent:        talk.RoomAbsent,
	room.Unreachable:   talk.RoomUnreachable,
}

func (b *Bridge) forgetRoom(ctx context.Context, m *membership, why room.Reason) {
	r := b.rooms
	r.storing.Lock()
	defer r.storing.Unlock()
	r.mu.Lock()
	by, ours := m.By, r.in[m.key()] == m
	if ours {
		delete(r.in, m.key())
	}
	r.mu.Unlock()
	if !ours {
		return // invited again meanwhile
	}
	if err := b.Rooms.Delete(ctx, b.roomStoreKey(string(m.Contact)+"/"+m.Room.String())); err != nil {
		b.Log.Error().Err(err).Stringer("room", m.Room).Msg("a room is not forgotten; after a restart it will be entered again")
	}
	b.Log.Info().Stringer("room", m.Room).Str("device", string(m.Contact)).Stringer("reason", why).Msg("out of a room")
	if news, ok := newsOf[why]; ok {
		b.tellOfRoom(ctx, by, m.Contact, news, m.Room)
	}
}

// tellOfRoom tells a user something about rooms, as the contact.
func (b *Bridge) tellOfRoom(ctx context.Context, user xmpp.JID, id devices.ID, news talk.RoomNews, values ...any) {
	lang := b.readers.lang(user)
	b.answer(ctx, question{ID: messageID(time.Now()), User: user, Contact: id, Lang: lang, At: time.Now()}, talk.OfRoom(news, lang, values...))
}

// leaveRooms goes out of all rooms, to come back after the restart.
func (b *Bridge) leaveRooms(ctx context.Context) {
	r := b.rooms
	r.close(ctx)
	r.mu.Lock()
	var out []byte
	for _, m := range r.sorted() {
		occupant, err := occupantIn(m.Room, m.state.Nick)
		if err != nil || m.state.Phase != room.In && m.state.Phase != room.Joining {
			continue
		}
		_, from := b.Identity.Address(m.Contact)
		out = xep.AppendLeave(out, from, occupant)
	}
	r.mu.Unlock()
	b.reply(ctx, out)
}
