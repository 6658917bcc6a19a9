package gateway

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/outbox"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

const (
	maxPart   = 10_000         // bytes of one message: readable, and far below what servers take
	maxParts  = 4              // messages of one answer; what is longer is cut at a line
	answerAge = 24 * time.Hour // how long an answer is worth sending
)

// answer sends text to who asked, from the address that was asked.
func (b *Bridge) answer(ctx context.Context, q question, text string) { b.ask(ctx, q, text, nil) }

// ask is answer for what is itself a question with some choices. It goes through
// the outbox: an answer was promised by taking the question.
func (b *Bridge) ask(ctx context.Context, q question, text string, choices []talk.Choice) {
	deaf := false
	b.dialogues.with(sight{q.Contact, q.User}, func(d *dialogue.Dialogue) { deaf = d.Deaf(time.Now()) })
	if deaf {
		b.Log.Debug().Stringer("jid", q.User).Msg("no answer to who takes none")
		return
	}
	parts := split(withChoices(text, choices))
	if len(parts) > 1 {
		q.Corrects = ""
	}
	_, from := b.Identity.Address(q.Contact)
	now := time.Now()
	s := sight{q.Contact, q.User}
	for i, part := range parts {
		m := chat{from: from, id: q.ID, body: part, question: q}
		if i > 0 {
			m.id += "." + strconv.Itoa(i+1)
		}
		if i == len(parts)-1 {
			m.choices = choices
		}
		said := m.id
		if q.Corrects != "" {
			said = q.Corrects
		}
		b.dialogues.with(s, func(d *dialogue.Dialogue) {
			d.Answer(said, part, now)
			d.Ask(said, m.choices, now)
		})
		b.dialogues.save(context.WithoutCancel(ctx), s) // who reads a question may answer it after a kill
		b.post(ctx, &m, now)
	}
}

func (b *Bridge) post(ctx context.Context, m *chat, now time.Time) {
	stanza := appendChat(nil, m)
	err := b.Outbox.Add(context.WithoutCancel(ctx), outbox.Item{
		ID: m.id, To: m.question.User.String(), Stanza: stanza, At: now, Expires: now.Add(answerAge),
	})
	if err != nil {
		b.Log.Warn().Err(err).Stringer("jid", m.question.User).Msg("an answer is sent without being stored")
		b.reply(ctx, stanza)
	}
}

// split makes messages of an answer, at the ends of its lines.
func split(text string) []string {
	var parts []string
	for len(text) > maxPart && len(parts) < maxParts-1 {
		part, rest := cutAtLine(text)
		parts, text = append(parts, part), rest
	}
	return append(parts, cut(text))
}

// cut keeps what is longer than one message to that.
func cut(text string) string {
	if len(text) <= maxPart {
		return text
	}
	text, _ = cutAtLine(text)
	return text + "\n…"
}

// cutAtLine returns the lines of text that fit into one message, and the rest.
func cutAtLine(text string) (part, rest string) {
	if end := strings.LastIndexByte(text[:maxPart], '\n'); end > 0 {
		return text[:end], text[end+1:]
	}
	end := maxPart
	for end > maxPart-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], text[end:]
}

// chat is a message for a person: the answer to a question, or a part of it.
type chat struct {
	from     xmpp.JID
	id, body string
	choices  []talk.Choice
	question question
}

// appendChat writes a message with all that clients make use of: a receipt is
// asked for, and what devices say is not styled, whatever is in it.
func appendChat(dst []byte, m *chat) []byte {
	q := &m.question
	dst = append(dst, "<message type='chat' from='"...)
	dst = xmpp.AppendAttr(dst, m.from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, q.User.String())
	dst = append(dst, "' id='"...)
	dst = xmpp.AppendAttr(dst, m.id)
	if q.Lang != "" {
		dst = append(dst, "' xml:lang='"...)
		dst = xmpp.AppendAttr(dst, string(q.Lang))
	}
	dst = append(dst, "'><body>"...)
	dst = xmpp.AppendText(dst, m.body)
	dst = append(dst, "</body>"...)
	if q.Thread != "" {
		dst = append(dst, "<thread>"...)
		dst = xmpp.AppendText(dst, q.Thread)
		dst = append(dst, "</thread>"...)
	}
	dst = xep.AppendUnstyled(dst)
	if q.Corrects != "" {
		dst = xep.AppendReplace(dst, q.Corrects)
	}
	if q.Reply && q.Asked != "" {
		dst = xep.AppendReply(dst, q.Of, q.Asked)
	}
	if q.States {
		dst = xep.AppendChatState(dst, xep.Active)
	}
	dst = appendChoices(dst, m.from, m.choices)
	dst = xep.AppendReceiptRequest(dst)
	dst = xep.AppendMarkable(dst)
	dst = xep.AppendOriginID(dst, m.id)
	return append(dst, "</message>"...)
}
