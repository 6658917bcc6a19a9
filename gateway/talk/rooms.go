package talk

import (
	"fmt"
	"slices"
	"strings"
)

// RoomWish is what somebody who writes to a contact wants about rooms.
type RoomWish struct {
	Verb RoomVerb
	Room string // as written; may be empty for LeaveRoom
	Lang Lang   // of the words
}

// RoomVerb is what is wished.
type RoomVerb uint8

// What can be wished.
const (
	NoRoomWish RoomVerb = iota
	JoinRoom
	LeaveRoom
)

// roomWords is what is said about rooms in one language.
type roomWords struct {
	lang        Lang
	join, leave []string // verbs, in lower case
	houseNick   string
	texts       map[RoomNews]string
}

// RoomNews is something about a room that a person is told.
type RoomNews uint8

// What can be told. What stands behind each are the values that go into it.
const (
	RoomEntered       RoomNews = iota + 1 // room, nick
	RoomEnteredHidden                     // room, nick
	RoomAlready                           // room
	RoomMayNot                            // room
	RoomMayNotLeave                       // nothing
	RoomAskSelf                           // room, room
	RoomTooMany                           // how many
	RoomLeft                              // room
	RoomNotIn                             // what was written
	RoomNone                              // nothing
	RoomWhich                             // list
	RoomKicked                            // room
	RoomBanned                            // room
	RoomDestroyed                         // room
	RoomMembersOnly                       // room
	RoomPassword                          // room
	RoomAbsent                            // room
	RoomUnreachable                       // room
	RoomNotStored                         // room
	RoomHides                             // nothing
	RoomGoodbye                           // nothing
)

var roomLanguages = []*roomWords{
	{
		lang: English, join: []string{"join"}, leave: []string{"leave"}, houseNick: "House",
		texts: map[RoomNews]string{
			RoomEntered:       "I am in %s now, as %q. Begin with my name there when you mean me. What I answer is read by all who are there. “leave” makes me go.",
			RoomEnteredHidden: "I am in %s now, as %q, but the room hides who is who: there I obey nobody and tell nothing. Make it show real addresses to everybody, or make me a moderator. “leave” makes me go.",
			RoomAlready:       "I am in %s already.",
			RoomMayNot:        "Only who may control me can take me into a room; I stay out of %s.",
			RoomMayNotLeave:   "Only who may control me can send me out of a room.",
			RoomAskSelf:       "The room %s says that you invite me. Somebody else could say that; write “join %s” if it was you.",
			RoomTooMany:       "I am in as many rooms as I can be (%d). Write “leave” and the address of one first.",
			RoomLeft:          "I have left %s.",
			RoomNotIn:         "I am not in the room %s.",
			RoomNone:          "I am in no room.",
			RoomWhich:         "Which room shall I leave? I am in: %s.",
			RoomKicked:        "I was sent out of %s and stay out. Invite me again when you want me back.",
			RoomBanned:        "%s does not let me in: I am banned there. I stay out.",
			RoomDestroyed:     "The room %s has been closed. I have forgotten it.",
			RoomMembersOnly:   "%s lets only its members in, and I am none. Make me a member and invite me again.",
			RoomPassword:      "%s wants a password that I do not have. Invite me again with the password.",
			RoomAbsent:        "There is no room %s. Make it and invite me again.",
			RoomUnreachable:   "I cannot enter %s: it does not answer, or lets nobody in. Invite me again later.",
			RoomNotStored:     "I cannot remember rooms just now, so I stay out of %s. Whoever runs this house finds the reason in the log.",
			RoomHides:         "I cannot see who is who in this room, so I answer nobody here. Write to me directly, or make the room show real addresses.",
			RoomGoodbye:       "I am leaving. Invite me when you want me back.",
		},
	},
	{
		lang: German, join: []string{"betritt"}, leave: []string{"verlasse", "verlass"}, houseNick: "Haus",
		texts: map[RoomNews]string{
			RoomEntered:       "Ich bin jetzt in %s, als %q. Beginne dort mit meinem Namen, wenn du mich meinst. Was ich antworte, lesen alle dort. Mit „verlasse“ gehe ich.",
			RoomEnteredHidden: "Ich bin jetzt in %s, als %q, aber der Raum verbirgt, wer wer ist: Dort gehorche ich niemandem und sage nichts. Lass ihn allen die wahren Adressen zeigen oder mache mich zum Moderator. Mit „verlasse“ gehe ich.",
			RoomAlready:       "Ich bin schon in %s.",
			RoomMayNot:        "Nur wer mich steuern darf, kann mich in einen Raum holen; ich bleibe %s fern.",
			RoomMayNotLeave:   "Nur wer mich steuern darf, kann mich aus einem Raum schicken.",
			RoomAskSelf:       "Der Raum %s sagt, dass du mich einlädst. Das könnte auch jemand anders sagen; schreibe „betritt %s“, wenn du es warst.",
			RoomTooMany:       "Ich bin in so vielen Räumen, wie ich sein kann (%d). Schreibe erst „verlasse“ und die Adresse von einem.",
			RoomLeft:          "Ich habe %s verlassen.",
			RoomNotIn:         "In einem Raum %s bin ich nicht.",
			RoomNone:          "Ich bin in keinem Raum.",
			RoomWhich:         "Welchen Raum soll ich verlassen? Ich bin in: %s.",
			RoomKicked:        "Ich wurde aus %s hinausgeschickt und bleibe draußen. Lade mich wieder ein, wenn ich zurückkommen soll.",
			RoomBanned:        "%s lässt mich nicht ein: Ich bin dort gesperrt. Ich bleibe draußen.",
			RoomDestroyed:     "Der Raum %s wurde geschlossen. Ich habe ihn vergessen.",
			RoomMembersOnly:   "%s lässt nur Mitglieder ein, und ich bin keines. Mache mich zum Mitglied und lade mich wieder ein.",
			RoomPassword:      "%s will ein Passwort, das ich nicht habe. Lade mich mit dem Passwort wieder ein.",
			RoomAbsent:        "Einen Raum %s gibt es nicht. Richte ihn ein und lade mich wieder ein.",
			RoomUnreachable:   "In %s komme ich nicht hinein: Er antwortet nicht oder lässt niemanden ein. Lade mich später wieder ein.",
			RoomNotStored:     "Ich kann mir gerade keine Räume merken und bleibe darum %s fern. Wer dieses Haus betreut, findet den Grund im Protokoll.",
			RoomHides:         "Ich sehe in diesem Raum nicht, wer wer ist, darum antworte ich hier niemandem. Schreibe mir direkt, oder lass den Raum die wahren Adressen zeigen.",
			RoomGoodbye:       "Ich gehe. Ladet mich wieder ein, wenn ich zurückkommen soll.",
		},
	},
}

func speakOfRooms(lang Lang) *roomWords {
	for _, words := range roomLanguages {
		if words.lang == lang {
			return words
		}
	}
	return roomLanguages[0]
}

// OfRoom says some news about a room.
func OfRoom(news RoomNews, lang Lang, values ...any) string {
	return fmt.Sprintf(speakOfRooms(lang).texts[news], values...)
}

// HouseNick is what the house is called in a room.
func HouseNick(lang Lang) string { return speakOfRooms(lang).houseNick }

// ParseRoomWish reads a sentence such as "leave", "leave den@rooms.home.test" or
// "betritt den@rooms.home.test". One about anything else is none.
func ParseRoomWish(text string) RoomWish {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 2 || len(text) > maxText {
		return RoomWish{}
	}
	room := ""
	if len(fields) == 2 {
		room = strings.TrimRight(strings.TrimPrefix(fields[1], "xmpp:"), "!.,;")
		room = strings.TrimSuffix(room, "?join")
	}
	verb := strings.TrimRight(strings.ToLower(fields[0]), "!.")
	for _, words := range roomLanguages {
		switch {
		case slices.Contains(words.leave, verb):
			return RoomWish{LeaveRoom, room, words.lang}
		case slices.Contains(words.join, verb) && strings.Contains(room, "@"):
			return RoomWish{JoinRoom, room, words.lang}
		}
	}
	return RoomWish{}
}

// InRoom is an answer in a room: short, as many read it, and for one of them.
func InRoom(nick, answer string) string {
	const most = 1000
	if len(answer) > most {
		answer = strings.ToValidUTF8(answer[:most], "")
		if end := strings.LastIndexByte(answer, '\n'); end > 0 {
			answer = answer[:end]
		}
		answer += "\n…"
	}
	return nick + ": " + answer
}
