package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab/labtest"
)

// What clients put around words, and what they look for in answers, through the
// program and real servers. One house serves all of it.
func TestMannersInChat(t *testing.T) {
	for _, at := range places() {
		t.Run(at.name, func(t *testing.T) {
			t.Parallel()
			c := newChatter(newTestHouseAt(t, at, ""), at.accounts)
			for _, scenario := range []func(*chatter){
				(*chatter).receipts, (*chatter).corrections, (*chatter).repetitions, (*chatter).quotes, (*chatter).secrets,
				(*chatter).buttons, (*chatter).notForUs, (*chatter).announced, (*chatter).composing, (*chatter).reactions,
			} {
				scenario(c)
			}
		})
	}
}

// chatter is anna, who talks to the boiler with a client that knows everything.
type chatter struct {
	*testHouse
	anna    *labtest.Client
	full    string // address of the boiler's resource
	account bool
	mute    chan bool // one value: whether the boiler confirms nothing
	n       int
}

func newChatter(h *testHouse, account bool) *chatter {
	h.t.Helper()
	c := &chatter{testHouse: h, account: account, mute: make(chan bool, 1)}
	c.mute <- false
	const target = "unit: °C, min: 5, max: 80, step: 0.5}\n"
	h.write("thingbridge.yml", strings.Replace(h.text(), target, target+
		`          - {name: mode, topic: boiler/mode, command_topic: boiler/mode/set, type: enum, options: ["off", heat, auto]}`+"\n", 1))
	confirm := func(device mqttclient.Client, m mqttclient.Message) {
		muted := <-c.mute
		c.mute <- muted
		if !muted {
			device.Publish(strings.TrimSuffix(m.Topic(), "/set"), 1, true, m.Payload())
		}
		h.told <- string(m.Payload())
	}
	for _, topic := range []string{"boiler/target/set", "boiler/mode/set"} {
		if token := h.device.Subscribe(topic, 1, confirm); !token.WaitTimeout(patience) || token.Error() != nil {
			h.t.Fatal(token.Error())
		}
	}
	h.publish("boiler/state", `{"temp": 21.4}`)
	h.publish("boiler/target", "20")
	h.start()
	c.anna = h.client("anna")
	h.await("connected to the XMPP server")
	c.anna.Subscribe(h.thing)
	c.full = c.anna.Expect(presenceFrom(h.thing, "21.4 °C → 20.0")).From
	return c
}

// say sends a message with a body, which may be empty, and what else is in it.
func (c *chatter) say(body, children string) (id string) {
	c.t.Helper()
	c.n++
	id = fmt.Sprintf("said%d", c.n)
	c.sayAs(id, "chat", body, children)
	return id
}

func (c *chatter) sayAs(id, messageType, body, children string) {
	c.t.Helper()
	if body != "" {
		body = "<body>" + body + "</body>"
	}
	c.anna.SendXML(fmt.Sprintf("<message xmlns='jabber:client' to='%s' type='%s' id='%s'>%s%s</message>", c.thing, messageType, id, body, children))
}

// holds matches a message of the boiler with all of these parts.
func (c *chatter) holds(parts ...string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		for _, part := range parts {
			if !strings.Contains(e.XML, part) {
				return false
			}
		}
		return e.Kind == labtest.Message && strings.HasPrefix(e.From, c.thing)
	}
}

func (c *chatter) expectTold(want string) {
	c.t.Helper()
	if told := c.hear(); told != want {
		c.t.Errorf("the boiler was told %q, want %q", told, want)
	}
}

// untold shows that the boiler was told nothing more, and that what was said last
// was read: an answer to something else has come.
func (c *chatter) untold(what string) {
	c.t.Helper()
	c.say("get temperature", "")
	c.anna.Expect(c.holds("Temperature: 21.4"))
	select {
	case told := <-c.told:
		c.t.Errorf("%s: the boiler was told %q", what, told)
	default:
	}
}

// killAndStart returns when the boiler is back with that status.
func (c *chatter) killAndStart(status string) {
	c.t.Helper()
	c.kill()
	c.anna.Fence("") // what it has said before
	c.start()
	c.anna.Expect(presenceFrom(c.thing, status))
}

const (
	wantsReceipt = "<request xmlns='urn:xmpp:receipts'/>"
	markable     = "<markable xmlns='urn:xmpp:chat-markers:0'/>"
)

func (c *chatter) receipts() {
	id := c.say("get target", wantsReceipt+markable)
	got := c.anna.ExpectAll(
		c.holds("<received ", "urn:xmpp:receipts", `id="`+id+`"`), c.holds("<displayed ", "urn:xmpp:chat-markers:0", `id="`+id+`"`), c.holds("Target: 20"))
	for _, part := range []string{"urn:xmpp:receipts", "urn:xmpp:chat-markers:0", "urn:xmpp:sid:0", "urn:xmpp:styling:0"} {
		if !strings.Contains(got[2].XML, part) {
			c.t.Errorf("the answer lacks %s: %s", part, got[2].XML)
		}
	}
	c.anna.SendXML(fmt.Sprintf("<message xmlns='jabber:client' to='%s' type='chat' id='n1'><received xmlns='urn:xmpp:receipts' id='%s'/>"+
		"<displayed xmlns='urn:xmpp:chat-markers:0' id='%s'/>%s</message>", c.thing, got[2].ID, got[2].ID, wantsReceipt))
	c.untold("receipts for receipts")
	for _, e := range c.anna.Fence("") {
		if strings.Contains(e.XML, `id="n1"`) {
			c.t.Errorf("a receipt for a receipt: %s", e)
		}
	}
}

func (c *chatter) corrections() {
	first := c.say("set 12", "")
	c.expectTold("12")
	answer := c.anna.Expect(c.holds("Target: 12 °C.")).ID
	c.say("set 21", "<replace xmlns='urn:xmpp:message-correct:0' id='"+first+"'/>")
	c.expectTold("21")
	c.anna.Expect(c.holds("Target: 21 °C.", "urn:xmpp:message-correct:0", `id="`+answer+`"`))
	c.say("set 60", "<replace xmlns='urn:xmpp:message-correct:0' id='long-ago'/>")
	c.anna.Expect(c.holds("I take a correction only of your last message"))
	c.untold("the correction of another message")
}

func (c *chatter) repetitions() {
	for range 2 {
		c.sayAs("twice", "chat", "warmer", wantsReceipt)
	}
	c.expectTold("22")
	c.anna.ExpectAll(c.holds("<received ", `id="twice"`), c.holds("<received ", `id="twice"`), c.holds("Target: 22 °C."))
	c.untold("the repetition")
}

func (c *chatter) quotes() {
	c.say("> set 60\nset 23", "<reply xmlns='urn:xmpp:reply:0' to='"+c.thing+"' id='x'/>"+
		"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='0' end='9'/></fallback>")
	c.expectTold("23")
	c.anna.Expect(c.holds("Target: 23 °C."))
	c.say("&gt; set 60\nset 24", "")
	c.expectTold("24")
	c.anna.Expect(c.holds("Target: 24 °C."))
}

func (c *chatter) secrets() {
	secret := "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'/><payload>AAAA</payload></encrypted>" +
		"<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/>"
	c.say("set 60", secret)
	c.anna.Expect(c.holds("Your message is encrypted with OMEMO."))
	c.say("set 60", secret)
	c.say("", "<store xmlns='urn:xmpp:hints'/>")
	c.untold("an encrypted message")
}

func (c *chatter) buttons() {
	c.say("set mode", "")
	question := c.anna.Expect(c.holds("1) off\n2) heat\n3) auto", "urn:xmpp:tmp:quick-response", `value="set mode heat"`))
	button := `node="say:set mode heat"`
	if strings.Contains(question.XML, button) == c.account {
		c.t.Errorf("account %v, buttons of commands: %s", c.account, question.XML)
	}
	c.say("2", "")
	c.expectTold("heat")
	c.anna.Expect(c.holds("Mode: heat."))
	c.say("", "<action-selected xmlns='urn:xmpp:tmp:quick-response' id='1'/>")
	c.say("5.5", "")
	c.expectTold("5.5")
	c.anna.Expect(c.holds("Target: 5.5 °C."))
}

func (c *chatter) notForUs() {
	c.sayAs("e1", "error", "set 60", "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")
	c.sayAs("h1", "headline", "set 60", "")
	c.say("set 60", "<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></received>")
	c.say("Temperature: 21.4 °C", "") // what was said last, given back
	c.untold("what is not for us")
	c.say("set 60", "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>")
	c.anna.Expect(c.holds("on its way, so I did not obey it"))
	c.say("get target", "<delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/>")
	c.anna.Expect(c.holds("Target: 5.5"))
	c.untold("what is late")
}

func (c *chatter) announced() {
	info := c.anna.Get(c.full, "<query xmlns='http://jabber.org/protocol/disco#info'/>")
	for _, part := range []string{
		"urn:xmpp:receipts", "urn:xmpp:chat-markers:0", "urn:xmpp:message-correct:0", "urn:xmpp:reply:0", "http://jabber.org/protocol/chatstates",
		"urn:xmpp:reactions:0:restrictions", "<value>👍</value>", "<value>⬆️</value>",
	} {
		if !strings.Contains(info.XML, part) {
			c.t.Errorf("service discovery lacks %s: %s", part, info.XML)
		}
	}
}

func (c *chatter) composing() {
	<-c.mute
	c.mute <- true
	c.say("set 30", "<active xmlns='http://jabber.org/protocol/chatstates'/>")
	c.expectTold("30")
	c.anna.Expect(c.holds("<composing ", "http://jabber.org/protocol/chatstates"))
	c.anna.Expect(c.holds("is asked for", "<active "))
	<-c.mute
	c.mute <- false
}

func (c *chatter) reactions() {
	react := func(id string, emojis ...string) {
		c.t.Helper()
		inner := ""
		for _, emoji := range emojis {
			inner += "<reaction>" + emoji + "</reaction>"
		}
		c.say("", "<reactions xmlns='urn:xmpp:reactions:0' id='"+id+"'>"+inner+"</reactions><store xmlns='urn:xmpp:hints'/>")
	}
	c.say("set 40", "")
	c.expectTold("40")
	answer := c.anna.Expect(c.holds("Target: 40 °C.")).ID
	react(answer, "⬆️")
	c.expectTold("41")
	c.anna.Expect(c.holds("Target: 41 °C.", "urn:xmpp:reply:0", `id="`+answer+`"`))
	react(answer, "🦄")
	c.anna.Expect(c.holds(`type="error"`, "not-acceptable", "⬆️ ⬇️ 👍 👎"))

	c.say("set mode", "")
	question := c.anna.Expect(c.holds("1) off")).ID
	c.killAndStart("21.4 °C → 41.0")
	react(answer, "⬆️", "👍")
	c.untold("a reaction that was there before the restart")
	react(question, "👍")
	c.untold("a question after which something else was asked")
	c.say("set mode", "")
	asked := c.holds("1) off")
	question = c.anna.Expect(func(e labtest.Event) bool { return asked(e) && e.ID != question }).ID // the first may come again
	c.killAndStart("21.4 °C → 41.0")
	began := time.Now()
	react(question, "👍")
	c.expectTold("off")
	c.anna.Expect(c.holds("Mode: off."))
	react(answer)
	c.untold("what was taken back")
	c.t.Logf("a question that outlived a kill was answered in %v", time.Since(began).Round(time.Millisecond))
}
