package xmpp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xmpp"
)

// hostile are stanzas that any stranger can send through a real server.
var hostile = []struct {
	name  string
	sent  string
	reply string // the condition of the error that answers it; "": it is passed to the handler
	quiet bool   // nothing is answered, and nothing passed
}{
	{"a message in a message", `<message from='e@x.test/r' to='d@things.test'><message/></message>`, "", false},
	{"a message of the stream's namespace in a child", `<message from='e@x.test/r'><x xmlns='urn:x'><message xmlns='jabber:component:accept'/></x></message>`, "", false},
	{"a presence in a presence", `<presence from='e@x.test/r'><presence/></presence>`, "", false},
	{"a priority out of range", `<presence from='e@x.test/r'><priority>999</priority></presence>`, "", false},
	{"a number that is none in a payload", `<iq type='get' id='1' from='e@x.test/r'><query xmlns='http://jabber.org/protocol/disco#items'><set xmlns='http://jabber.org/protocol/rsm'><max>abc</max></set></query></iq>`, "", false},
	{"an iq with two payloads and one without id", `<iq type='get' from='e@x.test/r'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>`, "", false},
	{"an element of no namespace", `<message from='e@x.test/r'><body xmlns=''>no</body></message>`, "", false},

	{"a body of a megabyte", `<message from='e@x.test/r' id='1'><body>` + repeat(1<<20, "x") + `</body></message>`, "policy-violation", false},
	{"an iq of a megabyte of elements", `<iq type='set' from='e@x.test/r' id='1'><q xmlns='urn:q'>` + repeat(1<<18, "<a/>") + `</q></iq>`, "policy-violation", false},
	{"a presence of a megabyte", `<presence from='e@x.test/r'><status>` + repeat(1<<20, "x") + `</status></presence>`, "", true},
	{"an error of a megabyte", `<message type='error' from='e@x.test/r'><body>` + repeat(1<<20, "x") + `</body></message>`, "", true},
	{"a result of a megabyte", `<iq type='result' id='1' from='e@x.test/r'><q xmlns='urn:q'>` + repeat(1<<20, "x") + `</q></iq>`, "", true},
	{"an attribute of a megabyte", `<message from='e@x.test/r' x='` + repeat(1<<20, "x") + `'/>`, "", true},
	{"a CDATA section of a megabyte with ends in it", `<message from='e@x.test/r' id='1'><body><![CDATA[` + repeat(1<<18, "</a>]") + `]]></body></message>`, "policy-violation", false},
	{"twenty thousand levels", `<iq type='get' id='1' from='e@x.test/r'>` + repeat(20000, "<a>") + repeat(20000, "</a>") + `</iq>`, "policy-violation", false},
	{"twenty thousand children", `<iq type='get' id='1' from='e@x.test/r'>` + repeat(20000, "<a/>") + `</iq>`, "policy-violation", false},
	{"a hundred attributes on a child", `<message from='e@x.test/r'><x ` + attributes(100) + `/></message>`, "policy-violation", false},
	{"a hundred attributes on the stanza", `<message from='e@x.test/r' ` + attributes(100) + `/>`, "", true},
	{"two hundred namespaces at once", `<message from='e@x.test/r'>` + repeat(4, "<x "+strings.ReplaceAll(attributes(50), " a", " xmlns:a")+">") + repeat(4, "</x>") + `</message>`, "policy-violation", false},
	{"a bad message of a room", `<message type='groupchat' from='room@x.test/r'><a:b/></message>`, "", true},
	{"an id of two kilobytes", `<iq type='get' from='e@x.test/r' id='` + repeat(2000, `"`) + `'><q xmlns='urn:q'/></iq>`, "", true},
	{"a sender that is no address", `<message from='@x.test' to='d@things.test'><body>x</body></message>`, "jid-malformed", false},
	{"a sender that is too long", `<message from='` + repeat(4000, "x") + `@x.test'><body>x</body></message>`, "", true},
	{"a localpart that PRECIS refuses", `<iq type='get' id='1' from='♥@x.test' to='d@things.test'><q xmlns='urn:q'/></iq>`, "jid-malformed", false},
	{"a recipient that is no address", `<iq type='get' id='1' from='e@x.test' to='a b@things.test'><q xmlns='urn:q'/></iq>`, "jid-malformed", false},
	{"a bad address on a presence", `<presence from='@x.test'/>`, "", true},
	{"an undeclared prefix", `<message from='e@x.test/r'><a:b/></message>`, "bad-request", false},
	{"an undeclared prefix of an attribute", `<message from='e@x.test/r'><b a:c=''/></message>`, "bad-request", false},
	{"an undeclared prefix of the stanza", `<a:message from='e@x.test/r'/>`, "", true},
	{"the same attribute twice", `<message from='e@x.test/r'><b a='' a=''/></message>`, "bad-request", false},
	{"the prefix xml for something else", `<message from='e@x.test/r'><b xmlns:xml='urn:x'/></message>`, "bad-request", false},
	{"a name with two colons", `<message from='e@x.test/r'><b:c:d/></message>`, "bad-request", false},
	{"an element that is no stanza", `<features xmlns='urn:x'><a/></features>`, "", true},
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d='x'", i)
	}
	return b.String()
}

func TestHostileStanza(t *testing.T) {
	for _, test := range hostile {
		t.Run(test.name, func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				go p.write(test.sent + " \n" + good)
				if test.reply != "" {
					reply := p.expect("</error>")
					if !strings.Contains(reply, "<"+test.reply+" ") || len(reply) > 1000 {
						t.Errorf("answered %.200q, want %s", reply, test.reply)
					}
				}
				passed := test.reply == "" && !test.quiet
				if passed {
					if got := b.told.body(t); got != "" {
						t.Errorf("body %q of the hostile stanza, want none", got)
					}
				}
				if got := b.told.body(t); got != "good" {
					t.Fatalf("the next message has the body %q, want %q", got, "good")
				}
				want := map[bool]uint64{true: 0, false: 1}[passed]
				if got := b.link.Status().Discarded; got != want {
					t.Errorf("%d stanzas discarded, want %d", got, want)
				}
			})
		})
	}
}

func TestHostileStanzasInARow(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		go func() {
			for _, test := range hostile {
				p.write(test.sent)
			}
			p.write(good)
		}()
		go p.drain()
		for b.told.body(t) != "good" {
		}
	})
}

func TestAnswerToBadStanzaIsAddressed(t *testing.T) {
	established(t, func(t *testing.T, _ *bench, p *peer) {
		p.write(`<iq type='get' id='a&lt;1' from='♥@x.test/r&apos;' to='d@things.test'><q xmlns='urn:q'/></iq>`)
		reply := p.expect("</iq>")
		want := `<iq type='error' id='a&lt;1' from='d@things.test' to='♥@x.test/r&#39;'>`
		if got, _, _ := strings.Cut(reply, "<error"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestBody(t *testing.T) {
	tests := []struct{ name, inner, want string }{
		{"a single one", `<body>a</body>`, "a"},
		{"none", `<subject>a</subject>`, ""},
		{"one inside of another element", `<fwd xmlns='urn:x'><body>injected</body></fwd>`, ""},
		{"one inside of another element behind the real one", `<body>real</body><fwd xmlns='urn:x'><body>injected</body></fwd>`, "real"},
		{"a forwarded stanza's", `<f xmlns='urn:xmpp:forward:0'><message xmlns='jabber:component:accept'><body>injected</body></message></f><body>real</body>`, "real"},
		{"one of another namespace", `<body xmlns='urn:x'>injected</body><body>real</body>`, "real"},
		{"one of an account's namespace", `<body xmlns='jabber:client'>injected</body><body>real</body>`, "real"},
		{"the stanza's language among others", `<body xml:lang='fr'>f</body><body xml:lang='de'>d</body>`, "d"},
		{"none of a language among others", `<body xml:lang='fr'>f</body><body>plain</body>`, "plain"},
		{"only of another language", `<body xml:lang='fr'>f</body><body xml:lang='en'>e</body>`, "f"},
		{"pieces and references", "<body>a &lt;<b xmlns='urn:b'>not this</b>&#x263A;<![CDATA[<&]]>\r\nz</body>", "a <☺<&\nz"},
		{"a prefix for the stream's own namespace", `<c:body xmlns:c='jabber:component:accept'>a</c:body>`, "a"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				p.write(`<message xml:lang='de' from='e@x.test'>` + test.inner + `</message>`)
				if diff := cmp.Diff(test.want, b.told.body(t)); diff != "" {
					t.Errorf("body (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestStanzaIsPassedWhole(t *testing.T) {
	established(t, func(t *testing.T, b *bench, p *peer) {
		p.write(`<presence xml:lang='de' type='subscribe' id='7' from='Anna@HOME.test/Phone' to='lamp@things.test'>` +
			`<status>hi</status><nick xmlns='http://jabber.org/protocol/nick'>Anna</nick>` +
			`<x:a xmlns:x='urn:x' x:b='1' c='2'/></presence>`)
		want := &xmpp.Stanza{
			Kind: xmpp.Presence, Space: xmpp.NSComponent, Type: "subscribe", ID: "7", Lang: "de",
			From: mustJID("anna@home.test/Phone"), To: mustJID("lamp@things.test"),
			Children: []xmpp.Element{
				{Space: xmpp.NSComponent, Local: "status", Text: "hi"},
				{Space: "http://jabber.org/protocol/nick", Local: "nick", Text: "Anna"},
				{Space: "urn:x", Local: "a", Attrs: []xmpp.Attr{{Space: "urn:x", Local: "b", Value: "1"}, {Local: "c", Value: "2"}}},
			},
		}
		if diff := cmp.Diff(want, <-b.told.stanzas, cmp.Comparer(func(a, b xmpp.JID) bool { return a == b })); diff != "" {
			t.Errorf("stanza (-want +got):\n%s", diff)
		}
	})
}

func TestWhatIsNoXMLEndsTheStream(t *testing.T) {
	tests := []struct{ name, sent, want string }{
		{"tags that cross", "<message><a></message></a>", "not-well-formed"},
		{"an undefined entity", "<message>&nbsp;</message>", "not-well-formed"},
		{"a control character", "<message>\x01</message>", "not-well-formed"},
		{"a reference to one", "<message>&#1;</message>", "not-well-formed"},
		{"bytes that are no UTF-8", "<message>\xff</message>", "not-well-formed"},
		{"the end of a CDATA section without its start", "<message>]]></message>", "not-well-formed"},
		{"a tag in an attribute", "<message a='<'/>", "not-well-formed"},
		{"text between stanzas", "hello", "not-well-formed"},
		{"a comment", "<!-- hello -->", "restricted-xml"},
		{"a comment in a stanza", "<message><!-- hello --></message>", "restricted-xml"},
		{"a document type", "<!DOCTYPE a>", "restricted-xml"},
		{"an entity declaration in a stanza", "<message><!ENTITY a 'b'></message>", "restricted-xml"},
		{"a processing instruction", "<?php ?>", "restricted-xml"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			established(t, func(t *testing.T, b *bench, p *peer) {
				go p.write(test.sent)
				p.expect("<stream:error><" + test.want + " ")
				p.expect("</stream:stream>")
				<-b.told.downs
			})
		})
	}
}
