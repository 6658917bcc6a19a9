// Package meaning reads messages: what a stanza says, whatever extensions a client
// has put around it. It is a function of the stanza alone.
package meaning

import (
	"cmp"
	"strings"
	"time"

	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// Kind is what a message is for.
type Kind uint8

// The kinds of messages. Of those that fit, the first counts.
const (
	Nothing  Kind = iota // not for us to answer
	Secret               // encrypted: nobody here can read it
	Reaction             // an emoji on an earlier message
	Words                // somebody wrote something
	Notice               // no more than how earlier messages fared, or that somebody types
)

// Message is what a stanza says.
type Message struct {
	Kind Kind
	ID   string // by which receipts, markers and corrections name it; may be ""
	Key  string // by which a repetition is recognised, and replies name it; may be ""

	Text     string // what was written, without quotes and fallbacks
	ReplyTo  string // id of the message that it replies to
	Replaces string // id of the message that it corrects
	Thread   string

	ReactsTo string   // id of the message that Emojis are on
	Emojis   []string // all that their sender has on it, plain

	Encryption string // that nobody here can read, by its name

	Delivered    string        // id of our message that has arrived
	Displayed    string        // id of our message that was seen
	State        xep.ChatState // "" when not said
	WantsReceipt bool
	Markable     bool

	Sent time.Time // when it was sent, where it was kept on its way; else zero
}

// Of reads a message. Errors, headlines and copies of what others have said mean
// nothing; whose they are is for the caller to judge.
func Of(s *xmpp.Stanza) Message {
	if s.Kind != xmpp.Message || s.Type == "error" || s.Type == "headline" || xep.IsCopy(s) {
		return Message{}
	}
	m := Message{
		ID: s.ID, Key: cmp.Or(xep.OriginID(s), s.ID), Thread: threadOf(s), Sent: sentAt(s),
		ReplyTo: xep.RepliesTo(s), Replaces: xep.Replaces(s),
		Delivered: xep.Receipt(s), Displayed: xep.Displayed(s), State: xep.ChatStateOf(s),
		WantsReceipt: xep.WantsReceipt(s), Markable: xep.Markable(s),
		Encryption: xep.Encryption(s),
	}
	reacts := false
	m.ReactsTo, m.Emojis, reacts = xep.Reactions(s)
	if m.Encryption == "" && !reacts && !xep.IsRetraction(s) {
		m.Text = withoutQuote(xep.WithoutFallback(s, s.Body()))
	}
	switch {
	case m.Encryption != "":
		m.Kind = Secret
	case reacts:
		m.Kind = Reaction
	case strings.TrimSpace(m.Text) != "":
		m.Kind = Words
	case m.Delivered != "" || m.Displayed != "" || m.State != "":
		m.Kind = Notice
	}
	return m
}

// Age returns how long a message was kept on its way (XEP-0203), or 0.
func (m *Message) Age(now time.Time) time.Duration {
	if m.Sent.IsZero() {
		return 0
	}
	return now.Sub(m.Sent)
}

// withoutQuote drops the lines at the beginning that quote what the text answers
// (XEP-0393 5.1.3): clients write them that know no replies, or do not mark them.
// A text that is nothing but a quote stays.
func withoutQuote(text string) string {
	rest := text
	for strings.HasPrefix(rest, ">") {
		_, after, more := strings.Cut(rest, "\n")
		if !more {
			return text
		}
		rest = after
	}
	if strings.TrimSpace(rest) == "" {
		return text
	}
	return rest
}

func threadOf(s *xmpp.Stanza) string {
	const longest = 256
	if e := s.Own("thread"); e != nil && len(e.Text) <= longest {
		return e.Text
	}
	return ""
}

func sentAt(s *xmpp.Stanza) time.Time {
	e := s.Child(xep.NSDelay, "delay")
	if e == nil {
		return time.Time{}
	}
	stamp, ok := xep.ParseStamp(e.Attr("stamp"))
	if !ok {
		return time.Time{}
	}
	return stamp
}
