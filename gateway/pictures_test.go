package gateway_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

var photo = regexp.MustCompile(`<photo>([0-9a-f]{40})</photo>`)

func photoOf(t *testing.T, presence string) string {
	t.Helper()
	m := photo.FindStringSubmatch(presence)
	if m == nil {
		t.Fatalf("no picture in %s", presence)
	}
	return m[1]
}

func pubsubItems(node string, ids ...string) xmpp.Element {
	items := xmpp.Element{Space: xep.NSPubSub, Local: "items", Attrs: []xmpp.Attr{{Local: "node", Value: node}}}
	for _, id := range ids {
		items.Children = append(items.Children, xmpp.Element{Space: xep.NSPubSub, Local: "item", Attrs: []xmpp.Attr{{Local: "id", Value: id}}})
	}
	return xmpp.Element{Space: xep.NSPubSub, Local: "pubsub", Children: []xmpp.Element{items}}
}

// sumOf returns the hash of the picture in an answer.
func sumOf(t *testing.T, answer, before, after string) string {
	t.Helper()
	_, rest, _ := strings.Cut(answer, before)
	text, _, _ := strings.Cut(rest, after)
	png, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(png) < 100 {
		t.Fatalf("%v in %s", err, answer)
	}
	sum := sha1.Sum(png)
	return hex.EncodeToString(sum[:])
}

// The same picture is found in all ways that clients look for it.
func TestPictureInAllWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		told := s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))
		id := photoOf(t, told[1])
		if !strings.Contains(told[1], "<nick xmlns='http://jabber.org/protocol/nick'>Lamp</nick>") {
			t.Errorf("no nickname in %s", told[1])
		}
		const lamp = "lamp@things.home.test"
		if got := sumOf(t, s.ask(lamp, xmpp.Element{Space: xep.NSVCard, Local: "vCard"}), "<BINVAL>", "<"); got != id {
			t.Errorf("in the vCard: %s, want %s", got, id)
		}
		if got := sumOf(t, s.ask(lamp, xmpp.Element{Space: xep.NSVCard4, Local: "vcard"}), ";base64,", "<"); got != id {
			t.Errorf("in the vCard4: %s, want %s", got, id)
		}
		for _, ids := range [][]string{nil, {id}} {
			if got := sumOf(t, s.ask(lamp, pubsubItems(xep.NSAvatarData, ids...)), `<data xmlns="urn:xmpp:avatar:data">`, "<"); got != id {
				t.Errorf("published: %s, want %s", got, id)
			}
			s.expect([]string{s.ask(lamp, pubsubItems(xep.NSAvatarMetadata, ids...))}, `<item id="`+id+`"> … id="`+id+`" type="image/png" width="128" height="128"`)
		}
		s.expect([]string{s.ask(lamp, pubsubItems(xep.NSNick))}, ">Lamp</nick>")
		s.expect([]string{s.ask(lamp, pubsubItems(xep.NodeVCard))}, `<item id="current"><vcard `)
		s.expect([]string{s.ask("things.home.test", pubsubItems(xep.NSAvatarMetadata))}, `type="image/png"`)
		s.expect([]string{s.ask("things.home.test", xmpp.Element{Space: xep.NSVCard, Local: "vCard"})}, "<FN>House</FN>")
		for _, q := range []xmpp.Element{pubsubItems("urn:example:x"), pubsubItems(xep.NSAvatarData, "0123"), pubsubItems(xep.NSAvatarMetadata, "0123")} {
			s.expect([]string{s.ask(lamp, q)}, "<item-not-found ")
		}
		s.expect([]string{s.ask(lamp, xmpp.Element{Space: xep.NSPubSub, Local: "pubsub"})}, "<feature-not-implemented ")

		// What was told a moment ago is found although the lamp shines now.
		s.apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(true)}}})
		if got := sumOf(t, s.ask(lamp, pubsubItems(xep.NSAvatarData, id)), `<data xmlns="urn:xmpp:avatar:data">`, "<"); got != id {
			t.Errorf("the picture of before: %s, want %s", got, id)
		}
		for _, q := range []xmpp.Element{pubsubItems(xep.NSAvatarData), {Space: xep.NSVCard, Local: "vCard"}, {Space: xep.NSVCard4, Local: "vcard"}} {
			s.expect([]string{s.askAs("eve@away.test/x", lamp, q)}, "<forbidden ")
			s.expect([]string{s.askAs("bert@home.test/x", lamp, q)}, "<item-not-found ") // may see the boiler alone
		}
		s.stop()
	})
}

func TestCardInTheReadersLanguage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.apply(devices.Update{Announced: []*devices.Device{{ID: "ally", Name: "Ally", Area: "Küche", Manufacturer: "Danfoss", Model: "eTRV", Serial: "007", Kind: "climate"}}})
		german := presence("anna@home.test/phone", "ally@things.home.test", "probe")
		german.Lang = "de"
		s.hear(german)
		s.expect([]string{s.ask("ally@things.home.test", xmpp.Element{Space: xep.NSVCard, Local: "vCard"})},
			"<FN>Ally</FN><NICKNAME>Ally</NICKNAME> … <ORG><ORGNAME>Danfoss</ORGNAME><ORGUNIT>Küche</ORGUNIT></ORG><TITLE>eTRV</TITLE>"+
				"<URL>xmpp:ally@things.home.test</URL><JABBERID>ally@things.home.test</JABBERID>"+
				"<DESC>Thermostat in Küche\nHersteller: Danfoss\nModell: eTRV\nSeriennummer: 007\nKennung: ally</DESC>")
		s.stop()
	})
}

// A picture is told with the presence, at most every presence.interval.
func TestChangedPictureIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.apply(devices.Update{Announced: []*devices.Device{{ID: "lamp", Name: "Lamp", Kind: "light", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean}}}}})
		off := photoOf(t, s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))[1])
		after(2 * time.Minute)
		s.wire.take()
		shine := func(on bool) {
			s.apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(on)}}})
			after(time.Second)
		}
		shine(true)
		got := s.wire.take()
		s.expect(got, "<status>on")
		on := photoOf(t, got[0])
		for n := range 10 {
			shine(n%2 == 0)
		}
		s.expect(s.wire.take())
		after(time.Minute)
		got = s.wire.take()
		s.expect(got, "<status>off")
		if back := photoOf(t, got[0]); back != off || on == off {
			t.Errorf("pictures %s, %s, %s", off, on, back)
		}
		s.stop()
	})
}

func TestDeadDeviceSaysSinceWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		after(time.Hour)
		s.apply(devices.Update{Availability: []devices.Presence{{Device: "boiler", Availability: devices.Offline}}})
		after(time.Second)
		told := s.wire.take()
		if last := told[len(told)-1]; strings.Contains(last, "<delay") || strings.Contains(last, "<photo>") {
			t.Errorf("the news itself: %s", last)
		}
		s.expect(s.hear(presence("anna@home.test/phone", "boiler@things.home.test", "probe")),
			"to='anna@home.test/phone' type='unavailable'><status>offline … <delay xmlns='urn:xmpp:delay' stamp='2000-01-01T00:00:00Z'/>")
		s.expect(s.hear(iq("anna@home.test/phone", "boiler@things.home.test", "get", xep.NSLast, "query")), "seconds='3601'>offline · 21.4")
		s.stop()
	})
}

// The server of an account answers for it, so it is told what to say.
func TestAccountPublishesItsPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStageAs(t, gateway.Account{JID: must(xmpp.ParseJID("my-lamp@rented.test")), Device: "lamp"}, newShelf(), settings())
		s.expect(s.wire.takePublished(), `<vCard `, `<publish node="urn:xmpp:avatar:data">`, `<publish node="urn:xmpp:avatar:metadata">`,
			`<publish node="http://jabber.org/protocol/nick">`, `<publish node="urn:xmpp:vcard4">`)
		rename := func(name string) {
			s.apply(devices.Update{Announced: []*devices.Device{{
				ID: "lamp", Name: name, Area: "Attic", Serial: "007", Kind: "light", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean}},
			}}})
			after(time.Second)
		}
		for n := range 10 {
			rename([]string{"Lamp", "Old lamp"}[n%2])
		}
		s.expect(s.wire.takePublished())
		after(time.Minute)
		got := s.wire.takePublished()
		s.expect(got, `<FN>Old lamp</FN>`, `avatar:data`, `avatar:metadata`, `>Old lamp</nick>`, `vcard4`)
		for _, secret := range []string{"Attic", "007"} {
			if strings.Contains(strings.Join(got, ""), secret) {
				t.Errorf("everybody is told %s", secret)
			}
		}
		s.apply(devices.Update{Readings: []devices.Reading{{Device: "lamp", Property: "on", Value: devices.Boolean(true)}}})
		after(time.Hour)
		s.expect(s.wire.takePublished()) // whether it shines is not for everybody
		s.wire.reconnect(false)
		after(2 * time.Minute)
		if got := s.wire.takePublished(); len(got) != 5 {
			t.Errorf("on a new stream: %d", len(got))
		}
		s.stop()
	})
}
