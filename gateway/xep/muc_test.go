package xep_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

func jid(text string) xmpp.JID {
	j, err := xmpp.ParseJID(text)
	if err != nil {
		panic(err)
	}
	return j
}

func node(space, local string, attrs map[string]string, children ...xmpp.Element) xmpp.Element {
	e := xmpp.Element{Space: space, Local: local, Children: children}
	for name, value := range attrs {
		e.Attrs = append(e.Attrs, xmpp.Attr{Local: name, Value: value})
	}
	return e
}

func TestInvitationOf(t *testing.T) {
	user := xep.NSMUCUser
	invite := node(user, "x", nil, node(user, "invite", map[string]string{"from": "anna@home.test/phone"}), xmpp.Element{Space: user, Local: "password", Text: "pw"})
	conference := node(xep.NSConference, "x", map[string]string{"jid": "den@rooms.test", "password": "pw"})
	tests := []struct {
		name, from, kind string
		children         []xmpp.Element
		want             xep.Invitation
		ok               bool
	}{
		{"mediated", "den@rooms.test", "", []xmpp.Element{invite, conference},
			xep.Invitation{Room: jid("den@rooms.test"), By: jid("anna@home.test"), Password: "pw", Mediated: true}, true},
		{"direct", "anna@home.test/phone", "", []xmpp.Element{conference},
			xep.Invitation{Room: jid("den@rooms.test"), By: jid("anna@home.test"), Password: "pw"}, true},
		{"in another's name", "eve@away.test/x", "", []xmpp.Element{invite}, xep.Invitation{}, false},
		{"by a service", "rooms.test", "", []xmpp.Element{invite}, xep.Invitation{}, false},
		{"returned", "den@rooms.test", "error", []xmpp.Element{invite}, xep.Invitation{}, false},
		{"said in a room", "den@rooms.test", "groupchat", []xmpp.Element{invite}, xep.Invitation{}, false},
		{"by nobody", "den@rooms.test", "", []xmpp.Element{node(user, "x", nil, node(user, "invite", nil))}, xep.Invitation{}, false},
		{"to an occupant", "anna@home.test/x", "", []xmpp.Element{node(xep.NSConference, "x", map[string]string{"jid": "den@rooms.test/x"})}, xep.Invitation{}, false},
		{"to nowhere", "anna@home.test/x", "", []xmpp.Element{node(xep.NSConference, "x", map[string]string{"jid": "@"})}, xep.Invitation{}, false},
		{"no invitation", "anna@home.test/x", "", nil, xep.Invitation{}, false},
	}
	for _, test := range tests {
		got, ok := xep.InvitationOf(&xmpp.Stanza{Kind: xmpp.Message, Type: test.kind, From: jid(test.from), Children: test.children})
		if ok != test.ok || test.ok && got != test.want {
			t.Errorf("%s: %+v, %v; want %+v, %v", test.name, got, ok, test.want, test.ok)
		}
	}
}

func TestWhatRoomsSay(t *testing.T) {
	s := &xmpp.Stanza{Kind: xmpp.Message, From: jid("den@rooms.test/anna"), Children: []xmpp.Element{
		node(xep.NSMUCUser, "x", nil, node(xep.NSMUCUser, "status", map[string]string{"code": "110"}), node(xep.NSMUCUser, "status", map[string]string{"code": "x"}),
			node(xep.NSMUCUser, "status", map[string]string{"code": "100"})),
		node(xep.NSStanzaID, "stanza-id", map[string]string{"by": "evil@rooms.test", "id": "no"}),
		node(xep.NSStanzaID, "stanza-id", map[string]string{"by": "den@rooms.test", "id": "yes"}),
		node(xep.NSOccupant, "occupant-id", map[string]string{"id": "o1"}),
		node("urn:xmpp:reply:0", "reply", map[string]string{"to": "den@rooms.test/Boiler", "id": "m"}),
		node("urn:xmpp:fallback:0", "fallback", map[string]string{"for": "urn:xmpp:reply:0"}, node("urn:xmpp:fallback:0", "body", map[string]string{"start": "0", "end": "7"})),
		node("urn:xmpp:reference:0", "reference", map[string]string{"type": "mention", "begin": "2", "end": "5", "uri": "xmpp:den@rooms.test/Living%20room"}),
	}}
	if diff := cmp.Diff([]int{110, 100}, xep.RoomStatuses(s)); diff != "" {
		t.Errorf("statuses: %s", diff)
	}
	if id := xep.RoomStanzaID(s); id != "yes" {
		t.Errorf("stanza id %q", id)
	}
	if id := xep.OccupantID(s); id != "o1" {
		t.Errorf("occupant id %q", id)
	}
	if to, quoted := xep.ReplyTo(s); to != "den@rooms.test/Boiler" || quoted != (xep.Span{Start: 0, End: 7}) {
		t.Errorf("reply to %q, quoted %v", to, quoted)
	}
	if at, ok := xep.Mention(s, jid("other@rooms.test"), jid("den@rooms.test/Living room")); !ok || at != (xep.Span{Start: 2, End: 5}) {
		t.Errorf("mention %v, %v", at, ok)
	}
	if _, ok := xep.Mention(s, jid("den@rooms.test/Boiler")); ok {
		t.Error("a mention of another is taken for ours")
	}
}

// What goes to a room is one stanza, whatever nick, password and text are.
func FuzzRoomStanzas(f *testing.F) {
	f.Add("Boiler", "pw", "21 °C")
	f.Add("<'&>", "\x00]]>", "</body>")
	f.Fuzz(func(t *testing.T, nick, password, text string) {
		from, room := jid("boiler@things.test/gw"), jid("den@rooms.test")
		occupant, err := room.WithResource(nick)
		if err != nil {
			return
		}
		for _, stanza := range [][]byte{
			xep.AppendJoin(nil, from, occupant, password),
			xep.AppendLeave(nil, from, occupant),
			xep.AppendDecline(nil, from, room, occupant),
			xep.AppendRoomPresence(nil, from, occupant, "away", text),
			xep.AppendOccupantPing(nil, from, occupant, text),
			xep.AppendRoomMessage(nil, xep.RoomMessage{From: from, To: room, ID: password, Lang: "en", Body: text, ReplyTo: occupant, ReplyID: text}),
			xep.AppendRoomMessage(nil, xep.RoomMessage{From: from, To: occupant, ID: password, Body: text}),
		} {
			if roots := countRoots(t, stanza); roots != 1 {
				t.Errorf("%d stanzas in %q", roots, stanza)
			}
		}
	})
}

func countRoots(t *testing.T, text []byte) (roots int) {
	t.Helper()
	decoder, depth := xml.NewDecoder(strings.NewReader(string(text))), 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return roots
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		switch token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
}
