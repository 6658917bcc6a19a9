package gateway

import (
	"context"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/room"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// hearInvitation handles a message that invites a contact into a room, and reports
// whether it was one. Strangers get from a direct invitation what they get from any
// message, and from a mediated one nothing.
func (b *Bridge) hearInvitation(ctx context.Context, s *xmpp.Stanza) bool {
	inv, ok := xep.InvitationOf(s)
	if !ok {
		return false
	}
	id := b.contactOf(s)
	if refusal := b.refuse(inv.By, id); refusal != nil || !b.readers.mayWrite(s.From.Bare()) {
		if !inv.Mediated && refusal != nil {
			b.reply(ctx, xmpp.AppendErrorReply(nil, s, *refusal))
		}
		return true
	}
	if inv.Mediated {
		b.hearMediated(ctx, id, inv)
		return true
	}
	b.readers.learn(ctx, inv.By, s.Lang, "")
	if !b.mayTake(inv.By, id) {
		b.tellOfRoom(ctx, inv.By, id, talk.RoomMayNot, inv.Room)
		return true
	}
	b.enter(ctx, id, inv)
	return true
}

// hearMediated handles an invitation of which the room says who has sent it. That
// is believed where it comes from the user's own server, which could say anything
// in the user's name; else the user is asked.
func (b *Bridge) hearMediated(ctx context.Context, id devices.ID, inv xep.Invitation) {
	mayTake := b.mayTake(inv.By, id)
	if mayTake && vouched(inv.Room, inv.By) {
		b.enter(ctx, id, inv)
		return
	}
	if !mayTake {
		_, from := b.Identity.Address(id)
		b.reply(ctx, xep.AppendDecline(nil, from, inv.Room, inv.By))
	}
	if !b.rooms.mayTell(inv.By, time.Now()) {
		return
	}
	if !mayTake {
		b.tellOfRoom(ctx, inv.By, id, talk.RoomMayNot, inv.Room)
		return
	}
	b.tellOfRoom(ctx, inv.By, id, talk.RoomAskSelf, inv.Room, inv.Room)
}

// vouched reports whether a room is at a user's own server.
func vouched(in, user xmpp.JID) bool {
	return in.Domain() == user.Domain() || strings.HasSuffix(in.Domain(), "."+user.Domain())
}

// enter takes a contact into a room. The user may do that.
func (b *Bridge) enter(ctx context.Context, id devices.ID, inv xep.Invitation) {
	r := b.rooms
	next := invited{
		Contact: id, Room: inv.Room, By: inv.By, Password: inv.Password,
		Nick: b.nickOf(id, inv.Room, b.readers.lang(inv.By)),
	}
	r.storing.Lock()
	defer r.storing.Unlock()
	r.mu.Lock()
	m, known := r.in[roomKey{id, inv.Room}]
	known = known && m.state.Phase != room.Over
	if known && m.state.Phase == room.In {
		r.mu.Unlock()
		b.tellOfRoom(ctx, inv.By, id, talk.RoomAlready, inv.Room)
		return
	}
	if !known && (len(r.in) >= maxRooms || r.of(id) >= maxRoomsOfOne) {
		r.mu.Unlock()
		b.tellOfRoom(ctx, inv.By, id, talk.RoomTooMany, maxRoomsOfOne)
		return
	}
	if known {
		m.By, m.Password = next.By, next.Password
		next = m.invited
	} else {
		m = r.add(next)
	}
	r.mu.Unlock()
	if err := b.storeRoom(ctx, next); err != nil {
		b.Log.Error().Err(err).Stringer("room", inv.Room).Msg("a room is not stored, so not entered")
		r.mu.Lock()
		r.step(m, room.Event{Kind: room.Quit}, time.Now())
		r.mu.Unlock()
		b.tellOfRoom(ctx, inv.By, id, talk.RoomNotStored, inv.Room)
		return
	}
	b.Log.Info().Stringer("room", inv.Room).Str("device", string(id)).Stringer("jid", inv.By).Msg("invited to a room")
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.linked && m.state.Phase != room.Joining {
		r.step(m, room.Event{Kind: room.Connected}, time.Now())
	}
}

// of returns in how many rooms a contact is. The caller holds mu.
func (r *rooms) of(id devices.ID) int {
	n := 0
	for key := range r.in {
		if key.contact == id {
			n++
		}
	}
	return n
}

// hearRoomWish does what words to a contact say about rooms, and reports whether
// they are about rooms.
func (b *Bridge) hearRoomWish(ctx context.Context, r *remark, text string) bool {
	wish := talk.ParseRoomWish(text)
	id, user := r.id, r.user
	if wish.Verb == talk.NoRoomWish || r.m.Age(time.Now()) > tooOld {
		return false
	}
	b.readers.learn(ctx, user, r.s.Lang, wish.Lang)
	switch {
	case !b.mayTake(user, id) && wish.Verb == talk.LeaveRoom:
		b.tellOfRoom(ctx, user, id, talk.RoomMayNotLeave)
	case !b.mayTake(user, id):
		b.tellOfRoom(ctx, user, id, talk.RoomMayNot, wish.Room)
	case wish.Verb == talk.LeaveRoom:
		b.leaveOnWish(ctx, user, id, wish.Room)
	default:
		in, err := xmpp.ParseJID(wish.Room)
		if err != nil || !in.IsBare() {
			return false
		}
		b.enter(ctx, id, xep.Invitation{Room: in, By: user})
	}
	return true
}

// leaveOnWish leaves the room that is named by its address or the part before the @;
// the only one need not be named.
func (b *Bridge) leaveOnWish(ctx context.Context, user xmpp.JID, id devices.ID, name string) {
	r := b.rooms
	r.mu.Lock()
	var found *membership
	var all []string
	for _, m := range r.sorted() {
		if m.Contact != id {
			continue
		}
		all = append(all, m.Room.String())
		if name == "" || strings.EqualFold(name, m.Room.String()) || strings.EqualFold(name, m.Room.Local()) {
			found = m
		}
	}
	if found != nil && (name != "" || len(all) == 1) {
		r.step(found, room.Event{Kind: room.Quit}, time.Now())
		all = nil
	} else {
		found = nil
	}
	r.mu.Unlock()
	switch {
	case found != nil:
		b.tellOfRoom(ctx, user, id, talk.RoomLeft, found.Room)
	case len(all) == 0:
		b.tellOfRoom(ctx, user, id, talk.RoomNone)
	case name == "":
		b.tellOfRoom(ctx, user, id, talk.RoomWhich, strings.Join(all, ", "))
	default:
		b.tellOfRoom(ctx, user, id, talk.RoomNotIn, name)
	}
}
