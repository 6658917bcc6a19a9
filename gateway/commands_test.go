package gateway_test

import (
	"encoding/xml"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway"
	"thingbridge/gateway/xmpp"
)

const commands = "http://jabber.org/protocol/commands"

// order is an iq that asks something of a command; fields are names and values in
// turn, of a form that is filled in.
func order(from, to, node, session, action string, fields ...string) *xmpp.Stanza {
	s := iq(from, to, "set", commands, "command")
	command := &s.Children[0]
	for _, a := range [][2]string{{"node", node}, {"sessionid", session}, {"action", action}} {
		if a[1] != "" {
			command.Attrs = append(command.Attrs, xmpp.Attr{Local: a[0], Value: a[1]})
		}
	}
	if len(fields) == 0 {
		return s
	}
	form := xmpp.Element{Space: "jabber:x:data", Local: "x", Attrs: []xmpp.Attr{{Local: "type", Value: "submit"}}}
	for i := 0; i < len(fields); i += 2 {
		form.Children = append(form.Children, xmpp.Element{
			Space: "jabber:x:data", Local: "field", Attrs: []xmpp.Attr{{Local: "var", Value: fields[i]}},
			Children: []xmpp.Element{{Space: "jabber:x:data", Local: "value", Text: fields[i+1]}},
		})
	}
	command.Children = []xmpp.Element{form}
	return s
}

func disco(from, to, what, node string) *xmpp.Stanza {
	s := iq(from, to, "get", "http://jabber.org/protocol/disco#"+what, "query")
	s.Children[0].Attrs = []xmpp.Attr{{Local: "node", Value: node}}
	return s
}

// sessionOf returns the session that an answer goes on in.
func sessionOf(t *testing.T, answers []string) string {
	t.Helper()
	_, rest, _ := strings.Cut(strings.Join(answers, ""), "sessionid='")
	session, _, found := strings.Cut(rest, "'")
	if !found || session == "" {
		t.Fatalf("no session: %q", answers)
	}
	return session
}

const (
	annasPhone = "anna@home.test/phone"
	bertsPhone = "bert@home.test/phone"
	rootsDesk  = "root@home.test/desk"
	boilerFull = "boiler@things.home.test/gw"
	houseJID   = "things.home.test"
)

func TestCommandsAreListedToThoseWhoMayRunThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		list := func(user, to string) string {
			var got struct {
				Query struct {
					Items []struct {
						JID  string `xml:"jid,attr"`
						Node string `xml:"node,attr"`
					} `xml:"item"`
				} `xml:"query"`
			}
			text := strings.Join(s.hear(disco(user, to, "items", commands)), "")
			if err := xml.Unmarshal([]byte(text), &got); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			var nodes []string
			for _, item := range got.Query.Items {
				if item.JID != to {
					t.Errorf("a command of %s at %s", to, item.JID)
				}
				nodes = append(nodes, item.Node)
			}
			return strings.Join(nodes, " ")
		}
		for _, test := range []struct{ user, to, want string }{
			{annasPhone, boilerFull, "status set warmer cooler help"},
			{annasPhone, "lamp@things.home.test", "status set on off help"},
			{bertsPhone, boilerFull, "status help"},
			{annasPhone, houseJID, "devices add remove stats help"},
			{bertsPhone, houseJID, "devices add remove stats help"},
			{rootsDesk, houseJID, "devices add remove stats subscribers help"},
		} {
			if got := list(test.user, test.to); got != test.want {
				t.Errorf("%s at %s: %q, want %q", test.user, test.to, got, test.want)
			}
		}
		s.expect(s.hear(disco(annasPhone, boilerFull, "info", "")), `<feature var="`+commands+`"/>`)
		s.expect(s.hear(disco(annasPhone, houseJID, "info", "")), `<feature var="`+commands+`"/>`)
		s.expect(s.hear(disco(annasPhone, boilerFull, "info", commands)), `name="Commands" category="automation" type="command-list"`)
		s.expect(s.hear(disco(annasPhone, boilerFull, "info", "set")), `node="set" … name="Change values" category="automation" type="command-node" … <feature var="jabber:x:data"/>`)
		s.expect(s.hear(disco(annasPhone, boilerFull, "info", "say:set 21")), `name="set 21" category="automation" type="command-node"`)
		s.expect(s.hear(disco(annasPhone, boilerFull, "items", "set")), `node="set"></query>`)
		for _, what := range []string{"info", "items"} {
			s.expect(s.hear(disco(bertsPhone, boilerFull, what, "set")), "<forbidden ")
			s.expect(s.hear(disco(annasPhone, boilerFull, what, "dance")), "<item-not-found ")
			s.expect(s.hear(disco(annasPhone, houseJID, what, "subscribers")), "<forbidden ")
			s.expect(s.hear(disco("eve@away.test/x", boilerFull, what, commands)), "<forbidden ")
		}
		s.stop()
	})
}

func TestACommandWithAForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		asked := s.hear(order(annasPhone, boilerFull, "set", "", "execute"))
		s.expect(asked, "<iq type='result' id='i1' from='boiler@things.home.test/gw' to='anna@home.test/phone'> … status='executing'><actions execute='complete'><complete/></actions> … "+
			"<field var='target' type='text-single' label='Target (°C)'> … datatype='xs:decimal'><range min='5' max='80'/></validate><value>21</value>")
		session := sessionOf(t, asked)
		s.expect(s.hear(order(annasPhone, boilerFull, "set", session, "complete", "target", "99")),
			"sessionid='"+session+"' status='executing' … <instructions>99 °C is too high: Target can be 5 to 80 °C. Nothing was changed.\nChange what you like; … <value>99</value> … <note type='error'>99 °C is too high: Target can be 5 to 80 °C. Nothing was changed.</note>")
		s.expect(s.hear(order(annasPhone, boilerFull, "set", session, "complete", "target", "22,5")),
			"status='completed'><note type='info'>Target: 22.5 °C.</note></command>")
		twin, _ := s.registry.Get("boiler")
		if twin.Reported("target") != devices.Number(22.5) {
			t.Errorf("the boiler has %v", twin.Reported("target"))
		}
		s.expect(s.hear(order(annasPhone, boilerFull, "set", session, "complete", "target", "30")), "<error type='cancel'><not-allowed  … <session-expired xmlns='"+commands+"'/>")

		// In the asker's language, and what was not changed is not sent.
		german := order(annasPhone, boilerFull, "set", "", "")
		german.Lang = "de-AT"
		asked = s.hear(german)
		s.expect(asked, "label='Sollwert (°C)'")
		s.reading("target", devices.Number(40))
		german = order(annasPhone, boilerFull, "set", sessionOf(t, asked), "", "target", "22.5")
		german.Lang = "de-AT"
		s.expect(s.hear(german), "status='completed' … <note type='info'>Es wurde nichts geändert.</note>")
		if twin, _ = s.registry.Get("boiler"); twin.Reported("target") != devices.Number(40) {
			t.Errorf("the boiler has %v", twin.Reported("target"))
		}
		s.stop()
	})
}

func TestCommandsThatRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		run := func(user, to, node string, fields ...string) []string {
			return s.hear(order(user, to, node, "", "", fields...))
		}
		s.expect(run(annasPhone, boilerFull, "status"), "status='completed' … <field var='temperature' type='text-single' label='Temperature'><value>21.4 °C</value></field> … <note type='info'>Boiler: 21.4 °C → 21.0</note>")
		s.expect(run(annasPhone, boilerFull, "warmer"), "<note type='info'>Target: 22 °C.</note>")
		s.expect(run(annasPhone, boilerFull, "set", "target", "30"), "<note type='info'>Target: 30 °C.</note>")
		s.expect(run(annasPhone, boilerFull, "say:set 31"), "<note type='info'>Target: 31 °C.</note>")
		s.expect(run(annasPhone, boilerFull, "say:wärmer"), "<note type='info'>Sollwert: 32 °C.</note>")
		s.expect(run(annasPhone, boilerFull, "say:sing"), "<note type='error'>")
		s.expect(run(annasPhone, boilerFull, "say:"), "status='completed'")
		s.expect(run(annasPhone, houseJID, "say:lamp on"), "status='completed'><note type='info'>Light: on.</note>")
		s.expect(run(annasPhone, houseJID, "say:sing"), "<note type='info'>I do not understand ")
		s.expect(run(annasPhone, houseJID, "say:devices"), "status='completed'><note type='info'>I am the house. You see these things:\nBoiler: ")
		s.expect(run(bertsPhone, boilerFull, "say:set 60"), "<note type='error'>You may look at me, but not change anything.")
		s.expect(run(bertsPhone, boilerFull, "set", "target", "60"), "<forbidden ")
		s.expect(run(bertsPhone, boilerFull, "warmer"), "<forbidden ")
		s.expect(run(bertsPhone, houseJID, "say:lamp on"), "<note type='info'>I do not understand ")
		s.expect(run(bertsPhone, "lamp@things.home.test/gw", "status"), "<item-not-found ")
		s.expect(run(annasPhone, boilerFull, "dance"), "<item-not-found ")
		s.expect(run("eve@away.test/x", boilerFull, "status"), "<forbidden ")
		twin, _ := s.registry.Get("boiler")
		if twin.Reported("target") != devices.Number(32) {
			t.Errorf("the boiler has %v", twin.Reported("target"))
		}

		s.relay.mute = true
		began := time.Now()
		s.expect(run(annasPhone, boilerFull, "warmer"))
		after(3 * time.Second)
		s.expect(s.wire.take(), "<note type='warn'>Target: 33 °C is asked for; the device has not confirmed it yet.</note>")
		s.relay.fail = errors.New("broker is away")
		s.expect(run(annasPhone, boilerFull, "set", "target", "40"), "<note type='error'>Boiler cannot be reached right now. Nothing was changed.</note>")
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("two commands took %v", took)
		}
		s.stop()
	})
}

func TestWhatIsNotACommandIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		badRequest := "<error type='modify'><bad-request  … "
		s.expect(s.hear(order(annasPhone, boilerFull, "", "", "")), badRequest)
		s.expect(s.hear(order(annasPhone, boilerFull, "set", "", "dance")), badRequest+"<malformed-action xmlns='"+commands+"'/>")
		s.expect(s.hear(order(annasPhone, boilerFull, "set", "", "next")), badRequest+"<bad-action ")
		s.expect(s.hear(order(annasPhone, boilerFull, "set", "x", "next")), badRequest+"<bad-sessionid ")
		strange := order(annasPhone, boilerFull, "set", "", "")
		strange.Lang = "de_DE"
		s.expect(s.hear(strange), badRequest+"<bad-locale ")
		strange = order(annasPhone, boilerFull, "set", "", "", "target", "30")
		strange.Children[0].Children[0].Attrs[0].Value = "form"
		s.expect(s.hear(strange), badRequest+"<bad-payload ")
		get := order(annasPhone, boilerFull, "set", "", "")
		get.Type = "get"
		s.expect(s.hear(get), "<service-unavailable ")

		session := sessionOf(t, s.hear(order(annasPhone, boilerFull, "set", "", "")))
		for _, other := range []string{"anna@home.test/desk", rootsDesk} {
			s.expect(s.hear(order(other, boilerFull, "set", session, "complete", "target", "60")), badRequest+"<bad-sessionid ")
		}
		second := sessionOf(t, s.hear(order("anna@home.test/desk", boilerFull, "set", "", "")))
		s.expect(s.hear(order(annasPhone, boilerFull, "set", session, "cancel")), "status='canceled'")
		after(10*time.Minute - time.Second)
		s.expect(s.hear(order("anna@home.test/desk", boilerFull, "set", second, "complete", "target", "60")), "status='completed' … Target: 60 °C.")
		third := sessionOf(t, s.hear(order(annasPhone, boilerFull, "set", "", "")))
		after(10 * time.Minute)
		s.expect(s.hear(order(annasPhone, boilerFull, "set", third, "complete", "target", "70")), "<session-expired ")
		s.stop()
	})
}

// What a session was allowed to ask is asked again when it goes on.
func TestASessionEndsWithItsRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		session := sessionOf(t, s.hear(order(annasPhone, boilerFull, "set", "", "")))
		less := settings()
		less.Access.Grants[0].Role = 1
		s.bridge.Configure(less)
		s.expect(s.hear(order(annasPhone, boilerFull, "set", session, "complete", "target", "70")), "<forbidden ")
		s.stop()
	})
}

func TestCommandsOfTheHouse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		s.expect(s.hear(order(annasPhone, houseJID, "devices", "", "")),
			"<reported><field var='name' type='text-single' label='Name'> … <field var='jid' type='jid-single' label='Address'> … "+
				"<item><field var='name'><value>Boiler</value></field> … <value>boiler@things.home.test</value> … <note type='info'>I am the house. You see these things:</note>")
		if got := strings.Join(s.hear(order(bertsPhone, houseJID, "devices", "", "")), ""); strings.Contains(got, "lamp") {
			t.Errorf("bert learns of the lamp: %s", got)
		}
		s.expect(s.hear(order(annasPhone, houseJID, "stats", "", "")), "<field var='version' type='text-single' label='Version'><value>test</value>")

		asked := s.hear(order(annasPhone, houseJID, "add", "", ""))
		s.expect(asked, "<field var='devices' type='list-multi' label='Things'><required/> … <value>boiler</value><value>lamp</value><option label='Boiler'>")
		s.wire.handler.Stanza(order(annasPhone, houseJID, "add", sessionOf(t, asked), "complete", "devices", "lamp"))
		after(time.Second)
		s.expect(slices.Sorted(slices.Values(s.wire.take())), "<note type='info'>Contacts on their way to your list: 1.", "<presence from='lamp@things.home.test' to='anna@home.test' type='subscribe'>")

		s.hear(presence("anna@home.test", "lamp@things.home.test", "subscribe"))
		asked = s.hear(order(annasPhone, houseJID, "remove", "", ""))
		s.expect(asked, "<option label='Lamp'>")
		s.expect(s.hear(order(annasPhone, houseJID, "remove", sessionOf(t, asked), "", "devices", "boiler")), "<note type='error'>")
		s.expect(s.hear(order(annasPhone, houseJID, "remove:lamp", "", "")),
			"type='unavailable'", "type='unsubscribed'", "type='unsubscribe'", "<note type='info'>No longer your contacts: 1.</note>")
		s.expect(s.hear(order(bertsPhone, houseJID, "add", "", "", "devices", "lamp")), "status='executing' … <note type='error'>")

		s.expect(s.hear(order(annasPhone, houseJID, "subscribers", "", "")), "<forbidden ")
		s.hear(presence("anna@home.test", "boiler@things.home.test", "subscribe"))
		s.expect(s.hear(order(rootsDesk, houseJID, "subscribers", "", "")), "<item><field var='contact'><value>boiler@things.home.test</value></field><field var='user'><value>anna@home.test</value></field></item>")

		// The same in a chat.
		s.wire.handler.Stanza(message(annasPhone, houseJID, "add lamp"))
		after(time.Second)
		s.expect(slices.Sorted(slices.Values(s.wire.take())), "<body>Contacts on their way to your list: 1.", "to='anna@home.test' type='subscribe'")
		s.expect(s.hear(message(annasPhone, houseJID, "statistik")), "<body>2 Dinge\nVersion: test\n")
		s.expect(s.hear(message(annasPhone, houseJID, "subscribers")), "for those who run this house")
		s.expect(s.hear(message(rootsDesk, houseJID, "subscribers")), "boiler@things.home.test: anna@home.test")
		s.stop()
	})
}

func TestReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked, problem := 0, error(nil)
		s := newStageWith(t, newShelf(), settings(), func(p *gateway.Parts) {
			p.Reload = func() error { asked++; return problem }
		})
		s.expect(s.hear(order(annasPhone, houseJID, "reload", "", "")), "<forbidden ")
		s.expect(s.hear(message(annasPhone, houseJID, "reload")), "for those who run this house")
		s.expect(s.hear(order(rootsDesk, houseJID, "reload", "", "")), "<note type='info'>The configuration has no mistakes and is being put in force.</note>")
		problem = errors.New("x.yml:3: oh dear")
		s.expect(s.hear(order(rootsDesk, houseJID, "reload", "", "")), "<note type='error'>The configuration has mistakes; the old one stays in force.\nx.yml:3: oh dear</note>")
		s.expect(s.hear(message(rootsDesk, houseJID, "reload")), "x.yml:3: oh dear")
		if asked != 3 {
			t.Errorf("asked %d times", asked)
		}
		s.stop()
	})
}

func TestTheCommandsOfAnAccountAreItsDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := must(xmpp.ParseJID("boiler@home.test"))
		s := newStageAs(t, gateway.Account{JID: account, Device: "boiler"}, newShelf(), settings())
		s.wire.take() // its presence
		s.expect(s.hear(order(annasPhone, "boiler@home.test/gw", "warmer", "", "")), "<note type='info'>Target: 22 °C.")
		s.stop()
		s = newStageAs(t, gateway.Account{JID: account}, newShelf(), settings())
		items := strings.Join(s.hear(disco(annasPhone, "boiler@home.test/gw", "items", commands)), "")
		if strings.Contains(items, `node="add"`) || !strings.Contains(items, `node="devices"`) {
			t.Errorf("a house that is one account offers %s", items)
		}
		s.expect(s.hear(order(annasPhone, "boiler@home.test/gw", "say:lamp on", "", "")), "Light: on.")
		s.stop()
	})
}

// However much devices say, an answer is one that servers let pass.
func TestAnswersHaveBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, newShelf(), settings())
		long := strings.Repeat("x", devices.MaxText)
		giant := &devices.Device{ID: "giant", Name: "Giant"}
		options := make([]string, devices.MaxOptions)
		for i := range options {
			options[i] = long[:devices.MaxText-10] + strconv.Itoa(i)
		}
		u := devices.Update{Announced: []*devices.Device{giant}}
		for i := range 300 {
			name := "p" + strconv.Itoa(i)
			giant.Properties = append(giant.Properties, devices.Property{Name: name, Type: devices.TypeText, Writable: true})
			u.Readings = append(u.Readings, devices.Reading{Device: "giant", Property: name, Value: devices.Text(long)})
		}
		giant.Properties = append(giant.Properties, devices.Property{Name: "effect", Type: devices.TypeEnum, Options: options, Writable: true})
		for i := range 3000 {
			name := strings.Repeat("y", 60) + strconv.Itoa(i)
			u.Announced = append(u.Announced, &devices.Device{ID: devices.ID(name), Name: name, Area: name})
		}
		s.apply(u)
		for _, test := range []struct{ to, node, want string }{
			{"giant@things.home.test/gw", "set", "status='executing' … <field var='p0'"},
			{"giant@things.home.test/gw", "status", "status='completed' … <field var='p0'"},
			{"giant@things.home.test/gw", "effect", "<resource-constraint "},
			{houseJID, "devices", "<note type='info'>I am the house. You see these things: ("},
			{houseJID, "add", "status='executing' … <field var='areas'"},
			{houseJID, "say:devices", "I am the house."},
		} {
			got := s.hear(order(annasPhone, test.to, test.node, "", ""))
			s.expect(got, test.want)
			if len(got[0]) > 300_000 {
				t.Errorf("%s: %d bytes", test.node, len(got[0]))
			}
		}
		got := s.hear(disco(annasPhone, "giant@things.home.test/gw", "items", commands))
		s.expect(got, `node="effect"`)
		s.stop()
	})
}
