package gateway

import (
	"context"
	"strings"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/meaning"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	tooOld      = time.Minute // a command that was under way for longer is not obeyed
	visiblyLong = time.Second // for an answer to take, before the contact is seen composing it
)

// remark is one message of a user to a contact.
type remark struct {
	sight
	s        *xmpp.Stanza
	m        meaning.Message
	corrects string       // id of the answer that becomes wrong by it; "" when there is none
	before   devices.Twin // how the device was before the words that it corrects
}

// hearMessage answers what somebody wrote to a device or to the house. What is
// not understood as meant for us is not answered: errors, headlines and copies.
func (b *Bridge) hearMessage(ctx context.Context, s *xmpp.Stanza) {
	r := remark{sight: sight{b.contactOf(s), s.From.Bare()}, s: s, m: meaning.Of(s)}
	if s.Type == "groupchat" || r.m.Kind == meaning.Nothing {
		return
	}
	if refusal := b.refuse(r.user, r.id); refusal != nil {
		if r.m.Kind != meaning.Notice && r.user.Local() != "" { // a server that greets is no stranger at the door
			b.reply(ctx, xmpp.AppendErrorReply(nil, s, *refusal))
		}
		return
	}
	b.notice(&r)
	if r.m.Kind == meaning.Notice || !b.mayWrite(ctx, &r) || b.repeats(&r) {
		return
	}
	switch r.m.Kind {
	case meaning.Secret:
		b.explainEncryption(ctx, &r)
	case meaning.Reaction:
		b.hearReaction(ctx, &r)
	case meaning.Words:
		b.hearWords(ctx, &r)
	}
}

// notice takes what a message tells beside its words.
func (b *Bridge) notice(r *remark) {
	b.seen.note(r.user, &r.m, time.Now())
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) {
		if r.m.Delivered != "" || r.m.Displayed != "" || r.m.State != "" || r.m.Kind == meaning.Reaction {
			d.Arrived()
		}
		if r.m.Kind == meaning.Words || r.m.State != "" {
			d.States = r.m.State != "" // XEP-0085 5.1
		}
	})
}

// repeats reports whether a message has come before: it is not obeyed twice.
func (b *Bridge) repeats(r *remark) (again bool) {
	content := strings.Join(append(r.m.Emojis, r.m.ReactsTo, r.m.Text), " ")
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { again = d.Repeats(r.m.Key, content, time.Now()) })
	return again
}

func (b *Bridge) mayWrite(ctx context.Context, r *remark) bool {
	if b.readers.mayWrite(r.user) {
		return true
	}
	b.refuseHaste(ctx, r, "That was too much at once; try again in a moment.")
	return false
}

func (b *Bridge) refuseHaste(ctx context.Context, r *remark, text string) {
	b.reply(ctx, xmpp.AppendErrorReply(nil, r.s, xmpp.StanzaError{Type: xmpp.Wait, Condition: xmpp.ResourceConstraint, Text: text}))
}

// explainEncryption tells what to do instead. What such a message has for a body
// was written by a program, and is not read.
func (b *Bridge) explainEncryption(ctx context.Context, r *remark) {
	explain := false
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { explain = d.Explain(time.Now()) })
	if explain {
		lang := b.readers.learn(ctx, r.user, r.s.Lang, "")
		b.answer(ctx, b.questionOf(r, lang), talk.Encrypted(r.m.Encryption, lang))
	}
}

// hearWords does what somebody wrote, and marks it as read when that is done.
func (b *Bridge) hearWords(ctx context.Context, r *remark) {
	now := time.Now()
	text, echo, verdict := r.m.Text, false, dialogue.Taken
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) {
		if echo = d.Echoes(text); echo {
			return
		}
		if r.m.Replaces == "" {
			d.Hear(r.m.ID, text, now)
		} else {
			verdict = d.Correct(r.m.Replaces, r.m.ID, text, now)
			r.corrects, r.before = d.Correctable(), d.Before()
		}
		text = d.Choose(text, r.m.ReplyTo, now)
	})
	if echo {
		return // an answer to an answer
	}
	b.dialogues.save(ctx, r.sight)
	switch {
	case verdict == dialogue.Refused:
		r.corrects = ""
		lang := b.readers.learn(ctx, r.user, r.s.Lang, "")
		b.answer(ctx, b.questionOf(r, lang), talk.NotCorrected(lang))
	case verdict == dialogue.Needless:
	case b.hearRoomWish(ctx, r, text):
	case r.id == house:
		b.answerHouse(ctx, r, text)
	default:
		if twin, ok := b.Registry.Get(r.id); ok {
			b.answerDevice(ctx, r, twin, text)
		}
	}
	b.markDisplayed(ctx, r)
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

func (b *Bridge) answerHouse(ctx context.Context, r *remark, text string) {
	lang := b.readers.learn(ctx, r.user, r.s.Lang, "")
	req := b.houseRequest(r.user, text, lang)
	if plan, ok := talk.DecideHouse(req); ok {
		b.answerHousePlan(ctx, r, &plan)
		return
	}
	twin, rest, answer := talk.AskHouse(req)
	if twin != nil {
		b.answerDevice(ctx, r, *twin, rest)
		return
	}
	if b.mayAnswer(ctx, r, talk.Lost(answer, lang), lang) {
		b.answer(ctx, b.questionOf(r, lang), answer)
	}
}

// answerHousePlan does what words to the house itself ask for.
func (b *Bridge) answerHousePlan(ctx context.Context, r *remark, plan *talk.Plan) {
	lang := b.readers.learn(ctx, r.user, r.s.Lang, plan.Spoken)
	if age := r.m.Age(time.Now()); age > tooOld && plan.Order != nil {
		b.answer(ctx, b.questionOf(r, lang), talk.TooOld(age, lang))
		return
	}
	if b.mayAnswer(ctx, r, false, lang) {
		b.ask(ctx, b.questionOf(r, lang), b.houseAnswer(ctx, r.user, plan), choicesAt(r.id, "", plan.Choices))
	}
}

func (b *Bridge) answerDevice(ctx context.Context, r *remark, twin devices.Twin, text string) {
	plan := b.decide(ctx, r, &twin, text)
	lang := plan.Lang
	if r.m.Kind == meaning.Words { // an emoji is of no language
		lang = b.readers.learn(ctx, r.user, r.s.Lang, plan.Spoken)
	}
	if !b.mayAnswer(ctx, r, talk.Lost(plan.Answer, lang), lang) {
		return
	}
	if plan.Answer != "" {
		b.ask(ctx, b.questionOf(r, lang), plan.Answer, choicesAt(r.id, twin.Device.ID, plan.Choices))
	}
	for _, cmd := range plan.Commands {
		q := b.questionOf(r, lang)
		r.corrects = "" // by the first
		if age := r.m.Age(time.Now()); age > tooOld {
			b.answer(ctx, q, talk.TooOld(age, lang))
			continue
		}
		b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { d.About(twin) })
		q = q.about(cmd, &twin)
		b.begin(ctx, q)
		text := b.composing(ctx, r, func() string { return b.execute(ctx, cmd, lang) })
		q.Reply = q.Reply || b.talks.more(r.s)
		b.answer(ctx, q, text)
		b.end(context.WithoutCancel(ctx), q)
	}
}

// decide reads a sentence to a device. A correction means what it would have
// meant in the place of the words that it corrects: "warmer" made "warmer 2" is
// two degrees, not three.
func (b *Bridge) decide(ctx context.Context, r *remark, twin *devices.Twin, text string) talk.Plan {
	req := talk.Request{
		Text: text,
		Lang: b.readers.learn(ctx, r.user, r.s.Lang, ""),
		Twin: *twin,
		Role: b.policy.Load().Role(r.user, twin.Device.ID),
		By:   r.user.String(),
		Now:  time.Now(),
	}
	if r.before.Device != nil && r.before.Device.ID == twin.Device.ID {
		req.Twin = r.before
		if plan := talk.Decide(req); len(plan.Commands) > 0 {
			return plan
		}
		req.Twin = *twin
	}
	return talk.Decide(req)
}

// mayAnswer reports whether words are answered: two robots that keep each other
// talking are not.
func (b *Bridge) mayAnswer(ctx context.Context, r *remark, lost bool, lang talk.Lang) bool {
	if r.m.Kind != meaning.Words {
		return true
	}
	manner := dialogue.Speak
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { manner = d.Meet(lost, time.Now()) })
	if manner == dialogue.Refuse {
		b.refuseHaste(ctx, r, talk.Again(lang))
	}
	return manner == dialogue.Speak
}

// composing does what may take long. Who waits for more than a moment sees that
// an answer is on its way, if their client shows such things (XEP-0085).
func (b *Bridge) composing(ctx context.Context, r *remark, do func() string) string {
	done := make(chan string, 1)
	go func() { done <- do() }()
	moment := time.NewTimer(visiblyLong)
	defer moment.Stop()
	select {
	case text := <-done:
		return text
	case <-moment.C:
	}
	states := false
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { states = d.States })
	if states {
		b.reply(ctx, b.appendNotice(r.s, r.id, xep.AppendNoStore(xep.AppendChatState(nil, xep.Composing))))
	}
	return <-done
}
