package room_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"thingbridge/gateway/room"
)

func TestAddressed(t *testing.T) {
	tests := []struct {
		body, nick, text string
		ok               bool
	}{
		{"Boiler: 21", "Boiler", "21", true},
		{"boiler, status", "Boiler", "status", true},
		{"@Boiler why", "Boiler", "why", true},
		{"@boiler: why?", "Boiler", "why?", true},
		{" Boiler? ", "Boiler", "", true},
		{"BOILER", "Boiler", "", true},
		{"Stehlampe Küche: an", "Stehlampe küche", "an", true},
		{"Boiler is broken", "Boiler", "", false},
		{"Boilers: 21", "Boiler", "", false},
		{"Boiler 2: 21", "Boiler", "", false},
		{"the Boiler: 21", "Boiler", "", false},
		{"Boil", "Boiler", "", false},
		{"", "Boiler", "", false},
		{": x", "", "", false},
	}
	for _, test := range tests {
		text, ok := room.Addressed(test.body, test.nick)
		if text != test.text || ok != test.ok {
			t.Errorf("%q to %q: %q, %v; want %q, %v", test.body, test.nick, text, ok, test.text, test.ok)
		}
	}
}

func TestWithout(t *testing.T) {
	for _, test := range []struct {
		text       string
		start, end int
		want       string
	}{
		{"> käse\nja", 0, 7, "ja"}, {"abc", 1, 2, "ac"}, {"abc", 0, 99, ""}, {"abc", 5, 9, "abc"}, {"abc", 2, 1, "abc"}, {"abc", -1, 2, "abc"},
	} {
		if got := room.Without(test.text, test.start, test.end); got != test.want {
			t.Errorf("%q without %d to %d: %q, want %q", test.text, test.start, test.end, got, test.want)
		}
	}
}

// What is said to somebody is part of what was said, and begins with the name.
func FuzzAddressed(f *testing.F) {
	f.Add("Boiler: 21", "Boiler")
	f.Add("@İ x", "i")
	f.Fuzz(func(t *testing.T, body, nick string) {
		text, ok := room.Addressed(body, nick)
		if !ok && text != "" || ok && !strings.Contains(body, text) {
			t.Errorf("%q to %q: %q, %v", body, nick, text, ok)
		}
		if own, ok := room.Addressed(nick+": x", nick); utf8.ValidString(nick) && nick != "" && strings.TrimSpace(nick) == nick && nick[0] != '@' && (!ok || own != "x") {
			t.Errorf("%q is not addressed by its own name: %q, %v", nick, own, ok)
		}
	})
}
