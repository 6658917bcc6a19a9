package main

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"thingbridge/deploy/lab/labtest"
)

const (
	avatarMetadata = "urn:xmpp:avatar:metadata"
	avatarData     = "urn:xmpp:avatar:data"
)

// A contact says who it is in every way in which clients ask.
func TestContactsSayWhoTheyAre(t *testing.T) {
	for _, at := range servers() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.write("thingbridge.yml", strings.Replace(h.text(), "name: Boiler\n", "name: Boiler\n        availability_topic: boiler/available\n", 1))
			h.publish("boiler/available", "online")
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.publish("boiler/target", "21")
			h.start()
			anna := labtest.Slixmpp(t, labtest.Login{Account: h.server.Account("anna"), Resource: "test", Notify: []string{avatarMetadata}})
			h.await("connected to the XMPP server")
			anna.Subscribe(h.thing)
			thing := anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom(h.thing, "21.4"))[1]
			anna.Subscribe("things.home.test")
			house := anna.ExpectAll(subscriptionOf("subscribed"), presenceFrom("things.home.test", "1 thing"))[1]

			h.abilitiesAreVerified(anna, thing, house)
			id := h.pictureIsFound(anna, h.thing, thing)
			h.deviceDescribesItself(anna)
			h.newsOfPictures(anna, id)
			h.identityIsNoStrangers(h.client("eve"))
		})
	}
}

// abilitiesAreVerified has another library compute the hashes.
func (h *testHouse) abilitiesAreVerified(anna *labtest.Client, presences ...labtest.Event) {
	h.t.Helper()
	for _, p := range presences {
		anna.VerifyCaps(h.find(p.XML, `ver="([^"]+)"`))
	}
}

func (h *testHouse) find(text, pattern string) string {
	h.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		h.t.Fatalf("no %s in %s", pattern, text)
	}
	return m[1]
}

func itemsOf(node, item string) string {
	return fmt.Sprintf("<pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='%s'>%s</items></pubsub>", node, item)
}

// pictureIsFound follows the hash in a presence by both ways, and returns it.
func (h *testHouse) pictureIsFound(user *labtest.Client, jid string, presence labtest.Event) string {
	t := h.t
	t.Helper()
	id := h.find(presence.XML, `<photo>([0-9a-f]{40})</photo>`)
	card := user.Get(jid, "<vCard xmlns='vcard-temp'/>").XML
	data := user.Get(jid, itemsOf(avatarData, fmt.Sprintf("<item id='%s'/>", id))).XML
	for way, text := range map[string]string{
		"vCard":     h.find(card, `<BINVAL>([^<]+)</BINVAL>`),
		"published": h.find(data, `<data xmlns="urn:xmpp:avatar:data">([^<]+)</data>`),
	} {
		png, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if sum := sha1.Sum(png); err != nil || hex.EncodeToString(sum[:]) != id {
			t.Errorf("%s of %s: %x, %v, want %s", way, jid, sum, err, id)
		}
	}
	if got := user.Get(jid, itemsOf(avatarMetadata, "")).XML; !strings.Contains(got, `id="`+id+`"`) {
		t.Errorf("metadata: %s", got)
	}
	return id
}

func (h *testHouse) deviceDescribesItself(anna *labtest.Client) {
	h.t.Helper()
	const info, items = "<query xmlns='http://jabber.org/protocol/disco#info'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>"
	for _, test := range []struct {
		jid, payload string
		want         []string
	}{
		{h.thing, info, []string{`category="account"`, `type="registered"`, `category="pubsub"`, `type="pep"`, "target number [°C] writable"}},
		{h.thing + "/gw", info, []string{`category="client"`, `type="bot"`, "urn:xmpp:dataforms:softwareinfo", "urn:x-thingbridge:device"}},
		{"things.home.test", info, []string{`category="gateway"`, `type="iot"`, `category="component"`, `type="generic"`}},
		{"things.home.test", items, []string{`jid="boiler@things.home.test"`}},
		{h.thing, "<vCard xmlns='vcard-temp'/>", []string{"<FN>Boiler</FN>", "<NICKNAME>Boiler</NICKNAME>", "<JABBERID>boiler@things.home.test</JABBERID>"}},
		{h.thing, "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>", []string{"Boiler", "xmpp:boiler@things.home.test"}},
		{h.thing, itemsOf("urn:xmpp:vcard4", ""), []string{"<text>Boiler</text>"}},
		{h.thing, itemsOf("http://jabber.org/protocol/nick", ""), []string{">Boiler</nick>"}},
	} {
		got := anna.Get(test.jid, test.payload)
		for _, want := range test.want {
			if !strings.Contains(got.XML, want) {
				h.t.Errorf("%s to %s lacks %s: %s", test.payload, test.jid, want, got.XML)
			}
		}
	}
}

// newsOfPictures shows that a client which lets the house see it is told which
// pictures there are. Its directed presence stands for that.
func (h *testHouse) newsOfPictures(anna *labtest.Client, id string) {
	h.t.Helper()
	event := func(jid, id string) func(labtest.Event) bool {
		return func(e labtest.Event) bool {
			return e.Kind == labtest.Message && e.From == jid && strings.Contains(e.XML, "pubsub#event") && strings.Contains(e.XML, id)
		}
	}
	anna.DirectedPresence("things.home.test")
	anna.ExpectAll(event(h.thing, id), event("things.home.test", avatarMetadata))
	h.publish("boiler/available", "offline")
	anna.ExpectAll(unavailableFrom(h.thing), event(h.thing, avatarMetadata))
	if got := anna.Get(h.thing, itemsOf(avatarMetadata, "")).XML; strings.Contains(got, id) {
		h.t.Errorf("a dead device looks as before: %s", got)
	}

	anna.Logout()
	anna.Login()
	back := anna.Expect(unavailableFrom(h.thing))
	if !strings.Contains(back.XML, "urn:xmpp:delay") || !strings.Contains(back.Status, "offline") {
		h.t.Errorf("in answer to a probe: %s", back.XML)
	}
}

func (h *testHouse) identityIsNoStrangers(eve *labtest.Client) {
	h.t.Helper()
	for _, jid := range []string{h.thing, h.thing + "/gw", "things.home.test", "ghost@things.home.test"} {
		for _, payload := range []string{
			"<vCard xmlns='vcard-temp'/>", "<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>", itemsOf(avatarMetadata, ""), itemsOf(avatarData, ""),
			"<query xmlns='http://jabber.org/protocol/disco#info' node='urn:x-thingbridge:gateway#x'/>", "<query xmlns='jabber:iq:last'/>",
		} {
			if got := eve.Get(jid, payload); got.Type != "error" || !strings.Contains(got.XML, "forbidden") {
				h.t.Errorf("%s to %s: %s", payload, jid, got.XML)
			}
		}
	}
}

// The server of an account answers for it, with what the account published.
func TestAccountsSayWhoTheyAre(t *testing.T) {
	for _, at := range places() {
		if !at.accounts {
			continue
		}
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			h := newTestHouseAt(t, at, "")
			h.publish("boiler/state", `{"temp": 21.4}`)
			h.start()
			anna := h.client("anna")
			h.await("connected to the XMPP server")
			anna.Subscribe(h.thing)
			seen := anna.Expect(presenceFrom(h.thing, "21.4"))
			h.abilitiesAreVerified(anna, seen)
			h.pictureIsFound(anna, h.thing, seen)
			for payload, want := range map[string]string{
				"<vCard xmlns='vcard-temp'/>":                            "<FN>Boiler</FN>",
				itemsOf("http://jabber.org/protocol/nick", ""):           ">Boiler</nick>",
				itemsOf("urn:xmpp:vcard4", ""):                           "Boiler",
				"<query xmlns='http://jabber.org/protocol/disco#info'/>": "registered",
			} {
				if got := anna.Get(h.thing, payload).XML; !strings.Contains(got, want) {
					t.Errorf("%s lacks %s: %s", payload, want, got)
				}
			}
			eve := h.client("eve")
			for _, payload := range []string{"<vCard xmlns='vcard-temp'/>", itemsOf("urn:xmpp:vcard4", "")} {
				if got := eve.Get(h.thing, payload).XML; strings.Contains(got, "Thermostat") || strings.Contains(got, "21.4") {
					t.Errorf("a stranger is told more than a name: %s", got)
				}
			}
			if strings.Contains(h.log.String(), "does not keep") {
				t.Error("the server refused something")
			}
		})
	}
}
