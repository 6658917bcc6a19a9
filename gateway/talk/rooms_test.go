package talk_test

import (
	"strings"
	"testing"

	"thingbridge/gateway/talk"
)

func TestParseRoomWish(t *testing.T) {
	tests := []struct {
		text string
		want talk.RoomWish
	}{
		{"leave", talk.RoomWish{Verb: talk.LeaveRoom, Lang: talk.English}},
		{" Leave den@rooms.home.test! ", talk.RoomWish{Verb: talk.LeaveRoom, Room: "den@rooms.home.test", Lang: talk.English}},
		{"verlasse den", talk.RoomWish{Verb: talk.LeaveRoom, Room: "den", Lang: talk.German}},
		{"join xmpp:den@rooms.home.test?join", talk.RoomWish{Verb: talk.JoinRoom, Room: "den@rooms.home.test", Lang: talk.English}},
		{"betritt den@rooms.home.test", talk.RoomWish{Verb: talk.JoinRoom, Room: "den@rooms.home.test", Lang: talk.German}},
		{"join us", talk.RoomWish{}},
		{"leave the lamp on", talk.RoomWish{}},
		{"status", talk.RoomWish{}},
		{"", talk.RoomWish{}},
		{"leave " + strings.Repeat("x", 5000), talk.RoomWish{}},
	}
	for _, test := range tests {
		if got := talk.ParseRoomWish(test.text); got != test.want {
			t.Errorf("%q: %+v, want %+v", test.text, got, test.want)
		}
	}
}

// Every news is there in both languages, and takes the same values in both.
func TestNewsOfRooms(t *testing.T) {
	for news := talk.RoomEntered; news <= talk.RoomGoodbye; news++ {
		english, german := talk.OfRoom(news, talk.English), talk.OfRoom(news, talk.German)
		if english == "" || german == "" || english == german {
			t.Errorf("news %d: %q, %q", news, english, german)
		}
		for _, verb := range []string{"%!s(MISSING)", "%!q(MISSING)", "%!d(MISSING)"} {
			if strings.Count(english, verb) != strings.Count(german, verb) {
				t.Errorf("news %d takes other values: %q, %q", news, english, german)
			}
		}
	}
}

func TestInRoomIsShort(t *testing.T) {
	long := talk.InRoom("anna", strings.Repeat("a line of an answer\n", 200))
	if len(long) > 1100 || !strings.HasSuffix(long, "answer\n…") || !strings.HasPrefix(long, "anna: a line") {
		t.Errorf("%d bytes: %q", len(long), long[len(long)-40:])
	}
}
