package radio_test

import (
	"encoding/json"
	"testing"

	"thingbridge/adapters/mqtt/radio"
)

// FuzzMembers holds that what is an object for encoding/json has the same members
// here, and nothing else has any.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":"x\"y","c":[1,{"d":"]"}],"e":null,"f":true}`, ` { } `, `[1]`, `{"a"`, `{"a":{}}`, `{"ä":"\ud83d\ude00"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		members, err := radio.Members(nil, payload)
		var want map[string]json.RawMessage
		if json.Unmarshal(payload, &want) != nil || want == nil {
			if err == nil {
				t.Fatalf("members of what is no object: %q", payload)
			}
			return
		}
		if err != nil {
			return // a limit
		}
		if len(members) < len(want) {
			t.Errorf("%d members, want %d", len(members), len(want))
		}
		for i := range members {
			m := &members[i]
			if m.Kind != radio.Text {
				continue
			}
			var text string
			if json.Unmarshal([]byte(`"`+string(m.Value)+`"`), &text) != nil || m.Text() != text && m.Text() != string(m.Value) {
				t.Errorf("text %q of %q", m.Text(), m.Value)
			}
		}
	})
}
