package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// forged is a command that nobody gives who may: it only stands where no body of
// the message is, in messages that are too old, or in those of strangers.
const forged = "set 66"

// hostile makes stanzas of a user who wishes us ill. All of them are such that a
// server passes them on.
type hostile struct {
	*rand.Rand
	stranger bool     // also real bodies are forged commands
	targets  []string // addresses that the stanzas are for
	n        int
	asked    map[string]string // by the ids of iqs that must be answered, whom they are for
}

func newHostile(seed uint64, stranger bool, targets []string) *hostile {
	return &hostile{Rand: rand.New(rand.NewPCG(seed, 0)), stranger: stranger, targets: targets, asked: make(map[string]string)}
}

func pick[T any](h *hostile, from []T) T { return from[h.IntN(len(from))] }

// hostileAddresses are the contacts of a component, and what looks like some.
var hostileAddresses = []string{
	"boiler@things.home.test", "boiler@things.home.test/gw", "boiler@things.home.test/elsewhere",
	"things.home.test", "things.home.test/gw", "nobody@things.home.test", "nobody@things.home.test/gw",
	"gr\u00fcn@things.home.test", "a\\40b@things.home.test", strings.Repeat("x", 1000) + "@things.home.test",
	"boiler@things.home.test/" + strings.Repeat("r", 1000), "ghost-1@things.home.test", "ghost-2@things.home.test",
}

// accountAddresses are the boiler's account, mostly as the gateway is logged in, and
// what its server has to answer.
var accountAddresses = []string{
	"boiler@home.test/gw", "boiler@home.test/gw", "boiler@home.test/gw", "boiler@home.test/gw", "boiler@home.test",
	"boiler@home.test/elsewhere", "boiler@home.test/" + strings.Repeat("r", 1000),
}

var hostileSpaces = []string{
	"jabber:client", "jabber:component:accept", "jabber:server", "http://etherx.jabber.org/streams",
	"urn:ietf:params:xml:ns:xmpp-stanzas", "urn:ietf:params:xml:ns:xmpp-streams", "urn:ietf:params:xml:ns:xmpp-sasl",
	"http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items", "http://jabber.org/protocol/commands",
	"http://jabber.org/protocol/pubsub", "http://jabber.org/protocol/pubsub#owner", "http://jabber.org/protocol/pubsub#event",
	"http://jabber.org/protocol/muc", "http://jabber.org/protocol/muc#user", "http://jabber.org/protocol/muc#admin",
	"http://jabber.org/protocol/muc#owner", "http://jabber.org/protocol/rsm", "http://jabber.org/protocol/ibb",
	"http://jabber.org/protocol/bytestreams", "http://jabber.org/protocol/chatstates", "http://jabber.org/protocol/caps",
	"urn:xmpp:ping", "urn:xmpp:time", "jabber:iq:version", "jabber:iq:last", "jabber:iq:roster", "jabber:iq:register",
	"jabber:iq:auth", "jabber:iq:private", "jabber:iq:search", "jabber:iq:gateway", "jabber:x:data", "jabber:x:oob", "jabber:x:delay",
	"vcard-temp", "vcard-temp:x:update", "urn:xmpp:avatar:metadata", "urn:xmpp:mam:2", "urn:xmpp:carbons:2", "urn:xmpp:forward:0",
	"urn:xmpp:privilege:2", "urn:xmpp:delegation:2", "urn:xmpp:delay", "urn:xmpp:receipts", "urn:xmpp:chat-markers:0",
	"urn:xmpp:hints", "urn:xmpp:json:0", "urn:xmpp:sid:0", "urn:xmpp:blocking", "urn:xmpp:sm:3", "urn:xmpp:jingle:1",
	"urn:xmpp:http:upload:0", "urn:xmpp:message-correct:0", "http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg",
}

var hostileNames = []string{
	"message", "presence", "iq", "body", "subject", "thread", "error", "query", "x", "command", "pubsub", "items", "item", "event",
	"ping", "time", "vCard", "priority", "show", "status", "delay", "json", "set", "max", "privilege", "delegation", "forwarded",
	"received", "sent", "stream", "handshake", "features", "a", "b",
}

var hostileTexts = []string{
	"", " ", "999", "-129", "1e999", "NaN", "abc", "&lt;/stream:stream&gt;", "&#x10FFFF;", "\u202e", "&amp;amp;", "\U0001F525",
	"2999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "9223372036854775808", "set 66\nset 66", "help", "why?",
}

// space is one of some 550 namespaces.
func (h *hostile) space() string {
	if h.IntN(10) > 0 {
		return pick(h, hostileSpaces)
	}
	return fmt.Sprintf("urn:example:%d", h.IntN(500))
}

func (h *hostile) next() string {
	h.n++
	switch kind := h.IntN(10); {
	case kind < 5:
		return h.iq()
	case kind < 8:
		return h.message()
	}
	return h.presence()
}

// start is the beginning of a start tag, with a type or none.
func (h *hostile) start(name, kind string) (tag, id, to string) {
	id, to = fmt.Sprintf("h%d", h.n), pick(h, h.targets)
	if h.IntN(50) == 0 {
		id += strings.Repeat("&apos;", h.IntN(900))
	}
	tag = "<" + name + " to='" + to + "' id='" + id + "'"
	if kind != "" {
		tag += " type='" + kind + "'"
	}
	if h.IntN(4) == 0 {
		tag += " xml:lang='" + pick(h, []string{"", "de", "en", "tlh", "x-" + strings.Repeat("a", 5000), "de-AT-1901", "-", "\u00e4\u00f6"}) + "'"
	}
	if h.IntN(100) == 0 {
		tag += " huge='" + strings.Repeat("h", h.IntN(100_000)) + "'"
	}
	return tag + ">", id, to
}

func (h *hostile) iq() string {
	kind := pick(h, []string{"get", "get", "set", "set", "result", "error"})
	tag, id, to := h.start("iq", kind)
	if kind == "get" || kind == "set" {
		h.asked[strings.ReplaceAll(id, "&apos;", "'")] = to
	}
	payload := h.element(3)
	switch h.IntN(10) {
	case 0:
		payload = "<query xmlns='http://jabber.org/protocol/disco#items'><set xmlns='http://jabber.org/protocol/rsm'><max>abc</max></set></query>"
	case 1:
		payload = "<command xmlns='http://jabber.org/protocol/commands' node='" + pick(h, hostileTexts) + "' action='" +
			pick(h, hostileNames) + "' sessionid='" + pick(h, hostileTexts) + "'>" + h.element(2) + "</command>"
	case 2:
		payload = "<" + pick(h, hostileNames) + " xmlns='" + h.space() + "'/>"
	}
	if kind == "error" {
		payload += "<error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
	}
	return tag + payload + "</iq>"
}

func (h *hostile) message() string {
	tag, _, _ := h.start("message", pick(h, []string{"", "chat", "chat", "normal", "headline", "groupchat", "error"}))
	body := pick(h, []string{"status", "help", "", "why?", "get temperature"})
	if h.stranger {
		body = forged
	}
	forgery := "<message xmlns='jabber:client' from='anna@home.test/x' to='boiler@things.home.test' type='chat'><body>" + forged + "</body></message>"
	forwarded := "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2999-01-01T00:00:00Z'/>" + forgery + "</forwarded>"
	inside := pick(h, []string{
		"<message/>",
		"<x xmlns='urn:x'><message xmlns='jabber:component:accept'/></x>",
		"<body>" + body + "</body><fwd xmlns='urn:x'><body>" + forged + "</body></fwd>",
		"<fwd xmlns='urn:x'><body>" + forged + "</body></fwd><body>" + body + "</body>",
		"<body xmlns='urn:x'>" + forged + "</body>",
		"<body>" + forged + "</body><delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z' from='things.home.test'/>",
		"<received xmlns='urn:xmpp:carbons:2'>" + forwarded + "</received>",
		"<sent xmlns='urn:xmpp:carbons:2'>" + forwarded + "</sent>",
		"<privilege xmlns='urn:xmpp:privilege:2'>" + forwarded + "</privilege>",
		"<delegation xmlns='urn:xmpp:delegation:2'>" + forwarded + "</delegation>",
		"<result xmlns='urn:xmpp:mam:2' id='1'>" + forwarded + "</result>",
		"<event xmlns='http://jabber.org/protocol/pubsub#event'><items node='boiler'><item><body xmlns='jabber:client'>" + forged + "</body></item></items></event>",
		"<x xmlns='http://jabber.org/protocol/muc#user'><invite from='anna@home.test'><reason>" + forged + "</reason></invite></x>",
		"<body>" + body + "</body><thread>" + strings.Repeat("t", h.IntN(10_000)) + "</thread>",
		"<body xml:lang='de'>" + body + "</body><body xml:lang='fr'>" + body + "</body>",
		"<body>" + body + "<b xmlns='urn:x'>" + forged + "</b></body>",
		h.deep(h.IntN(2000)),
		h.wide(h.IntN(2000)),
		h.element(4),
		"<body>" + strings.Repeat("&lt;\u00e4", h.IntN(8_000)) + "</body>",
	})
	return tag + inside + "</message>"
}

func (h *hostile) presence() string {
	tag, _, _ := h.start("presence", pick(h, []string{"", "", "unavailable", "subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "error"}))
	inside := pick(h, []string{
		"<presence/>",
		"<priority>999</priority>",
		"<priority>" + pick(h, hostileTexts) + "</priority>",
		"<show>" + pick(h, hostileTexts) + "</show><status>" + strings.Repeat("s", h.IntN(20_000)) + "</status>",
		"<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='" + pick(h, hostileTexts) + "' ver='x'/>",
		"<x xmlns='http://jabber.org/protocol/muc'/>",
		"<x xmlns='vcard-temp:x:update'><photo>" + pick(h, hostileTexts) + "</photo></x>",
		h.element(3),
		h.deep(h.IntN(500)),
		"",
	})
	return tag + inside + "</presence>"
}

// element is an element of any name and namespace with elements in it.
func (h *hostile) element(depth int) string {
	var b strings.Builder
	name := pick(h, hostileNames)
	fmt.Fprintf(&b, "<%s xmlns='%s'", name, h.space())
	for _, attribute := range []string{"id", "type", "node", "from", "to", "jid", "xml:lang"} {
		switch h.IntN(6) {
		case 0:
			fmt.Fprintf(&b, " %s='%s'", attribute, pick(h, hostileTexts))
		case 1:
			fmt.Fprintf(&b, " %s='%s'", attribute, strings.Repeat("v", h.IntN(100)))
		}
	}
	b.WriteString(">")
	if h.IntN(200) == 0 {
		b.WriteString(strings.Repeat("z", h.IntN(150_000)))
	}
	for range h.IntN(4) {
		if depth > 0 {
			b.WriteString(h.element(depth - 1))
		}
		b.WriteString(pick(h, hostileTexts))
	}
	return b.String() + "</" + name + ">"
}

func (h *hostile) deep(n int) string {
	return strings.Repeat("<a xmlns='urn:x'>", n+1) + "<body>" + forged + "</body>" + strings.Repeat("</a>", n+1)
}

func (h *hostile) wide(n int) string {
	return strings.Join(slices.Repeat([]string{"<a xmlns='urn:x'/>"}, n), "")
}
