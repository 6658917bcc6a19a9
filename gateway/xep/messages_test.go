package xep_test

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

func TestPayloadsOfMessages(t *testing.T) {
	to := xmpp.JID{}
	tests := []struct {
		name string
		got  []byte
		want string
	}{
		{"receipt request", xep.AppendReceiptRequest(nil), `<request xmlns='urn:xmpp:receipts'/>`},
		{"receipt", xep.AppendReceipt(nil, "a'b"), `<received xmlns='urn:xmpp:receipts' id='a&#39;b'/>`},
		{"markable", xep.AppendMarkable(nil), `<markable xmlns='urn:xmpp:chat-markers:0'/>`},
		{"displayed", xep.AppendDisplayed(nil, "m"), `<displayed xmlns='urn:xmpp:chat-markers:0' id='m'/>`},
		{"composing", xep.AppendChatState(nil, xep.Composing), `<composing xmlns='http://jabber.org/protocol/chatstates'/>`},
		{"origin id", xep.AppendOriginID(nil, "m"), `<origin-id xmlns='urn:xmpp:sid:0' id='m'/>`},
		{"correction", xep.AppendReplace(nil, "m"), `<replace xmlns='urn:xmpp:message-correct:0' id='m'/>`},
		{"reply", xep.AppendReply(nil, to, "m"), `<reply xmlns='urn:xmpp:reply:0' to='' id='m'/>`},
		{"unstyled", xep.AppendUnstyled(nil), `<unstyled xmlns='urn:xmpp:styling:0'/>`},
		{"store", xep.AppendStore(nil), `<store xmlns='urn:xmpp:hints'/>`},
		{"no store", xep.AppendNoStore(nil), `<no-store xmlns='urn:xmpp:hints'/>`},
		{"response", xep.AppendResponse(nil, "set 1", "One & only"), `<response xmlns='urn:xmpp:tmp:quick-response' value='set 1' label='One &amp; only'/>`},
		{"commands", xep.AppendCommandItems(nil, []xep.CommandItem{{JID: "a@b/c", Node: "say:on", Name: "On"}}),
			`<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'><item jid='a@b/c' node='say:on' name='On'/></query>`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, string(test.got)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// with returns a message with that body and those children.
func with(body string, children ...xmpp.Element) *xmpp.Stanza {
	s := &xmpp.Stanza{Kind: xmpp.Message, Space: xmpp.NSComponent, Type: "chat", Children: children}
	if body != "" {
		s.Children = append(s.Children, xmpp.Element{Space: xmpp.NSComponent, Local: "body", Text: body})
	}
	return s
}

// el returns an element with attributes given as name, value, name, value.
func el(space, local string, attrs ...string) xmpp.Element {
	e := xmpp.Element{Space: space, Local: local}
	for i := 0; i+1 < len(attrs); i += 2 {
		e.Attrs = append(e.Attrs, xmpp.Attr{Local: attrs[i], Value: attrs[i+1]})
	}
	return e
}

func TestIDsOfPayloads(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, test := range []struct {
		name        string
		read        func(*xmpp.Stanza) string
		space, what string
	}{
		{"receipt", xep.Receipt, xep.NSReceipts, "received"},
		{"displayed", xep.Displayed, xep.NSMarkers, "displayed"},
		{"origin id", xep.OriginID, xep.NSStanzaIDs, "origin-id"},
		{"correction", xep.Replaces, xep.NSCorrection, "replace"},
		{"reply", xep.RepliesTo, xep.NSReply, "reply"},
	} {
		for id, want := range map[string]string{"m1": "m1", "": "", long: ""} {
			if got := test.read(with("", el(test.space, test.what, "id", id))); got != want {
				t.Errorf("%s of %.10q: %q, want %q", test.name, id, got, want)
			}
		}
		if got := test.read(with("", el("urn:example:other", test.what, "id", "m1"))); got != "" {
			t.Errorf("%s of another namespace: %q", test.name, got)
		}
	}
}

func TestWithoutFallback(t *testing.T) {
	const body = "> äöü 😀\nset 21"
	part := func(attrs ...string) xmpp.Element {
		f := el(xep.NSFallback, "fallback", "for", xep.NSReply)
		f.Children = []xmpp.Element{el(xep.NSFallback, "body", attrs...)}
		return f
	}
	subject := el(xep.NSFallback, "fallback")
	subject.Children = []xmpp.Element{el(xep.NSFallback, "subject")}
	for _, test := range []struct {
		name string
		in   []xmpp.Element
		want string
	}{
		{"nothing marked", nil, body},
		{"the quote, in code points", []xmpp.Element{part("start", "0", "end", "8")}, "set 21"},
		{"all of it", []xmpp.Element{el(xep.NSFallback, "fallback")}, ""},
		{"the whole body", []xmpp.Element{part()}, ""},
		{"from somewhere on", []xmpp.Element{part("start", "8")}, "> äöü 😀\n"},
		{"two parts that overlap", []xmpp.Element{part("start", "4", "end", "8"), part("start", "0", "end", "6")}, "set 21"},
		{"only the subject", []xmpp.Element{subject}, body},
		{"an end beyond the end", []xmpp.Element{part("start", "0", "end", "999")}, ""},
		{"a start beyond the end", []xmpp.Element{part("start", "99", "end", "100")}, body},
		{"the wrong way round", []xmpp.Element{part("start", "8", "end", "2")}, body},
		{"below zero", []xmpp.Element{part("start", "-3", "end", "8")}, body},
		{"no number", []xmpp.Element{part("start", "zero", "end", "8")}, body},
		{"a number too large", []xmpp.Element{part("start", "0", "end", "99999999999999999999")}, body},
	} {
		if got := xep.WithoutFallback(with(body, test.in...), body); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestReactions(t *testing.T) {
	e := el(xep.NSReactions, "reactions", "id", "m1")
	for _, emoji := range []string{"❄️", "❄", " 🔥 ", "", strings.Repeat("x", 100), "\uFE0F"} {
		e.Children = append(e.Children, xmpp.Element{Space: xep.NSReactions, Local: "reaction", Text: emoji})
	}
	e.Children = append(e.Children, xmpp.Element{Space: "urn:example:other", Local: "reaction", Text: "👍"})
	id, got, ok := xep.Reactions(with("", e))
	if id != "m1" || !ok || !slices.Equal(got, []string{"❄", "🔥"}) {
		t.Errorf("%q on %q, %v", got, id, ok)
	}
	if _, _, ok := xep.Reactions(with("hello")); ok {
		t.Error("words are no reaction")
	}
}

func TestEncryption(t *testing.T) {
	omemo := el("eu.siacs.conversations.axolotl", "encrypted")
	keys := omemo
	omemo.Children = []xmpp.Element{el(omemo.Space, "header"), el(omemo.Space, "payload")}
	for _, test := range []struct {
		name string
		in   *xmpp.Stanza
		want string
	}{
		{"plain", with("set 21"), ""},
		{"OMEMO with a fallback", with("I sent you an encrypted message", omemo, el(xep.NSEncryption, "encryption", "namespace", omemo.Space)), "OMEMO"},
		{"OMEMO with nothing else", with("", omemo), "OMEMO"},
		{"keys of OMEMO", with("", keys), ""},
		{"OpenPGP", with("", el("urn:xmpp:openpgp:0", "openpgp")), "OpenPGP"},
		{"old OpenPGP", with("encrypted", el("jabber:x:encrypted", "x")), "OpenPGP"},
		{"OTR", with("?OTR:AAQD"), "OTR"},
		{"a name", with("x", el(xep.NSEncryption, "encryption", "namespace", "urn:example:new", "name", "Fancy")), "Fancy"},
		{"no name", with("x", el(xep.NSEncryption, "encryption")), "?"},
		{"a long name", with("x", el(xep.NSEncryption, "encryption", "name", strings.Repeat("ä", 100))), strings.Repeat("ä", 20)},
		{"marked, but without a body", with("", el(xep.NSEncryption, "encryption", "name", "Fancy")), ""},
	} {
		if got := xep.Encryption(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Whatever is marked: what is left is of what was there, in its order.
func FuzzWithoutFallback(f *testing.F) {
	f.Add("> a\nb", "0", "4", "2", "3")
	f.Add("äöü", "", "-1", "x", "99999999999999999999")
	f.Fuzz(func(t *testing.T, body, start, end, start2, end2 string) {
		e := el(xep.NSFallback, "fallback")
		e.Children = []xmpp.Element{el(xep.NSFallback, "body", "start", start, "end", end), el(xep.NSFallback, "body", "start", start2, "end", end2)}
		got := xep.WithoutFallback(with(body, e), body)
		if !utf8.ValidString(body) {
			return
		}
		rest := []rune(body)
		for _, r := range got {
			i := slices.Index(rest, r)
			if i < 0 {
				t.Fatalf("%q is not of %q", got, body)
			}
			rest = rest[i+1:]
		}
	})
}

// Whatever a stranger writes into the payloads of a message, they are read without
// a panic, within limits, and what we write of it is one well-formed element.
func FuzzMessagePayloads(f *testing.F) {
	f.Add("id", "😀", "name", "body")
	f.Add("a'b<", "\uFE0F", "\x00", "?OTR")
	f.Fuzz(func(t *testing.T, id, emoji, name, body string) {
		reactions := el(xep.NSReactions, "reactions", "id", id)
		reactions.Children = []xmpp.Element{{Space: xep.NSReactions, Local: "reaction", Text: emoji}, {Space: xep.NSReactions, Local: "reaction", Text: body}}
		s := with(body, reactions, el(xep.NSEncryption, "encryption", "name", name), el(xep.NSReceipts, "received", "id", id), el(xep.NSChatStates, name))
		_, emojis, _ := xep.Reactions(s)
		for _, e := range emojis {
			if e == "" || len(e) > 64 || strings.Contains(e, "\uFE0F") {
				t.Fatalf("emoji %q", e)
			}
		}
		if len(xep.Encryption(s)) > 40 || len(xep.Receipt(s)) > 256 {
			t.Fatal("a limit is not kept")
		}
		_ = xep.ChatStateOf(s)
		for _, out := range [][]byte{
			xep.AppendReceipt(nil, id), xep.AppendResponse(nil, name, body),
			xep.AppendCommandItems(nil, []xep.CommandItem{{JID: id, Node: name, Name: body}}),
		} {
			if err := xml.Unmarshal(out, new(struct{})); err != nil {
				t.Fatalf("%s: %v", out, err)
			}
		}
	})
}
