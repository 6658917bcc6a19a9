package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"thingbridge/devices"
)

// TestCorpus judges the real messages. They are not part of the project; CORPUS names
// the folder that has them.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the folder of real device messages is absent: %v", err)
	}
	var out bytes.Buffer
	if code := run(&out, &folder{dir: dir}, "", 6); code != 0 {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}

func TestAFileThatIsMissingIsSaid(t *testing.T) {
	var out bytes.Buffer
	if code := run(&out, &folder{dir: t.TempDir()}, "wild", 1); code != exitNothing {
		t.Errorf("exit code %d, want %d", code, exitNothing)
	}
	if !strings.Contains(out.String(), "wild-messages.jsonl") {
		t.Errorf("got %q, want the file's name", out.String())
	}
}

func TestAFileBelowItsTargetIsAnError(t *testing.T) {
	dir := t.TempDir()
	line := `{"producer":"x","kind":"state","topic":"nobody/knows/this","payload":"1"}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "wild-messages.jsonl"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(&out, &folder{dir: dir}, "wild", 1); code != exitMissed {
		t.Errorf("exit code %d, want %d:\n%s", code, exitMissed, out.String())
	}
}

// To leave a case out is to miss it.
func TestWhatIsLeftOutCountsAgainstTheTarget(t *testing.T) {
	score := newTally("x", 0.9)
	for range 8 {
		score.ok()
	}
	if score.below() {
		t.Error("8 of 8 are below 90 %")
	}
	score.leave("a word of theirs", "")
	if !score.below() {
		t.Error("8 of 9 are not below 90 %")
	}
	var out bytes.Buffer
	score.print(&out, 5)
	if text := out.String(); !strings.Contains(text, "9 cases") || !strings.Contains(text, "1 left out") || !strings.Contains(text, "a word of theirs") {
		t.Errorf("got %q", text)
	}
}

func TestFiltersMatchAsInMQTT(t *testing.T) {
	for _, tt := range []struct {
		filter, topic string
		want          bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/b/c", false},
		{"a/+", "a/b", true},
		{"a/+", "a", false},
		{"a/+", "a/b/c", false},
		{"a/#", "a", true},
		{"a/#", "a/b/c", true},
		{"#", "a/b", true},
		{"#", "$SYS/x", false},
		{"+/x", "$SYS/x", false},
		{"a/+/c", "a//c", true},
	} {
		if got := matches(tt.filter, tt.topic); got != tt.want {
			t.Errorf("%s takes %s: got %t, want %t", tt.filter, tt.topic, got, tt.want)
		}
	}
}

func TestPathsAreFollowedWithoutTemplates(t *testing.T) {
	for _, tt := range []struct {
		template, payload, want string
		ok                      bool
	}{
		{`{{ value_json["a b"] }}`, `{"a b":1.50}`, "1.50", true},
		{`{{ value_json.a['b'][1] }}`, `{"a":{"b":[1,true]}}`, "True", true},
		{`{{ value_json.a }}`, `{"a":null}`, "None", true},
		{`{{ value_json.a }}`, `{"b":1}`, "", false},
		{`{{ value | int + 1 }}`, `4`, "5", true},
		{``, `plain`, "plain", true},
	} {
		got, ok := render(tt.template, tt.payload)
		if got != tt.want || ok != tt.ok {
			t.Errorf("%s of %s: got %q %t, want %q %t", tt.template, tt.payload, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPayloadsThatSayTheSame(t *testing.T) {
	for _, tt := range []struct {
		got, want string
		same      bool
	}{
		{"21", "21.0", true},
		{"21", "22", false},
		{`{"a": 1, "b":[2]}`, `{"b":[2.0],"a":1}`, true},
		{`{"a":1}`, `{"a":1,"b":2}`, false},
		{"ON", "on", false},
	} {
		if got := samePayload(tt.got, tt.want); got != tt.same {
			t.Errorf("%s and %s: got %t, want %t", tt.got, tt.want, got, tt.same)
		}
	}
}

func TestAnAspectHoldsInAnotherUnit(t *testing.T) {
	a := aspect{want: []string{"68"}}
	if !a.holds(devices.Number(20), &devices.Property{Unit: "°C"}, "°F") {
		t.Error("68 °F is not 20 °C")
	}
	if a.holds(devices.Number(20), &devices.Property{Unit: "%"}, "°F") {
		t.Error("68 °F is 20 %")
	}
	if a.holds(devices.Value{}, &devices.Property{}, "") {
		t.Error("nothing is a value")
	}
}
