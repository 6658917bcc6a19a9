package gateway

import (
	"context"
	"slices"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// reactionsForm says which reactions a device takes, for the answer to disco#info
// (XEP-0444 2.2). Without a device it says what the house takes.
func reactionsForm(d *devices.Device) xep.InfoForm { return xep.ReactionsForm(talk.Reactions(d)) }

// hearReaction does what the emojis stand for that somebody has put on a message
// of ours since the last time. What is taken away does nothing.
func (b *Bridge) hearReaction(ctx context.Context, r *remark) {
	written, ours := madeAt(r.m.ReactsTo)
	if !ours {
		return
	}
	twin, _ := b.Registry.Get(r.id)
	lang := b.readers.learn(ctx, r.user, r.s.Lang, "")
	allowed := talk.Reactions(twin.Device)
	fits := func(emoji string) bool {
		return slices.ContainsFunc(allowed, func(a string) bool { return xep.PlainEmoji(a) == emoji })
	}
	for _, emoji := range r.m.Emojis {
		if !fits(emoji) {
			b.refuseReaction(ctx, r, talk.OnlyReactions(allowed, lang))
			return
		}
	}
	var added []string
	var known bool
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { added, known = d.React(r.m.ReactsTo, written, r.m.Emojis, time.Now()) })
	if !known {
		if len(r.m.Emojis) > 0 {
			b.refuseReaction(ctx, r, talk.ReactionOld(lang))
		}
		return
	}
	b.dialogues.save(ctx, r.sight)
	for _, emoji := range added {
		b.react(ctx, r, twin, emoji, lang)
	}
}

// refuseReaction makes the client take back what it shows (XEP-0444 3.3).
func (b *Bridge) refuseReaction(ctx context.Context, r *remark, text string) {
	b.reply(ctx, xmpp.AppendErrorReply(nil, r.s, xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.NotAcceptable, Text: text}))
}

// react does what one emoji stands for.
func (b *Bridge) react(ctx context.Context, r *remark, twin devices.Twin, emoji string, lang talk.Lang) {
	if emoji == talk.Yes || emoji == talk.No {
		b.answerQuestion(ctx, r, twin, emoji, lang)
		return
	}
	if say, ok := talk.Reaction(emoji, &twin, lang); ok {
		b.answerDevice(ctx, r, twin, say)
	}
}

// answerQuestion takes a yes or a no for a choice of the question that it was put
// on. On anything else it is a kind word, and no more.
func (b *Bridge) answerQuestion(ctx context.Context, r *remark, twin devices.Twin, emoji string, lang talk.Lang) {
	var open *dialogue.Question
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) {
		if open = d.Open(r.m.ReactsTo, time.Now()); open != nil {
			d.Close()
		}
	})
	if open == nil {
		return
	}
	b.dialogues.save(ctx, r.sight)
	choose := talk.Affirmative
	if emoji == talk.No {
		choose = talk.Negative
	}
	choice, ok := choose(open.Choices)
	switch {
	case !ok:
		b.answer(ctx, b.questionOf(r, lang), talk.Unchanged(lang))
	case r.id == house:
		b.answerHouse(ctx, r, choice.Say)
	default:
		b.answerDevice(ctx, r, twin, choice.Say)
	}
}
