package xep

import (
	"slices"
	"strings"

	"thingbridge/gateway/xmpp"
)

// Namespaces of message reactions (XEP-0444).
const (
	NSReactions            = "urn:xmpp:reactions:0"
	NSReactionRestrictions = "urn:xmpp:reactions:0:restrictions"
)

const (
	maxReactions = 16 // of one user to one message; what follows is not read
	maxEmoji     = 64 // bytes; the longest emoji, a family, has about 40
)

// variationSelector asks for the coloured form of a character (Unicode 23.4).
// Some clients write it and some do not.
const variationSelector = "\uFE0F"

// PlainEmoji returns an emoji without its variation selectors, so that one can be
// compared with another.
func PlainEmoji(emoji string) string { return strings.ReplaceAll(emoji, variationSelector, "") }

// Reactions returns all reactions that their sender has to the message with that
// id, plain and each once; none when they were taken back. ok is false when a
// message is not about reactions.
func Reactions(s *xmpp.Stanza) (id string, emojis []string, ok bool) {
	e := s.Child(NSReactions, "reactions")
	if e == nil {
		return "", nil, false
	}
	for i := range e.Children {
		c := &e.Children[i]
		if c.Space != NSReactions || c.Local != "reaction" || c.Text == "" || len(c.Text) > maxEmoji {
			continue
		}
		emoji := PlainEmoji(strings.TrimSpace(c.Text))
		if emoji == "" || slices.Contains(emojis, emoji) {
			continue
		}
		if len(emojis) == maxReactions {
			break
		}
		emojis = append(emojis, emoji)
	}
	return idOf(e), emojis, true
}

// ReactionsForm is the data form that says which reactions are taken (XEP-0444
// 2.2), for the answer to a disco#info query.
func ReactionsForm(emojis []string) InfoForm {
	return InfoForm{Type: NSReactionRestrictions, Fields: []InfoField{{Var: "allowlist", Values: emojis}}}
}
