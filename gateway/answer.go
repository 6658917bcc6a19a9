package gateway

import (
	"context"
	"strings"
	"time"

	"thingbridge/gateway/outbox"
	"thingbridge/gateway/xmpp"
)

const (
	maxAnswer = 10_000         // bytes; longer answers are cut at a line
	answerAge = 24 * time.Hour // how long an answer is worth sending
)

// answer sends text to who asked, from the address that was asked. It goes
// through the outbox: an answer was promised by taking the question.
func (b *Bridge) answer(ctx context.Context, q question, text string) {
	_, from := b.Identity.Address(q.Contact)
	stanza := appendChat(nil, chat{from: from, to: q.User, id: q.ID, lang: string(q.Lang), thread: q.Thread, body: cut(text)})
	now := time.Now()
	err := b.Outbox.Add(context.WithoutCancel(ctx), outbox.Item{
		ID: q.ID, To: q.User.String(), Stanza: stanza, At: now, Expires: now.Add(answerAge),
	})
	if err != nil {
		b.Log.Warn().Err(err).Stringer("jid", q.User).Msg("an answer is sent without being stored")
		b.reply(ctx, stanza)
	}
}

// cut keeps an answer readable, and far below what servers take.
func cut(text string) string {
	if len(text) <= maxAnswer {
		return text
	}
	text = strings.ToValidUTF8(text[:maxAnswer], "")
	if end := strings.LastIndexByte(text, '\n'); end > 0 {
		text = text[:end]
	}
	return text + "\n…"
}

// chat is a message for a person.
type chat struct {
	from, to         xmpp.JID
	id, lang, thread string
	body             string
}

func appendChat(dst []byte, m chat) []byte {
	dst = append(dst, "<message type='chat' from='"...)
	dst = xmpp.AppendAttr(dst, m.from.String())
	dst = append(dst, "' to='"...)
	dst = xmpp.AppendAttr(dst, m.to.String())
	dst = append(dst, "' id='"...)
	dst = xmpp.AppendAttr(dst, m.id)
	if m.lang != "" {
		dst = append(dst, "' xml:lang='"...)
		dst = xmpp.AppendAttr(dst, m.lang)
	}
	dst = append(dst, "'><body>"...)
	dst = xmpp.AppendText(dst, m.body)
	dst = append(dst, "</body>"...)
	if m.thread != "" {
		dst = append(dst, "<thread>"...)
		dst = xmpp.AppendText(dst, m.thread)
		dst = append(dst, "</thread>"...)
	}
	return append(dst, "</message>"...)
}
