package xep

import (
	"strconv"
	"strings"

	"thingbridge/gateway/xmpp"
)

// Namespaces of group chats.
const (
	NSMUC        = "http://jabber.org/protocol/muc"      // XEP-0045: of who enters
	NSMUCUser    = "http://jabber.org/protocol/muc#user" // XEP-0045: of who is in
	NSConference = "jabber:x:conference"                 // XEP-0249
	NSOccupant   = "urn:xmpp:occupant-id:0"              // XEP-0421
	NSStanzaID   = "urn:xmpp:sid:0"                      // XEP-0359
	nsReply      = "urn:xmpp:reply:0"                    // XEP-0461
	nsFallback   = "urn:xmpp:fallback:0"                 // XEP-0428
	nsReference  = "urn:xmpp:reference:0"                // XEP-0372
)

const (
	maxStatuses = 16 // of one stanza; rooms send three at most
	longestWord = 1023
)

// Invitation is what an invitation to a room says.
type Invitation struct {
	Room     xmpp.JID
	By       xmpp.JID // bare
	Password string
	Mediated bool // the room says who invites (XEP-0045 7.8.2); else who invites says it
}

// InvitationOf returns the invitation that a message is; ok is false when it is
// none. A mediated one comes from the bare address of a room: who has another
// cannot say in whose name it is.
func InvitationOf(s *xmpp.Stanza) (inv Invitation, ok bool) {
	if s.Kind != xmpp.Message || s.Type == "error" || s.Type == "groupchat" {
		return inv, false
	}
	if x := s.Child(NSMUCUser, "x"); x != nil {
		if invite := x.Child(NSMUCUser, "invite"); invite != nil && s.From.IsBare() && s.From.Local() != "" {
			by, err := xmpp.ParseJID(invite.Attr("from"))
			if err != nil {
				return inv, false
			}
			inv = Invitation{Room: s.From, By: by.Bare(), Mediated: true}
			if password := x.Child(NSMUCUser, "password"); password != nil {
				inv.Password = clip(password.Text)
			}
			return inv, true
		}
	}
	x := s.Child(NSConference, "x")
	if x == nil {
		return inv, false
	}
	room, err := xmpp.ParseJID(x.Attr("jid"))
	if err != nil || !room.IsBare() || room.Local() == "" {
		return inv, false
	}
	return Invitation{Room: room, By: s.From.Bare(), Password: clip(x.Attr("password"))}, true
}

// clip bounds a word of somebody else that is kept.
func clip(text string) string {
	if len(text) > longestWord {
		return ""
	}
	return strings.Clone(text)
}

// AppendDecline appends the refusal of a mediated invitation (XEP-0045 7.8.2).
func AppendDecline(dst []byte, from, room, to xmpp.JID) []byte {
	dst = appendAddressed(dst, "message", from, room.String())
	dst = append(dst, "'><x xmlns='"+NSMUCUser+"'><decline to='"...)
	dst = xmpp.AppendAttr(dst, to.String())
	return append(dst, "'/></x></message>"...)
}

// AppendJoin appends the wish to enter a room without its history (XEP-0045 7.2).
func AppendJoin(dst []byte, from, occupant xmpp.JID, password string) []byte {
	dst = appendAddressed(dst, "presence", from, occupant.String())
	dst = append(dst, "'><x xmlns='"+NSMUC+"'><history maxstanzas='0'/>"...)
	if password != "" {
		dst = append(dst, "<password>"...)
		dst = xmpp.AppendText(dst, password)
		dst = append(dst, "</password>"...)
	}
	return append(dst, "</x></presence>"...)
}

// AppendRoomPresence appends what an occupant looks like.
func AppendRoomPresence(dst []byte, from, occupant xmpp.JID, show, status string) []byte {
	dst = appendAddressed(dst, "presence", from, occupant.String())
	dst = append(dst, "'>"...)
	if show != "" {
		dst = append(append(append(dst, "<show>"...), show...), "</show>"...)
	}
	if status != "" {
		dst = append(dst, "<status>"...)
		dst = xmpp.AppendText(dst, status)
		dst = append(dst, "</status>"...)
	}
	return append(dst, "</presence>"...)
}

// AppendLeave appends the presence with which an occupant leaves.
func AppendLeave(dst []byte, from, occupant xmpp.JID) []byte {
	dst = appendAddressed(dst, "presence", from, occupant.String())
	return append(dst, "' type='unavailable'/>"...)
}

// AppendOccupantPing appends the ping of our own occupant (XEP-0410 3).
func AppendOccupantPing(dst []byte, from, occupant xmpp.JID, id string) []byte {
	dst = appendAddressed(dst, "iq", from, occupant.String())
	dst = append(dst, "' type='get' id='"...)
	dst = xmpp.AppendAttr(dst, id)
	return append(dst, "'><ping xmlns='"+xmpp.NSPing+"'/></iq>"...)
}

func appendAddressed(dst []byte, name string, from xmpp.JID, to string) []byte {
	dst = append(append(append(dst, '<'), name...), " from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	return xmpp.AppendAttr(dst, to)
}

// RoomMessage is something said in a room or, privately, to one of its occupants.
type RoomMessage struct {
	From, To xmpp.JID // To is the bare address of the room, or an occupant's
	ID, Lang string
	Body     string
	ReplyTo  xmpp.JID // the occupant who is answered
	ReplyID  string   // of what is answered, as the room calls it; "" for no reply
}

// AppendRoomMessage appends a message.
func AppendRoomMessage(dst []byte, m RoomMessage) []byte {
	dst = appendAddressed(dst, "message", m.From, m.To.String())
	kind := "groupchat"
	if !m.To.IsBare() {
		kind = "chat"
	}
	dst = append(append(append(dst, "' type='"...), kind...), "' id='"...)
	dst = xmpp.AppendAttr(dst, m.ID)
	if m.Lang != "" {
		dst = append(dst, "' xml:lang='"...)
		dst = xmpp.AppendAttr(dst, m.Lang)
	}
	dst = append(dst, "'><body>"...)
	dst = xmpp.AppendText(dst, m.Body)
	dst = append(dst, "</body>"...)
	if !m.To.IsBare() {
		return append(dst, "<x xmlns='"+NSMUCUser+"'/></message>"...)
	}
	if m.ReplyID != "" {
		dst = append(dst, "<reply xmlns='"+nsReply+"' to='"...)
		dst = xmpp.AppendAttr(dst, m.ReplyTo.String())
		dst = append(dst, "' id='"...)
		dst = xmpp.AppendAttr(dst, m.ReplyID)
		dst = append(dst, "'/>"...)
	}
	return append(dst, "</message>"...)
}

// RoomStatuses returns the status codes of a stanza of a room.
func RoomStatuses(s *xmpp.Stanza) []int {
	x := s.Child(NSMUCUser, "x")
	if x == nil {
		return nil
	}
	var codes []int
	for i := range x.Children {
		e := &x.Children[i]
		if e.Local != "status" || e.Space != NSMUCUser || len(codes) >= maxStatuses {
			continue
		}
		if code, err := strconv.Atoi(e.Attr("code")); err == nil {
			codes = append(codes, code)
		}
	}
	return codes
}

// RoomStanzaID returns what a room calls a message of its own (XEP-0359), or "".
func RoomStanzaID(s *xmpp.Stanza) string {
	for i := range s.Children {
		e := &s.Children[i]
		if e.Local == "stanza-id" && e.Space == NSStanzaID && e.Attr("by") == s.From.Bare().String() {
			return e.Attr("id")
		}
	}
	return ""
}

// OccupantID returns the occupant id of a stanza of a room (XEP-0421), or "".
func OccupantID(s *xmpp.Stanza) string {
	if e := s.Child(NSOccupant, "occupant-id"); e != nil {
		return clip(e.Attr("id"))
	}
	return ""
}
