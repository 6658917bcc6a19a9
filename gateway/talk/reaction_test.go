package talk_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/devices"
	"thingbridge/gateway/access"
	"thingbridge/gateway/talk"
)

func TestReactionsFitTheDevice(t *testing.T) {
	writable := func(name, class string, kind devices.Type, options ...string) devices.Property {
		return devices.Property{Name: name, Class: class, Type: kind, Options: options, Writable: true}
	}
	for _, test := range []struct {
		name   string
		device *devices.Device
		want   string
	}{
		{"the house", nil, "👍👎"},
		{"a lamp", &devices.Device{Properties: []devices.Property{writable("on", "light", devices.TypeBoolean)}}, "💡👍👎"},
		{"a lock", &devices.Device{Properties: []devices.Property{writable("locked", "lock", devices.TypeBoolean)}}, "👍👎"},
		{"a sensor", &devices.Device{Properties: []devices.Property{{Name: "temperature", Type: devices.TypeNumber}}}, "👍👎"},
		{"a thermostat", &devices.Device{Properties: []devices.Property{
			writable("target", "", devices.TypeNumber), writable("preset", "", devices.TypeEnum, "comfort", "eco"),
			writable("boost", "", devices.TypeNumber), {Name: "reason", Type: devices.TypeText},
		}}, "🔥❄️⬆️⬇️❓👍👎"},
	} {
		if got := strings.Join(talk.Reactions(test.device), ""); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// What an emoji says is understood in the language in which it says it.
func TestReactionsAreSentences(t *testing.T) {
	d := &devices.Device{ID: "all", Properties: []devices.Property{
		{Name: "target", Type: devices.TypeNumber, Min: 5, Max: 30, Step: 0.5, Writable: true},
		{Name: "preset", Type: devices.TypeEnum, Options: []string{"comfort", "eco"}, Writable: true},
		{Name: "boost", Type: devices.TypeNumber, Unit: "min", Min: 0, Max: 120, Writable: true},
		{Name: "on", Type: devices.TypeBoolean, Writable: true},
	}}
	twin := devices.Twin{Device: d, States: []devices.State{{Reported: devices.Number(20)}, {}, {}, {Reported: devices.Boolean(true)}}}
	for _, lang := range []talk.Lang{talk.English, talk.German, ""} {
		got := map[string]string{}
		for _, emoji := range []string{"🔥", "❄", "⬆", "⬇", "💡"} {
			say, ok := talk.Reaction(emoji, &twin, lang)
			plan := talk.Decide(talk.Request{Text: say, Lang: lang, Twin: twin, Role: access.Control})
			if !ok || len(plan.Commands) != 1 || lang != "" && plan.Lang != lang {
				t.Errorf("%s in %q: %q, %+v", emoji, lang, say, plan)
				continue
			}
			got[emoji] = plan.Commands[0].Property + " " + plan.Commands[0].Value.String()
		}
		want := map[string]string{"🔥": "boost 30", "❄": "preset eco", "⬆": "target 21", "⬇": "target 19", "💡": "on false"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in %q: -want +got:\n%s", lang, diff)
		}
	}
	if say, ok := talk.Reaction("❓", &twin, ""); ok {
		t.Errorf("a device without reasons is asked %q", say)
	}
	if say, ok := talk.Reaction("🦄", &twin, ""); ok {
		t.Errorf("an emoji of no meaning says %q", say)
	}
}

func TestYesAndNo(t *testing.T) {
	for _, test := range []struct {
		name    string
		choices []talk.Choice
		yes, no string
	}{
		{"none", nil, "", ""},
		{"no question of yes or no", []talk.Choice{{Say: "a", Label: "comfort"}, {Say: "b", Label: "eco"}}, "a", ""},
		{"no first", []talk.Choice{{Say: "a", Label: "no"}, {Say: "b", Label: "yes"}}, "b", "a"},
		{"in German", []talk.Choice{{Say: "a", Label: "nein"}, {Say: "b", Label: "ja"}}, "b", "a"},
	} {
		yes, _ := talk.Affirmative(test.choices)
		no, _ := talk.Negative(test.choices)
		if yes.Say != test.yes || no.Say != test.no {
			t.Errorf("%s: yes is %q and no is %q, want %q and %q", test.name, yes.Say, no.Say, test.yes, test.no)
		}
	}
}

func TestLost(t *testing.T) {
	twin := devices.Twin{Device: &devices.Device{ID: "lamp", Name: "Lamp", Properties: []devices.Property{{Name: "on", Type: devices.TypeBoolean, Writable: true}}}, States: []devices.State{{}}}
	for _, lang := range []talk.Lang{talk.English, talk.German} {
		for text, want := range map[string]bool{"abracadabra": true, "say \"it\"": true, "status": false, "help": false, "set on maybe": false} {
			plan := talk.Decide(talk.Request{Text: text, Lang: lang, Twin: twin, Role: access.Control})
			if got := talk.Lost(plan.Answer, plan.Lang); got != want {
				t.Errorf("%q in %s: %v: %s", text, lang, got, plan.Answer)
			}
		}
		if _, _, answer := talk.AskHouse(talk.HouseRequest{Text: "abracadabra", Lang: lang, Twins: []devices.Twin{twin}}); !talk.Lost(answer, lang) {
			t.Errorf("the house in %s: %s", lang, answer)
		}
	}
}

func TestWordsAboutMessages(t *testing.T) {
	for name, say := range map[string]func(talk.Lang) string{
		"encrypted":     func(l talk.Lang) string { return talk.Encrypted("OMEMO", l) },
		"not corrected": talk.NotCorrected,
		"reactions":     func(l talk.Lang) string { return talk.OnlyReactions([]string{"👍", "👎"}, l) },
		"old":           talk.ReactionOld,
		"unchanged":     talk.Unchanged,
		"again":         talk.Again,
	} {
		english, german := say(talk.English), say(talk.German)
		if english == "" || german == "" || english == german || say("") != english || strings.Contains(english+german, "%!") {
			t.Errorf("%s: %q and %q", name, english, german)
		}
	}
}
