package gateway

import (
	"context"
	"encoding/json"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/meaning"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xmpp"
)

const (
	// gatherThoughts is how long after the start a question of the last run is
	// answered: by then devices have said how they are.
	gatherThoughts = 3 * time.Second
)

// Questions is where commands that are being carried out survive a kill.
type Questions interface {
	Put(ctx context.Context, key string, value []byte) error
	List(ctx context.Context, prefix string) (map[string][]byte, error)
	Delete(ctx context.Context, key string) error
}

// question is what an answer needs to know of the message that it is for. While a
// command is carried out it is stored, so that who asked is answered even if the
// gateway is killed in between.
type question struct {
	ID      string     // of the answer
	User    xmpp.JID   // who gets it
	Contact devices.ID // who gives it
	Thread  string
	Lang    talk.Lang
	At      time.Time

	Asked    string   // id of the message that is answered
	Of       xmpp.JID // who wrote it: the user, or with a reaction the contact
	Reply    bool     // the answer says what it answers
	Corrects string   // id of the answer that this one takes the place of
	States   bool     // the user's client knows chat states

	Device   devices.ID // of the command
	Property string
	Wish     string // the value, as people may read it
}

// questionKey is where a question is stored; with "" it begins those of all
// questions to this bridge.
func (b *Bridge) questionKey(id string) string {
	self, _ := b.Identity.Address(house)
	return "question/" + self.String() + "/" + id
}

// questionOf returns the question that a message is. An answer says what it
// answers where that is not plain: when more was written in the meantime, or when
// it was an emoji on something said long ago.
func (b *Bridge) questionOf(r *remark, lang talk.Lang) question {
	now := time.Now()
	q := question{
		ID: messageID(now), User: r.user, Contact: r.id, Thread: r.m.Thread, Lang: lang, At: now,
		Asked: r.m.Key, Of: r.user, Reply: b.talks.more(r.s), Corrects: r.corrects,
	}
	if r.m.Kind == meaning.Reaction {
		_, q.Of = b.Identity.Address(r.id)
		q.Asked, q.Reply = r.m.ReactsTo, true
	}
	b.dialogues.with(r.sight, func(d *dialogue.Dialogue) { q.States = d.States })
	return q
}

// about says which command is carried out.
func (q question) about(cmd devices.Command, t *devices.Twin) question {
	q.Device, q.Property = cmd.Device, cmd.Property
	if p, ok := t.Device.Property(cmd.Property); ok {
		q.Wish = p.Format(p.Round(cmd.Value))
	}
	return q
}

// begin stores a question before its command is carried out.
func (b *Bridge) begin(ctx context.Context, q question) {
	text, err := json.Marshal(q)
	if err == nil {
		err = b.Questions.Put(ctx, b.questionKey(q.ID), text)
	}
	if err != nil {
		b.Log.Warn().Err(err).Stringer("jid", q.User).Msg("a question is not stored; a kill would leave it without an answer")
	}
}

// end forgets a question whose answer is stored.
func (b *Bridge) end(ctx context.Context, q question) {
	if err := b.Questions.Delete(ctx, b.questionKey(q.ID)); err != nil {
		b.Log.Warn().Err(err).Stringer("jid", q.User).Msg("an answered question is still stored; it will be answered again after a restart")
	}
}

// answerInterrupted answers the questions that the last run was killed over: it
// is not known what became of the wish, so the answer says how things are.
func (b *Bridge) answerInterrupted(ctx context.Context) {
	if !pause(ctx, gatherThoughts) {
		return
	}
	stored, err := b.Questions.List(ctx, b.questionKey(""))
	if err != nil {
		b.Log.Warn().Err(err).Msg("the questions of the last run cannot be read")
		return
	}
	for _, text := range stored {
		var q question
		if err := json.Unmarshal(text, &q); err != nil || !q.At.Before(b.started) {
			continue // one of this run, which is being answered
		}
		if time.Since(q.At) < answerAge {
			twin, ok := b.Registry.Get(q.Device)
			if !ok {
				twin = devices.Twin{Device: &devices.Device{ID: q.Device}}
			}
			q.Reply, q.Corrects = true, ""
			b.answer(ctx, q, talk.Interrupted(&twin, q.Property, q.Wish, q.Lang))
		}
		b.end(ctx, q)
	}
}
