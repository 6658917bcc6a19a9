package gateway

import (
	"context"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// tooOld is how long a command may have been under way and is still obeyed.
const tooOld = time.Minute

// hearMessage answers what somebody wrote to a device or to the house.
func (b *Bridge) hearMessage(ctx context.Context, s *xmpp.Stanza) {
	if s.Type == "groupchat" || s.Type == "headline" || s.Body() == "" {
		return // not for us to answer; receipts, markers and typing have no body
	}
	user := s.From.Bare()
	if refusal := b.refuse(user, b.contactOf(s)); refusal != nil {
		b.reply(ctx, xmpp.AppendErrorReply(nil, s, *refusal))
		return
	}
	if !b.readers.mayWrite(user) {
		b.reply(ctx, xmpp.AppendErrorReply(nil, s, xmpp.StanzaError{
			Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: "That was too much at once; try again in a moment.",
		}))
		return
	}
	id := b.contactOf(s)
	if id == house {
		b.answerHouse(ctx, s, user)
		return
	}
	if twin, ok := b.Registry.Get(id); ok {
		b.answerDevice(ctx, s, user, twin, s.Body())
	}
}

// refuse returns why a user cannot speak to a contact, or nil. To a stranger
// every address looks the same; to others, what they may not see looks as if it
// did not exist.
func (b *Bridge) refuse(user xmpp.JID, id devices.ID) *xmpp.StanzaError {
	policy := b.policy.Load()
	if policy.House(user) == access.None {
		return &xmpp.StanzaError{Type: xmpp.Auth, Condition: xmpp.Forbidden}
	}
	if id != house && (policy.Role(user, id) == access.None || !b.exists(id)) {
		return &xmpp.StanzaError{Type: xmpp.Cancel, Condition: xmpp.ItemNotFound}
	}
	return nil
}

func (b *Bridge) answerHouse(ctx context.Context, s *xmpp.Stanza, user xmpp.JID) {
	lang := b.readers.learn(ctx, user, s.Lang, "")
	req := b.houseRequest(user, s.Body(), lang)
	if plan, ok := talk.DecideHouse(req); ok {
		b.answer(ctx, b.questionOf(s, b.readers.learn(ctx, user, s.Lang, plan.Spoken)), b.houseAnswer(ctx, user, &plan))
		return
	}
	twin, rest, answer := talk.AskHouse(req)
	if twin != nil {
		b.answerDevice(ctx, s, user, *twin, rest)
		return
	}
	b.answer(ctx, b.questionOf(s, lang), answer)
}

func (b *Bridge) answerDevice(ctx context.Context, s *xmpp.Stanza, user xmpp.JID, twin devices.Twin, text string) {
	plan := talk.Decide(talk.Request{
		Text: text,
		Lang: b.readers.learn(ctx, user, s.Lang, ""),
		Twin: twin,
		Role: b.policy.Load().Role(user, twin.Device.ID),
		By:   user.String(),
		Now:  time.Now(),
	})
	lang := b.readers.learn(ctx, user, s.Lang, plan.Spoken)
	if plan.Answer != "" {
		b.answer(ctx, b.questionOf(s, lang), plan.Answer)
	}
	for _, cmd := range plan.Commands {
		q := b.questionOf(s, lang)
		if age := delay(s, time.Now()); age > tooOld {
			b.answer(ctx, q, talk.TooOld(age, lang))
			continue
		}
		q = q.about(cmd, &twin)
		b.begin(ctx, q)
		b.answer(ctx, q, b.execute(ctx, cmd, lang))
		b.end(context.WithoutCancel(ctx), q)
	}
}

// delay returns how long a stanza was kept on its way (XEP-0203), or 0.
func delay(s *xmpp.Stanza, now time.Time) time.Duration {
	e := s.Child(xep.NSDelay, "delay")
	if e == nil {
		return 0
	}
	stamp, ok := xep.ParseStamp(e.Attr("stamp"))
	if !ok {
		return 0
	}
	return now.Sub(stamp)
}

func threadOf(s *xmpp.Stanza) string {
	const longest = 256
	if e := s.Own("thread"); e != nil && len(e.Text) <= longest {
		return e.Text
	}
	return ""
}
