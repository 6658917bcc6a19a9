package meaning_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/meaning"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

func stanza(body string, children ...xmpp.Element) *xmpp.Stanza {
	s := &xmpp.Stanza{Kind: xmpp.Message, Space: xmpp.NSComponent, Type: "chat", ID: "m1", Children: children}
	if body != "" {
		s.Children = append(s.Children, xmpp.Element{Space: xmpp.NSComponent, Local: "body", Text: body})
	}
	return s
}

func el(space, local string, attrs ...string) xmpp.Element {
	e := xmpp.Element{Space: space, Local: local}
	for i := 0; i+1 < len(attrs); i += 2 {
		e.Attrs = append(e.Attrs, xmpp.Attr{Local: attrs[i], Value: attrs[i+1]})
	}
	return e
}

func in(e xmpp.Element, children ...xmpp.Element) xmpp.Element {
	e.Children = children
	return e
}

func typed(s *xmpp.Stanza, messageType string) *xmpp.Stanza {
	s.Type = messageType
	return s
}

func TestOf(t *testing.T) {
	quote := in(el(xep.NSFallback, "fallback", "for", xep.NSReply), el(xep.NSFallback, "body", "start", "0", "end", "9"))
	fire := in(el(xep.NSReactions, "reactions", "id", "tb-1-a"), xmpp.Element{Space: xep.NSReactions, Local: "reaction", Text: "🔥"})
	omemo := in(el("urn:xmpp:omemo:2", "encrypted"), el("urn:xmpp:omemo:2", "payload"))
	words := func(text string) meaning.Message {
		return meaning.Message{Kind: meaning.Words, ID: "m1", Key: "m1", Text: text}
	}
	change := func(m meaning.Message, do func(*meaning.Message)) meaning.Message {
		do(&m)
		return m
	}
	tests := []struct {
		name string
		in   *xmpp.Stanza
		want meaning.Message
	}{
		{"words", stanza("set 21"), words("set 21")},
		{"words of no type", typed(stanza("set 21"), ""), words("set 21")},
		{"words with all that a client adds",
			stanza("set 21", el(xep.NSReceipts, "request"), el(xep.NSMarkers, "markable"), el(xep.NSChatStates, "active"), el(xep.NSStanzaIDs, "origin-id", "id", "o1"),
				xmpp.Element{Space: xmpp.NSComponent, Local: "thread", Text: "t1"}),
			meaning.Message{Kind: meaning.Words, ID: "m1", Key: "o1", Text: "set 21", State: xep.Active, WantsReceipt: true, Markable: true, Thread: "t1"}},
		{"a correction", stanza("set 21", el(xep.NSCorrection, "replace", "id", "m0")),
			change(words("set 21"), func(m *meaning.Message) { m.Replaces = "m0" })},
		{"a reply without its quote", stanza("> set 12\nset 21", el(xep.NSReply, "reply", "id", "m0"), quote),
			change(words("set 21"), func(m *meaning.Message) { m.ReplyTo = "m0" })},
		{"a quote that is not marked", stanza("> Target: 21 °C\n>\n> and more\nset 21"), words("set 21")},
		{"nothing but a quote", stanza("> 21"), words("> 21")},
		{"nothing but quoted lines", stanza("> 21\n> 22\n"), words("> 21\n> 22\n")},
		{"a reaction", stanza("", fire), meaning.Message{Kind: meaning.Reaction, ID: "m1", Key: "m1", ReactsTo: "tb-1-a", Emojis: []string{"🔥"}}},
		{"a reaction whose body is not marked", stanza("off", fire), meaning.Message{Kind: meaning.Reaction, ID: "m1", Key: "m1", ReactsTo: "tb-1-a", Emojis: []string{"🔥"}}},
		{"no reactions any more", stanza("", el(xep.NSReactions, "reactions", "id", "tb-1-a")), meaning.Message{Kind: meaning.Reaction, ID: "m1", Key: "m1", ReactsTo: "tb-1-a"}},
		{"an encrypted message, whose body is not read", stanza("off", omemo), meaning.Message{Kind: meaning.Secret, ID: "m1", Key: "m1", Encryption: "OMEMO"}},
		{"an encrypted reaction", stanza("", omemo, fire),
			meaning.Message{Kind: meaning.Secret, ID: "m1", Key: "m1", Encryption: "OMEMO", ReactsTo: "tb-1-a", Emojis: []string{"🔥"}}},
		{"a receipt", stanza("", el(xep.NSReceipts, "received", "id", "m0")), meaning.Message{Kind: meaning.Notice, ID: "m1", Key: "m1", Delivered: "m0"}},
		{"a marker", stanza("", el(xep.NSMarkers, "displayed", "id", "m0")), meaning.Message{Kind: meaning.Notice, ID: "m1", Key: "m1", Displayed: "m0"}},
		{"typing", stanza("", el(xep.NSChatStates, "composing")), meaning.Message{Kind: meaning.Notice, ID: "m1", Key: "m1", State: xep.Composing}},
		{"hints alone", stanza("", el(xep.NSHints, "store")), meaning.Message{ID: "m1", Key: "m1"}},
		{"an action that nobody offered", stanza("", el(xep.NSQuickResponse, "action-selected", "id", "x")), meaning.Message{ID: "m1", Key: "m1"}},
		{"a body that is all fallback", stanza("/me took back a message", el(xep.NSFallback, "fallback")), meaning.Message{ID: "m1", Key: "m1"}},
		{"what is taken back", stanza("off", el(xep.NSRetraction, "retract", "id", "m0")), meaning.Message{ID: "m1", Key: "m1"}},
		{"spaces", stanza(" \n "), meaning.Message{ID: "m1", Key: "m1", Text: " \n "}},
		{"a carbon", stanza("off", el(xep.NSCarbons, "sent")), meaning.Message{}},
		{"a forwarded message", stanza("off", el(xep.NSForward, "forwarded")), meaning.Message{}},
		{"an error", typed(stanza("off"), "error"), meaning.Message{}},
		{"a headline", typed(stanza("off"), "headline"), meaning.Message{}},
		{"delayed words", stanza("off", el(xep.NSDelay, "delay", "stamp", "2026-11-22T11:00:00Z")),
			change(words("off"), func(m *meaning.Message) { m.Sent = time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC) })},
		{"delayed words with no good stamp", stanza("off", el(xep.NSDelay, "delay", "stamp", "yesterday")), words("off")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, meaning.Of(test.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for want, sent := range map[time.Duration]time.Time{0: {}, time.Hour: now.Add(-time.Hour)} {
		if got := (&meaning.Message{Sent: sent}).Age(now); got != want {
			t.Errorf("sent %v: %v, want %v", sent, got, want)
		}
	}
}

// What is not words is never read as words, and reading never panics.
func FuzzOf(f *testing.F) {
	f.Add("> a\nset 21", "urn:xmpp:fallback:0", "fallback", "0", "4")
	f.Add(">", "urn:xmpp:reactions:0", "reactions", "", "")
	f.Fuzz(func(t *testing.T, body, space, local, start, end string) {
		s := stanza(body, in(el(space, local, "id", start, "stamp", end), el(space, "body", "start", start, "end", end)))
		m := meaning.Of(s)
		if m.Kind != meaning.Words && m.Kind != meaning.Nothing && m.Text != "" {
			t.Fatalf("%+v", m)
		}
		if len(m.Text) > 3*len(body) { // U+FFFD for each byte that is no UTF-8
			t.Fatalf("%q became %q", body, m.Text)
		}
	})
}
