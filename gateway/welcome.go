package gateway

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/roster"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// maxToWelcome is how many clients wait to be told what there is. Those beyond it
// read it when they want it.
const maxToWelcome = 1000

// inquiryPrefix starts the ids of questions what a client can.
const inquiryPrefix = "caps-"

// meet notes which clients are there. Of an account's contacts the server knows
// that itself, and tells them the news.
func (b *Bridge) meet(ctx context.Context, s *xmpp.Stanza) {
	id := b.contactOf(s)
	if s.From.Resource() == "" || b.contacts.broadcast(id) {
		return
	}
	if s.Type == "unavailable" {
		b.visitors.leave(s.From)
		return
	}
	caps, ok := xep.CapsOf(s)
	if s.Type != "" || !ok || !b.mayView(s.From.Bare(), id) {
		return
	}
	question := inquiryPrefix + rand.Text()
	greet, ask := b.visitors.come(s.From, caps, question, time.Now())
	if !ask {
		b.greet(greet)
		return
	}
	bare, _ := b.Identity.Address(id)
	b.reply(ctx, appendInquiry(nil, bare, s.From, question, caps))
}

// appendInquiry appends the question what a client can.
func appendInquiry(dst []byte, from, to xmpp.JID, id string, caps xep.Caps) []byte {
	dst = append(dst, "<iq type='get' id='"...)
	dst = append(dst, id...)
	dst = append(dst, "' from='"...)
	dst = xmpp.AppendAttr(dst, from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, to.String())
	dst = append(dst, "'>"...)
	dst = append(dst, xep.DiscoInfoQuery(caps.Node+"#"+caps.Ver)...)
	return append(dst, "</iq>"...)
}

// hearAbilities takes what a client says to the question what it can.
func (b *Bridge) hearAbilities(s *xmpp.Stanza) {
	if !strings.HasPrefix(s.ID, inquiryPrefix) {
		return
	}
	var info *xmpp.Element
	if s.Type == "result" {
		info = s.Child(xep.NSDiscoInfo, "query")
	}
	for _, w := range b.visitors.learn(s.ID, s.From, info) {
		b.greet(w)
	}
}

// greet has a client told what there is.
func (b *Bridge) greet(w wish) {
	if len(w.nodes) == 0 {
		return
	}
	select {
	case b.arrived <- w:
	default:
	}
}

// welcome tells clients that came the news of all that they see, in steps, until
// ctx ends.
func (b *Bridge) welcome(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-b.arrived:
			if !b.welcomeOne(ctx, w) {
				return
			}
		}
	}
}

func (b *Bridge) welcomeOne(ctx context.Context, w wish) bool {
	var out []byte
	told := 0
	for _, id := range b.seenBy(w.to.Bare()) {
		out = b.appendNews(out, id, []wish{w})
		if told++; told%resendStep == 0 {
			b.reply(ctx, out)
			out = out[:0]
			if !pause(ctx, resendPause) {
				return false
			}
		}
	}
	b.reply(ctx, out)
	return true
}

// seenBy returns the contacts that a user is subscribed to and may see.
func (b *Bridge) seenBy(user xmpp.JID) []devices.ID {
	var seen []devices.ID
	for _, id := range b.contacts.all() {
		if b.contacts.state(id, user) == roster.From && b.mayView(user, id) {
			seen = append(seen, id)
		}
	}
	return seen
}
