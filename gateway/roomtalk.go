package gateway

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/room"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	// What a room and one of its occupants may ask: enough for people, and too
	// little for two robots to disturb them.
	roomEvery, roomAtOnce         = 2 * time.Second, 15
	occupantEvery, occupantAtOnce = 6 * time.Second, 5

	hiddenPause = time.Hour       // between two refusals of somebody whose address is hidden
	hiddenRoom  = 5 * time.Minute // and of all of them in a room
)

// roomLimit counts what one occupant asks.
type roomLimit struct {
	answers *rate.Limiter
	refused time.Time
}

func newRoomLimiter() *rate.Limiter { return rate.NewLimiter(rate.Every(roomEvery), roomAtOnce) }

// utterance is something said to a contact in a room, and by whom as the room knew
// it when it was said: a nick can be somebody else's a moment later.
type utterance struct {
	nick     string
	who      xmpp.JID // bare; zero: hidden
	private  bool
	text     string
	lang     string
	stanzaID string
}

// fromRoom takes what comes from rooms, and reports whether a stanza did. It is
// called from the link's reader: it notes and plans, and lets others do.
func (b *Bridge) fromRoom(s *xmpp.Stanza) bool {
	r, now := b.rooms, time.Now()
	r.mu.Lock()
	m, ok := r.in[roomKey{b.contactOf(s), s.From.Bare()}]
	if !ok {
		r.mu.Unlock()
		return b.refuseUnknownRoom(s)
	}
	defer r.mu.Unlock()
	switch s.Kind {
	case xmpp.Presence:
		p := presenceIn(s)
		m.occupants.Apply(p)
		r.step(m, room.Event{Kind: room.Seen, Presence: p}, now)
	case xmpp.IQ:
		b.hearIQInRoom(m, s, now)
	case xmpp.Message:
		if _, invitation := xep.InvitationOf(s); invitation {
			return false
		}
		b.hearMessageInRoom(m, s, now)
	}
	return true
}

// refuseUnknownRoom returns what a room says that we are not in: it has not
// noticed that we left, and takes this for the news.
func (b *Bridge) refuseUnknownRoom(s *xmpp.Stanza) bool {
	if s.Kind != xmpp.Message || s.Type != "groupchat" {
		return false
	}
	b.replyAtOnce(xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ServiceUnavailable}))
	return true
}

// replyAtOnce sends from the link's reader, which must not wait.
func (b *Bridge) replyAtOnce(out []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), busyTimeout)
	defer cancel()
	b.reply(ctx, out)
}

// presenceIn reads a presence of a room.
func presenceIn(s *xmpp.Stanza) room.Presence {
	p := room.Presence{
		Nick: strings.Clone(s.From.Resource()), Gone: s.Type == "unavailable", Failed: s.Type == "error",
		Codes: xep.RoomStatuses(s), ID: xep.OccupantID(s),
	}
	if p.Failed {
		p.Condition = conditionOf(s)
		return p
	}
	if !p.Gone && s.Type != "" { // nobody of a room asks for subscriptions
		return room.Presence{}
	}
	if x := s.Child(xep.NSMUCUser, "x"); x != nil {
		p.Destroyed = x.Child(xep.NSMUCUser, "destroy") != nil
		if item := x.Child(xep.NSMUCUser, "item"); item != nil {
			p.Address, p.NewNick = item.Attr("jid"), strings.Clone(item.Attr("nick"))
			p.Moderator = item.Attr("role") == "moderator"
		}
	}
	return p
}

// conditionOf returns the condition of an error, or "".
func conditionOf(s *xmpp.Stanza) string {
	e := s.Own("error")
	if s.Type != "error" || e == nil {
		return ""
	}
	for i := range e.Children {
		if c := &e.Children[i]; c.Space == xmpp.NSStanzas && c.Local != "text" {
			return strings.Clone(c.Local)
		}
	}
	return "undefined-condition"
}

// hearIQInRoom answers pings, with which a room sees that we live, and refuses all
// else that comes through a room.
func (b *Bridge) hearIQInRoom(m *membership, s *xmpp.Stanza, now time.Time) {
	switch s.Type {
	case "result", "error":
		b.rooms.step(m, room.Event{Kind: room.Pong, ID: s.ID, Condition: conditionOf(s)}, now)
		return
	case "get":
		if s.Child(xmpp.NSPing, "ping") != nil {
			b.replyAtOnce(xmpp.AppendResult(nil, s, nil))
			return
		}
	}
	b.replyAtOnce(xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{Type: xmpp.Auth, Condition: xmpp.Forbidden}))
}

// hearMessageInRoom takes what is said in a room, and keeps what is for us.
func (b *Bridge) hearMessageInRoom(m *membership, s *xmpp.Stanza, now time.Time) {
	r, nick := b.rooms, s.From.Resource()
	switch {
	case s.Type == "error":
		r.step(m, room.Event{Kind: room.Bounced, Condition: conditionOf(s)}, now)
		return
	case nick == "":
		r.step(m, room.Event{Kind: room.Told, Codes: xep.RoomStatuses(s)}, now)
		return
	}
	r.step(m, room.Event{Kind: room.Heard}, now)
	if m.state.Phase != room.In || nick == m.state.Nick || s.Child(xep.NSDelay, "delay") != nil {
		return // not in, our own words, or history
	}
	u := utterance{nick: strings.Clone(nick), private: s.Type != "groupchat", lang: strings.Clone(s.Lang)}
	var addressed bool
	if u.text, addressed = b.saidTo(m, s); !addressed || u.private && s.Body() == "" {
		return
	}
	who, _ := m.occupants.Speaker(nick, xep.OccupantID(s))
	if _, ours := b.Identity.Contact(who.JID); ours && !who.JID.IsZero() || r.oursToo(m, nick) {
		return
	}
	u.who, u.text, u.stanzaID = who.JID, strings.Clone(u.text), strings.Clone(xep.RoomStanzaID(s))
	if r.mayUtter(m, u, who.Key(nick), now) {
		r.utter(m, u, b.answerInRoom)
	}
}

// saidTo returns what a message says to us, if it does: privately, after our name,
// in reply to us, or with a mention of us.
func (b *Bridge) saidTo(m *membership, s *xmpp.Stanza) (string, bool) {
	body := s.Body()
	if s.Type != "groupchat" || body == "" {
		return body, s.Type != "groupchat"
	}
	bare, _ := b.Identity.Address(m.Contact)
	self, err := occupantIn(m.Room, m.state.Nick)
	if err != nil {
		return "", false
	}
	to, quoted := xep.ReplyTo(s)
	body = room.Without(body, quoted.Start, quoted.End)
	if text, ok := room.Addressed(body, m.state.Nick); ok {
		return text, true
	}
	if to == self.String() {
		return strings.TrimSpace(body), true
	}
	if at, ok := xep.Mention(s, self, bare); ok {
		return strings.TrimLeft(room.Without(s.Body(), at.Start, at.End), " @:,"), true
	}
	return "", false
}

// oursToo reports whether a nick in the same room is another contact of ours. The
// caller holds mu.
func (r *rooms) oursToo(m *membership, nick string) bool {
	for key, other := range r.in {
		if key.room == m.Room && other != m && other.state.Phase == room.In && other.state.Nick == nick {
			return true
		}
	}
	return false
}

// mayUtter reports whether an occupant is within the limits. The caller holds mu.
func (r *rooms) mayUtter(m *membership, u utterance, key string, now time.Time) bool {
	limit, ok := m.limits[key]
	if !ok {
		if len(m.limits) >= maxLimited {
			clear(m.limits)
		}
		limit = &roomLimit{answers: rate.NewLimiter(rate.Every(occupantEvery), occupantAtOnce)}
		m.limits[key] = limit
	}
	if !u.who.IsZero() {
		return len(m.uttered) < maxUttered && limit.answers.AllowN(now, 1) && m.answers.AllowN(now, 1)
	}
	if now.Sub(limit.refused) < hiddenPause || now.Sub(m.refused) < hiddenRoom && !m.refused.IsZero() {
		return false
	}
	limit.refused, m.refused = now, now
	return true
}

// utter hands an utterance to who answers for the membership, one after the other.
// The caller holds mu.
func (r *rooms) utter(m *membership, u utterance, answer func(context.Context, *membership, utterance)) {
	if r.closed {
		return
	}
	m.uttered = append(m.uttered, u)
	if m.busy {
		return
	}
	m.busy = true
	r.active.Go(func() {
		for {
			r.mu.Lock()
			if len(m.uttered) == 0 {
				m.busy = false
				r.mu.Unlock()
				return
			}
			next := m.uttered[0]
			m.uttered = m.uttered[1:]
			r.mu.Unlock()
			answer(r.ctx, m, next)
		}
	})
}

// close takes nothing more, and returns when all that was said is answered; when
// ctx ends first, those who answer are told to hurry.
func (r *rooms) close(ctx context.Context) {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	stop := context.AfterFunc(ctx, r.cancel)
	defer stop()
	r.active.Wait()
	r.cancel()
}

// answerInRoom answers somebody in a room. Who has no rights is not answered.
func (b *Bridge) answerInRoom(ctx context.Context, m *membership, u utterance) {
	b.rooms.mu.Lock()
	by := m.By
	b.rooms.mu.Unlock()
	if u.who.IsZero() {
		lang := talk.ParseLang(u.lang)
		if lang == "" {
			lang = b.readers.lang(by)
		}
		_ = b.say(ctx, m, u, lang, talk.OfRoom(talk.RoomHides, lang))
		return
	}
	if m.Contact == house {
		b.answerHouseInRoom(ctx, m, u, by)
		return
	}
	if b.roleIn(u.who, by, m.Contact) == access.None || b.leaveFromInside(ctx, m, u) {
		return
	}
	if twin, ok := b.Registry.Get(m.Contact); ok {
		b.answerDeviceInRoom(ctx, m, u, by, twin, u.text)
	}
}

func (b *Bridge) answerHouseInRoom(ctx context.Context, m *membership, u utterance, by xmpp.JID) {
	twins := slices.DeleteFunc(b.Registry.All(), func(t devices.Twin) bool {
		return b.roleIn(u.who, by, t.Device.ID) == access.None
	})
	if len(twins) == 0 || b.leaveFromInside(ctx, m, u) {
		return
	}
	lang := b.readers.learn(ctx, u.who, u.lang, "")
	twin, rest, answer := talk.AskHouse(talk.HouseRequest{Text: u.text, Lang: lang, Twins: twins})
	if twin != nil {
		b.answerDeviceInRoom(ctx, m, u, by, *twin, rest)
		return
	}
	_ = b.say(ctx, m, u, lang, answer)
}

func (b *Bridge) answerDeviceInRoom(ctx context.Context, m *membership, u utterance, by xmpp.JID, twin devices.Twin, text string) {
	plan := talk.Decide(talk.Request{
		Text: text, Lang: b.readers.learn(ctx, u.who, u.lang, ""), Twin: twin,
		Role: b.roleIn(u.who, by, twin.Device.ID), By: u.who.String(), Now: time.Now(),
	})
	lang := b.readers.learn(ctx, u.who, u.lang, plan.Spoken)
	if plan.Answer != "" {
		_ = b.say(ctx, m, u, lang, plan.Answer)
	}
	for _, cmd := range plan.Commands {
		// Should we be killed over it, or the stream break, who asked is told privately.
		q := question{ID: messageID(time.Now()), User: u.who, Contact: m.Contact, Lang: lang, At: time.Now()}.about(cmd, &twin)
		b.begin(ctx, q)
		answer := b.execute(ctx, cmd, lang)
		if err := b.say(ctx, m, u, lang, answer); err != nil {
			b.answer(ctx, q, answer)
		}
		b.end(context.WithoutCancel(ctx), q)
	}
}

// leaveFromInside handles the wish of somebody in the room that we leave it, and
// reports whether it was one.
func (b *Bridge) leaveFromInside(ctx context.Context, m *membership, u utterance) bool {
	wish := talk.ParseRoomWish(u.text)
	if wish.Verb != talk.LeaveRoom || wish.Room != "" && wish.Room != m.Room.String() {
		return false
	}
	lang := b.readers.learn(ctx, u.who, u.lang, wish.Lang)
	if !b.mayTake(u.who, m.Contact) {
		_ = b.say(ctx, m, u, lang, talk.OfRoom(talk.RoomMayNotLeave, lang))
		return true
	}
	_ = b.say(ctx, m, u, lang, talk.OfRoom(talk.RoomGoodbye, lang))
	b.rooms.mu.Lock()
	defer b.rooms.mu.Unlock()
	b.rooms.step(m, room.Event{Kind: room.Quit}, time.Now())
	return true
}

// say answers an utterance where it was made.
func (b *Bridge) say(ctx context.Context, m *membership, u utterance, lang talk.Lang, text string) error {
	_, from := b.Identity.Address(m.Contact)
	speaker, err := occupantIn(m.Room, u.nick)
	if err != nil {
		return err
	}
	out := xep.RoomMessage{From: from, To: m.Room, ID: messageID(time.Now()), Lang: string(lang), Body: talk.InRoom(u.nick, text), ReplyTo: speaker, ReplyID: u.stanzaID}
	if u.private {
		out.To, out.Body = speaker, cut(text)
	}
	return b.Link.Send(ctx, xep.AppendRoomMessage(nil, out))
}
