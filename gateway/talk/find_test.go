package talk_test

import (
	"strings"
	"testing"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
)

func TestFind(t *testing.T) {
	var twins []devices.Twin
	for _, d := range []*devices.Device{
		{ID: "living-room", Name: "Thermostat", Area: "Living room"},
		{ID: "kitchen-lamp", Name: "Ceiling lamp", Area: "Kitchen"},
		{ID: "kitchen-plug", Name: "Kettle", Area: "Kitchen"},
		{ID: "hall-lamp", Name: "Lamp", Area: "Hall"},
	} {
		twins = append(twins, devices.Twin{Device: d})
	}
	for text, want := range map[string]string{
		"living room":           "living-room",
		"The living room":       "living-room",
		"thermostat":            "living-room",
		"Lamp":                  "hall-lamp",
		"lamp in the kitchen":   "kitchen-lamp",
		"kett":                  "kitchen-plug",
		"kitchen-plug":          "kitchen-plug",
		"ettle":                 "kitchen-plug",
		"kitchen":               "Ceiling lamp, Kettle",
		"":                      "",
		"garage":                "",
		strings.Repeat("x ", 9): "",
	} {
		found, several := talk.Find(twins, text)
		got := strings.Join(several, ", ")
		if found != nil {
			got = string(found.Device.ID)
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestContactTextsAreInAllLanguages(t *testing.T) {
	seen := make(map[string]talk.Lang)
	for _, lang := range []talk.Lang{talk.English, talk.German} {
		title, instructions, all := talk.Registration(lang)
		desc, _ := talk.GatewayPrompt(lang)
		for _, text := range []string{
			title, instructions, all, desc, talk.HouseName(lang), talk.AskReason("", lang), talk.AskReason("Lamp", lang), talk.ContactOffer(lang),
			talk.NotFound("x", nil, lang), talk.NotFound("x", []string{"a", "b"}, lang), talk.News([]string{"a"}, lang), talk.News(make([]string, 12), lang),
		} {
			if other, ok := seen[text]; ok || text == "" || strings.Contains(text, "%!") {
				t.Errorf("%q is in %q and %q", text, other, lang)
			}
			seen[text] = lang
		}
	}
}
