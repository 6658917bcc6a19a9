package dialogue_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/talk"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return noon.Add(d) }

func TestRepeats(t *testing.T) {
	var d dialogue.Dialogue
	for i, step := range []struct {
		key, text string
		after     time.Duration
		want      bool
	}{
		{"a", "warmer", 0, false},
		{"a", "warmer", time.Second, true},
		{"a", "cooler", time.Second, false}, // a client that counts its ids anew
		{"b", "warmer", time.Second, false},
		{"", "warmer", time.Second, false},
		{"", "warmer", time.Second, false}, // who gives no id is not recognised
		{"a", "warmer", time.Hour, false},
		{"a", "warmer", time.Hour, true},
	} {
		if got := d.Repeats(step.key, step.text, at(step.after)); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
	for i := range 100 {
		d.Repeats(fmt.Sprint("other", i), "x", at(time.Hour))
	}
	if d.Repeats("a", "warmer", at(time.Hour)) {
		t.Error("the memory of what was heard has no bound")
	}
}

func TestCorrections(t *testing.T) {
	var d dialogue.Dialogue
	check := func(step string, got, want dialogue.Correction) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", step, got, want)
		}
	}
	check("of nothing", d.Correct("m1", "m2", "set 21", noon), dialogue.Refused)
	d.Hear("m1", "set 12", noon)
	d.Answer("a1", "Target: 12", noon)
	check("of another message", d.Correct("m0", "m2", "set 21", noon), dialogue.Refused)
	check("of the last words", d.Correct("m1", "m2", "set 21", at(time.Minute)), dialogue.Taken)
	if got := d.Correctable(); got != "a1" {
		t.Errorf("the answer to correct: %q", got)
	}
	d.Answer("a1", "Target: 21", at(time.Minute))
	check("that changes nothing", d.Correct("m1", "m3", " set 21 ", at(time.Minute)), dialogue.Needless)
	check("of the correction", d.Correct("m2", "m4", "set 22", at(time.Minute)), dialogue.Taken)
	check("once more", d.Correct("m1", "m5", "set 23", at(2*time.Minute)), dialogue.Taken)
	d.Say("a2", "by the way", at(2*time.Minute))
	check("after we have said something", d.Correct("m1", "m6", "set 24", at(2*time.Minute)), dialogue.Taken)
	if got := d.Correctable(); got != "" {
		t.Errorf("an answer that is not our last is corrected: %q", got)
	}
	check("too late", d.Correct("m1", "m7", "set 25", at(time.Hour)), dialogue.Refused)
	d.Hear("m8", "status", at(time.Hour))
	check("of what was not the last", d.Correct("m1", "m9", "set 25", at(time.Hour)), dialogue.Refused)
}

func TestTheDeviceBeforeTheWords(t *testing.T) {
	var d dialogue.Dialogue
	d.Hear("m1", "warmer", noon)
	first := devices.Twin{Device: &devices.Device{ID: "boiler"}, Source: "first"}
	d.About(first)
	d.Correct("m1", "m2", "warmer 2", noon)
	d.About(devices.Twin{Device: first.Device, Source: "second"})
	if got := d.Before().Source; got != "first" {
		t.Errorf("%q, want the one before the words that were corrected", got)
	}
	d.Hear("m3", "warmer", noon)
	if d.Before().Device != nil {
		t.Error("other words are about what was before those")
	}
}

func choices() []talk.Choice {
	return []talk.Choice{{Say: "set mode off", Label: "off"}, {Say: "set mode heat", Label: "Heat"}}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		name, text, replyTo string
		after               time.Duration
		want                string
	}{
		{"by number", "2", "", 0, "set mode heat"},
		{"by number with a bracket", " 1) ", "", 0, "set mode off"},
		{"by label", "HEAT", "", 0, "set mode heat"},
		{"in reply to the question", "1", "q1", 0, "set mode off"},
		{"in reply to something else", "1", "q0", 0, "1"},
		{"a number that is no choice", "21", "", 0, "21"},
		{"zero", "0", "", 0, "0"},
		{"the sentence", "set mode heat", "", 0, "set mode heat"},
		{"too late", "1", "", time.Hour, "1"},
	} {
		var d dialogue.Dialogue
		d.Ask("q1", choices(), noon)
		d.Hear("m1", test.text, at(test.after))
		if got := d.Choose(test.text, test.replyTo, at(test.after)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		d.Hear("m2", "2", at(test.after))
		if got := d.Choose("2", "", at(test.after)); got != "2" {
			t.Errorf("%s: the question is still open: %q", test.name, got)
		}
	}
	var d dialogue.Dialogue
	d.Ask("q1", choices(), noon)
	d.Hear("m1", "2", noon)
	d.Correct("m1", "m2", "1", noon)
	if got := d.Choose("1", "", noon); got != "set mode off" {
		t.Errorf("a corrected choice: %q", got)
	}
}

func TestReactions(t *testing.T) {
	var d dialogue.Dialogue
	written := at(-time.Hour)
	for i, step := range []struct {
		emojis, added []string
	}{
		{[]string{"🔥"}, []string{"🔥"}},
		{[]string{"🔥"}, nil},
		{[]string{"🔥", "❓"}, []string{"❓"}},
		{[]string{"❓"}, nil},
		{nil, nil},
		{[]string{"🔥"}, []string{"🔥"}},
	} {
		if got, ok := d.React("tb-1", written, step.emojis, noon); !ok || !slices.Equal(got, step.added) {
			t.Errorf("step %d: added %q, %v; want %q", i, got, ok, step.added)
		}
	}
	d = restarted(t, &d, noon)
	if got, _ := d.React("tb-1", written, []string{"🔥"}, noon); got != nil {
		t.Errorf("after a restart %q is new", got)
	}
	if _, ok := d.React("tb-0", at(-48*time.Hour), []string{"🔥"}, noon); ok {
		t.Error("an old message takes reactions")
	}
	if _, ok := d.React("tb-2", at(time.Hour), []string{"🔥"}, noon); ok {
		t.Error("a message of the future takes reactions")
	}
	for i := range 100 {
		d.React(fmt.Sprint("other", i), written.Add(time.Duration(i+1)*time.Second), []string{"👍"}, noon)
	}
	if added, ok := d.React("tb-1", written, []string{"🔥"}, noon); ok || added != nil {
		t.Errorf("what is not known any more is new: %q, %v", added, ok)
	}
	if kept, _ := d.Kept(noon); len(kept.Reacted) > 20 {
		t.Errorf("%d messages are kept", len(kept.Reacted))
	}
}

// restarted returns what a dialogue is after a restart.
func restarted(t *testing.T, d *dialogue.Dialogue, now time.Time) dialogue.Dialogue {
	t.Helper()
	kept, _ := d.Kept(now)
	text, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	var again dialogue.Kept
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	var out dialogue.Dialogue
	out.Restore(again)
	return out
}

func TestKept(t *testing.T) {
	var d dialogue.Dialogue
	if _, empty := d.Kept(noon); !empty || d.Changed() {
		t.Error("nothing is something")
	}
	d.Ask("q1", choices(), noon)
	if _, empty := d.Kept(noon); empty || !d.Changed() || d.Changed() {
		t.Error("an open question is not kept once")
	}
	again := restarted(t, &d, noon)
	if again.Open("q1", noon) == nil || again.Open("q0", noon) != nil || again.Open("q1", at(time.Hour)) != nil {
		t.Error("after a restart the question is not open, or for ever")
	}
	again.React("tb-1", noon, []string{"🔥"}, noon)
	if _, empty := again.Kept(at(48 * time.Hour)); !empty {
		t.Error("something is kept for ever")
	}
}

// Two robots come to an end; a person does not notice.
func TestManners(t *testing.T) {
	count := func(texts []string, lost bool, pause time.Duration, rounds int) (got [3]int) {
		var d dialogue.Dialogue
		now := noon
		for i := range rounds {
			d.Hear(fmt.Sprint(i), texts[i%len(texts)], now)
			manner := d.Meet(lost, now)
			got[manner]++
			if manner == dialogue.Speak {
				d.Answer(fmt.Sprint("a", i), "an answer", now)
			}
			now = now.Add(pause)
		}
		return got
	}
	for _, test := range []struct {
		name   string
		texts  []string
		lost   bool
		pause  time.Duration
		rounds int
		want   [3]int
	}{
		{"a script that polls", []string{"get temperature"}, false, 5 * time.Second, 500, [3]int{500, 0, 0}},
		{"a script that sets a house", []string{"set 1", "set 2"}, false, 0, 500, [3]int{500, 0, 0}},
		{"somebody impatient", []string{"warmer"}, false, 500 * time.Millisecond, 8, [3]int{8, 0, 0}},
		{"somebody at a loss", []string{"make it nice", "do something"}, true, 10 * time.Second, 100, [3]int{100, 0, 0}},
		{"a robot that says one thing", []string{"on"}, false, 0, 500, [3]int{11, 1, 488}},
		{"a robot that nobody understands", []string{"What?", "Pardon?"}, true, 0, 500, [3]int{10, 1, 489}},
	} {
		if got := count(test.texts, test.lost, test.pause, test.rounds); got != test.want {
			t.Errorf("%s: answered, refused, ignored %v; want %v", test.name, got, test.want)
		}
	}
	var d dialogue.Dialogue
	if d.Echoes("") {
		t.Error("before anything was said there is an echo")
	}
	d.Answer("a1", "Target: 21 °C.", noon)
	if !d.Echoes(" Target: 21 °C.\n") || d.Echoes("status") {
		t.Error("an echo is not told from words")
	}
}

func TestExplain(t *testing.T) {
	var d dialogue.Dialogue
	for i, step := range []struct {
		after time.Duration
		want  bool
	}{{0, true}, {time.Minute, false}, {2 * time.Hour, true}} {
		if got := d.Explain(at(step.after)); got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

func TestWhoTakesNoAnswers(t *testing.T) {
	var d dialogue.Dialogue
	check := func(step string, now time.Time, want bool) {
		t.Helper()
		if got := d.Deaf(now); got != want {
			t.Errorf("%s: deaf %v, want %v", step, got, want)
		}
	}
	check("at first", noon, false)
	d.Bounce(noon)
	d.Bounce(noon)
	check("after two answers came back", noon, false)
	d.Bounce(noon)
	check("after three", noon, true)
	check("later", at(time.Hour), false)
	d.Bounce(at(time.Hour))
	check("after one more, much later", at(time.Hour), false)
	d.Bounce(at(time.Hour))
	d.Arrived()
	d.Bounce(at(time.Hour))
	check("after one has arrived in between", at(time.Hour), false)
}
