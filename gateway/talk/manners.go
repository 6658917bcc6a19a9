package talk

import (
	"fmt"
	"strings"
)

// manners holds what is said about messages rather than about things.
type manners struct {
	encrypted    string // encryption
	notCorrected string
	reactions    string // list
	reactionOld  string
	unchanged    string
	again        string
}

func mannersIn(lang Lang) manners {
	if lang == German {
		return manners{
			encrypted: "Deine Nachricht ist mit %s verschlüsselt. Das kann ich nicht lesen, darum habe ich nichts getan. " +
				"Schalte die Verschlüsselung in diesem Chat aus und schreibe sie noch einmal.",
			notCorrected: "Ich nehme eine Korrektur nur für deine letzte Nachricht an mich an, und nur wenige Minuten lang. " +
				"Diese habe ich nicht befolgt; schreibe sie als neue Nachricht.",
			reactions:   "Ich verstehe diese Reaktionen: %s",
			reactionOld: "Diese Nachricht ist für Reaktionen zu alt. Schreibe mir, was du willst.",
			unchanged:   "Gut, es bleibt, wie es ist.",
			again:       "Das hatten wir schon. Ich antworte wieder, wenn etwas Neues kommt oder nach einer Pause.",
		}
	}
	return manners{
		encrypted: "Your message is encrypted with %s. I cannot read that, so I did nothing. " +
			"Switch encryption off in this chat and write it again.",
		notCorrected: "I take a correction only of your last message to me, and only for a few minutes. " +
			"I did not obey this one; write it as a new message.",
		reactions:   "I understand these reactions: %s",
		reactionOld: "This message is too old for reactions. Write what you want.",
		unchanged:   "Fine, all stays as it is.",
		again:       "We have had that. I answer again when something else comes, or after a pause.",
	}
}

// Encrypted answers a message that is encrypted with what that name says.
func Encrypted(name string, lang Lang) string { return fmt.Sprintf(mannersIn(lang).encrypted, name) }

// NotCorrected answers a correction of what cannot be corrected any more.
func NotCorrected(lang Lang) string { return mannersIn(lang).notCorrected }

// OnlyReactions refuses a reaction that is none of those.
func OnlyReactions(emojis []string, lang Lang) string {
	return fmt.Sprintf(mannersIn(lang).reactions, strings.Join(emojis, " "))
}

// ReactionOld refuses a reaction to an old message.
func ReactionOld(lang Lang) string { return mannersIn(lang).reactionOld }

// Unchanged answers a no.
func Unchanged(lang Lang) string { return mannersIn(lang).unchanged }

// Again refuses to say the same for ever.
func Again(lang Lang) string { return mannersIn(lang).again }

// Lost reports whether an answer says that a sentence was not understood.
func Lost(answer string, lang Lang) bool {
	words := speak(lang)
	for _, format := range []string{words.understood, words.house.noSuchThing} {
		before, after, _ := strings.Cut(format, "%q")
		if rest, ok := strings.CutPrefix(answer, before+`"`); ok && strings.Contains(rest, `"`+after) {
			return true
		}
	}
	return false
}
