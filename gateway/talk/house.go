package talk

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// HouseRequest is one sentence that a user wrote to the house itself. Twins are
// the devices that the user may see.
type HouseRequest struct {
	Text  string
	Lang  Lang
	Twins []devices.Twin

	// What the house's own actions need; AskHouse does without.
	Role    access.Role // of the user for the house
	House   House
	Reloads bool // whether the configuration can be read again
	Forgets bool // whether devices can be forgotten
}

// AskHouse reads a sentence to the house. When it begins with the name of a
// device, that device and what follows are returned, and the sentence is the
// device's to answer; otherwise the answer is.
func AskHouse(req HouseRequest) (device *devices.Twin, rest string, answer string) {
	text := tidy(req.Text)
	device, rest = named(req.Twins, text)
	if device != nil {
		return device, rest, ""
	}
	act, _, spoken := find(actions(), text, req.Lang)
	if act != nil && act.name == "what" {
		act, spoken = nil, "" // that is asked of a thing
	}
	if spoken != "" {
		req.Lang = spoken
	}
	words := speak(req.Lang)
	if len(req.Twins) == 0 {
		return nil, "", words.house.nothing
	}
	twins := slices.Clone(req.Twins)
	sortTwins(twins)
	if act == nil && !slices.Contains([]string{"", "devices", "geräte", "list", "liste"}, strings.ToLower(text)) {
		return nil, "", fmt.Sprintf(words.house.noSuchThing, shorten(text)) + "\n" + words.house.hint(twins)
	}
	return nil, "", listDevices(twins, words)
}

// HouseStatus is the status line of the house: "37 things · 2 offline".
func HouseStatus(twins []devices.Twin, lang Lang) string {
	offline := 0
	for i := range twins {
		if twins[i].Availability == devices.Offline {
			offline++
		}
	}
	words := &speak(lang).house
	text := words.oneThing
	if len(twins) != 1 {
		text = fmt.Sprintf(words.things, len(twins))
	}
	if offline > 0 {
		text += " · " + fmt.Sprintf(words.offline, offline)
	}
	return text
}

// named finds the device whose name or ID stands in text, the longest first, and
// returns what is left of the sentence without it: "set the living room to 19" is
// "set to 19" to the living room.
func named(twins []devices.Twin, text string) (*devices.Twin, string) {
	var found *devices.Twin
	var before, after string
	longest := 0
	lower := strings.ToLower(text)
	for i := range twins {
		d := twins[i].Device
		for _, name := range []string{strings.ToLower(d.Name), string(d.ID), strings.ReplaceAll(string(d.ID), "-", " ")} {
			at := indexWords(lower, name)
			if at < 0 || len(name) <= longest || len(lower) != len(text) {
				continue
			}
			found, longest = &twins[i], len(name)
			before, after = text[:at], text[at+len(name):]
		}
	}
	if found == nil {
		return nil, ""
	}
	words := strings.Fields(before)
	for len(words) > 0 && slices.Contains(articles, strings.ToLower(words[len(words)-1])) {
		words = words[:len(words)-1]
	}
	return found, strings.Join(append(words, strings.Fields(after)...), " ")
}

// articles may stand before the name of a device.
var articles = []string{"the", "in", "of", "das", "der", "die", "den", "dem", "im", "des"}

// indexWords returns where name stands in text as words of their own, or -1.
func indexWords(text, name string) int {
	if name == "" {
		return -1
	}
	for from := 0; from <= len(text)-len(name); {
		at := strings.Index(text[from:], name)
		if at < 0 {
			return -1
		}
		at += from
		if (at == 0 || text[at-1] == ' ') && startsWithWord(text[at:], name) {
			return at
		}
		from = at + 1
	}
	return -1
}
