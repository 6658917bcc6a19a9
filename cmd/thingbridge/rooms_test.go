package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const roomsDomain = "rooms.home.test"

// roomy are servers with group chats, with a component and with an account.
func roomy() []place {
	prosody := func(t *testing.T) *lab.XMPPServer {
		t.Helper()
		return labtest.Prosody(t, lab.ProsodyConfig{Host: "home.test", Users: users(), Components: components(), Rooms: roomsDomain}).XMPPServer
	}
	ejabberd := func(t *testing.T) *lab.XMPPServer {
		t.Helper()
		return labtest.Ejabberd(t, lab.EjabberdConfig{Host: "home.test", Users: users(), Components: components(), Rooms: roomsDomain}).XMPPServer
	}
	return []place{
		{"Prosody", prosody, false}, {"ejabberd", ejabberd, false},
		{"account on Prosody", prosody, true}, {"account on ejabberd", ejabberd, true},
	}
}

// guest is a user in rooms.
type guest struct {
	*labtest.Client
	t    *testing.T
	nick string
}

func entering(room, nick string) string {
	return fmt.Sprintf("<presence to='%s/%s'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>", room, nick)
}

func (g guest) join(room string) {
	g.SendXML(entering(room, g.nick))
	g.Expect(inRoom(room, g.nick))
}

func (g guest) says(room, text string) {
	g.SendXML(fmt.Sprintf("<message to='%s' type='groupchat'><body>%s</body></message>", room, text))
}

func (g guest) inviteDirectly(room, whom string) {
	g.SendXML(fmt.Sprintf("<message to='%s'><x xmlns='jabber:x:conference' jid='%s'/></message>", whom, room))
}

func (g guest) inviteByRoom(room, whom string) {
	g.SendXML(fmt.Sprintf("<message to='%s'><x xmlns='http://jabber.org/protocol/muc#user'><invite to='%s'/></x></message>", room, whom))
}

// furnish makes a room that stays: one that shows who is who, or one that hides it,
// perhaps with a password.
func (g guest) furnish(room, whois, password string) {
	g.t.Helper()
	g.join(room)
	field := func(name, value string) string {
		return fmt.Sprintf("<field var='%s'><value>%s</value></field>", name, value)
	}
	protected := "0"
	if password != "" {
		protected = "1"
	}
	answer := g.Set(room, "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"+
		field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig")+field("muc#roomconfig_whois", whois)+
		field("muc#roomconfig_persistentroom", "1")+field("muc#roomconfig_passwordprotectedroom", protected)+
		field("muc#roomconfig_roomsecret", password)+"</x></query>")
	if answer.Type != "result" {
		g.t.Fatalf("furnish %s: %s", room, answer.XML)
	}
}

func inRoom(room, nick string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Presence && e.From == room+"/"+nick && e.Type == ""
	}
}

// boilerAt is the boiler's presence in the room, with a status.
func boilerAt(status string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return inRoom(testDen, "Boiler")(e) && strings.Contains(e.Status, status)
	}
}

func outOfRoom(room, nick string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Presence && e.From == room+"/"+nick && e.Type == "unavailable"
	}
}

func saidIn(room, nick, text string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Message && e.Type == "groupchat" && e.From == room+"/"+nick && strings.Contains(e.Body, text)
	}
}

func toldBy(thing, text string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Message && e.Type == "chat" && strings.HasPrefix(e.From, thing) && strings.Contains(e.Body, text)
	}
}

// A device in a room, from the invitation to the end, and whatever is killed between.
func TestDeviceInRooms(t *testing.T) {
	for _, at := range roomy() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.write("thingbridge.yml", strings.Replace(h.text(), "grants: [", `grants: [{who: scripts@home.test, devices: "*", role: view}, `, 1))
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.publish("boiler/target", "21")
			h.start()
			anna := guest{h.client("anna"), t, "anna"}
			h.await("connected to the XMPP server")
			invitedAndAddressed(h, anna)
			backAfterKills(h, anna)
			hiddenRoom(h, anna)
			otherRooms(h, anna)
		})
	}
}

const testDen = "den@" + roomsDomain

func invitedAndAddressed(h *testHouse, anna guest) {
	t := h.t
	anna.furnish(testDen, "anyone", "")
	anna.inviteByRoom(testDen, h.thing)
	anna.ExpectAll(toldBy(h.thing, "I am in "+testDen), boilerAt("21.4 °C"))

	viewer, stranger := guest{h.client("scripts"), t, "viewer"}, guest{h.client("eve"), t, "eve"}
	viewer.join(testDen)
	stranger.join(testDen)
	stranger.furnish("trap@"+roomsDomain, "anyone", "")
	stranger.inviteByRoom("trap@"+roomsDomain, h.thing)
	stranger.inviteDirectly("trap@"+roomsDomain, h.thing)
	stranger.Expect(func(e labtest.Event) bool { return e.Type == "error" && strings.Contains(e.XML, "forbidden") })
	viewer.inviteDirectly("hall@"+roomsDomain, h.thing)
	viewer.Expect(toldBy(h.thing, "Only who may control me"))

	anna.says(testDen, "Boiler: 21.5")
	if told := h.hear(); told != "21.5" {
		t.Errorf("on the command topic: %q, want 21.5", told)
	}
	answer := anna.Expect(saidIn(testDen, "Boiler", "anna: Target: 21.5 °C is asked for"))
	if strings.Contains(answer.XML, "stanza-id") && !strings.Contains(answer.XML, "urn:xmpp:reply:0") {
		t.Errorf("no reply, though the room names its messages: %s", answer.XML)
	}
	h.publish("boiler/target", "21.5")

	// Rooms keep the order: had anything before the last been answered, it would be here.
	anna.says(testDen, "is the Boiler warm?")
	stranger.says(testDen, "Boiler: 70")
	anna.Expect(saidIn(testDen, "eve", "70"))
	viewer.says(testDen, "boiler, set 60")
	answer = anna.Expect(func(e labtest.Event) bool { return saidIn(testDen, "Boiler", "")(e) })
	if !strings.HasPrefix(answer.Body, "viewer: You may look at me, but not change anything") {
		t.Errorf("answered: %s", answer.Body)
	}
	anna.SendXML(fmt.Sprintf("<message to='%s/Boiler' type='chat'><body>get temperature</body></message>", testDen))
	anna.Expect(func(e labtest.Event) bool {
		return e.Kind == labtest.Message && e.Type == "chat" && e.From == testDen+"/Boiler" && e.Body == "Temperature: 21.4 °C"
	})
	if len(h.told) > 0 {
		t.Errorf("the device was told %q", <-h.told)
	}
	for _, e := range stranger.Fence(roomsDomain) {
		if inRoom("trap@"+roomsDomain, "Boiler")(e) {
			t.Errorf("a stranger's invitation was accepted: %s", e)
		}
	}

	anna.says(testDen, "Boiler: leave")
	anna.ExpectAll(saidIn(testDen, "Boiler", "anna: I am leaving."), outOfRoom(testDen, "Boiler"))
	anna.inviteDirectly(testDen, h.thing)
	anna.ExpectAll(toldBy(h.thing, "I am in "+testDen), inRoom(testDen, "Boiler"))
}

func backAfterKills(h *testHouse, anna guest) {
	t := h.t
	h.kill()
	h.publish("boiler/state", `{"temp": 31}`)
	back := time.Now()
	h.start()
	anna.Expect(boilerAt("31 °C"))
	t.Logf("gateway killed: in the room and right %v after its start", time.Since(back).Round(10*time.Millisecond))
	anna.says(testDen, "Boiler: temperature")
	anna.Expect(saidIn(testDen, "Boiler", "anna: Temperature: 31 °C"))

	if err := h.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.publish("boiler/state", `{"temp": 32}`) // Prosody brings back who was in its rooms: that is no sign of life
	if err := h.server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	back = time.Now()
	anna.Expect(func(e labtest.Event) bool { return e.Kind == labtest.Connected })
	anna.SendXML(entering(testDen, "anna"))
	anna.ExpectAll(inRoom(testDen, "anna"), boilerAt("32 °C"))
	t.Logf("server restarted: in the room %v after it was back", time.Since(back).Round(10*time.Millisecond))
	anna.says(testDen, "Boiler: temperature")
	anna.Expect(saidIn(testDen, "Boiler", "anna: Temperature: 32 °C"))

	kick := anna.Set(testDen, "<query xmlns='http://jabber.org/protocol/muc#admin'><item nick='Boiler' role='none'/></query>")
	if kick.Type != "result" {
		t.Fatalf("kick: %s", kick.XML)
	}
	anna.ExpectAll(outOfRoom(testDen, "Boiler"), toldBy(h.thing, "I was sent out of "+testDen))
}

func hiddenRoom(h *testHouse, anna guest) {
	t := h.t
	const hidden = "hidden@" + roomsDomain
	anna.furnish(hidden, "moderators", "")
	anna.inviteDirectly(hidden, h.thing)
	anna.Expect(toldBy(h.thing, "the room hides who is who"))
	anna.says(hidden, "Boiler: 60")
	anna.Expect(saidIn(hidden, "Boiler", "anna: I cannot see who is who in this room"))
	anna.Send(h.thing, "leave hall")
	anna.Expect(toldBy(h.thing, "I am not in the room hall."))
	anna.Send(h.thing, "leave hidden")
	anna.ExpectAll(outOfRoom(hidden, "Boiler"), toldBy(h.thing, "I have left "+hidden))
	if len(h.told) > 0 {
		t.Errorf("the device was told %q", <-h.told)
	}
	anna.Send(h.thing, "leave")
	anna.Expect(toldBy(h.thing, "I am in no room.")) // neither the one it was sent out of nor the ones it left
}

// otherRooms shows a room with a password, which the invitation brings, and one that
// does not exist, and does not afterwards.
func otherRooms(h *testHouse, anna guest) {
	const safe, nowhere = "safe@" + roomsDomain, "nowhere@" + roomsDomain
	anna.furnish(safe, "anyone", "s3same")
	anna.inviteDirectly(safe, h.thing)
	anna.Expect(toldBy(h.thing, safe+" wants a password"))
	anna.inviteByRoom(safe, h.thing)
	anna.Expect(toldBy(h.thing, "I am in "+safe))

	anna.inviteDirectly(nowhere, h.thing)
	anna.Expect(toldBy(h.thing, "There is no room "+nowhere))
	items := "<query xmlns='http://jabber.org/protocol/disco#items'/>"
	for began := time.Now(); strings.Contains(anna.Get(roomsDomain, items).XML, nowhere); <-time.After(50 * time.Millisecond) {
		if time.Since(began) > patience {
			h.t.Fatal("there is a room now")
		}
	}
}
