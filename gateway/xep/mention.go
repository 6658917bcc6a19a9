package xep

import (
	"net/url"
	"strconv"
	"strings"

	"thingbridge/gateway/xmpp"
)

// Span is a range of characters of a body, counted in code points. The zero Span
// is none.
type Span struct{ Start, End int }

// ReplyTo returns who is answered by a message (XEP-0461), and which part of its
// body repeats what is answered (XEP-0428).
func ReplyTo(s *xmpp.Stanza) (to string, quoted Span) {
	reply := s.Child(nsReply, "reply")
	if reply == nil {
		return "", Span{}
	}
	for i := range s.Children {
		e := &s.Children[i]
		if e.Local != "fallback" || e.Space != nsFallback || e.Attr("for") != nsReply {
			continue
		}
		if body := e.Child(nsFallback, "body"); body != nil {
			quoted = spanOf(body, "start", "end")
		}
	}
	return reply.Attr("to"), quoted
}

// Mention returns where a body mentions one of some addresses (XEP-0372).
func Mention(s *xmpp.Stanza, whom ...xmpp.JID) (at Span, ok bool) {
	for i := range s.Children {
		e := &s.Children[i]
		if e.Local != "reference" || e.Space != nsReference || e.Attr("type") != "mention" {
			continue
		}
		address, isXMPP := strings.CutPrefix(e.Attr("uri"), "xmpp:")
		if plain, err := url.PathUnescape(address); err == nil {
			address = plain
		}
		for _, jid := range whom {
			if isXMPP && address == jid.String() {
				return spanOf(e, "begin", "end"), true
			}
		}
	}
	return Span{}, false
}

func spanOf(e *xmpp.Element, start, end string) Span {
	from, err := strconv.Atoi(e.Attr(start))
	to, err2 := strconv.Atoi(e.Attr(end))
	if err != nil || err2 != nil || from < 0 || to <= from {
		return Span{}
	}
	return Span{from, to}
}
