package template_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/conventiontest"
	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// vector is one rendering that Jinja2 with Home Assistant's filters has done.
type vector struct {
	Template string
	Value    json.RawMessage
	Vars     map[string]json.RawMessage
	Expected string
	Error    string
	Shape    string
}

// corpusNow is the time of the renderings.
var corpusNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// TestCorpus renders the templates of real devices. The texts are not part of
// the project; CORPUS names the folder that has them.
func TestCorpus(t *testing.T) {
	for _, tt := range []struct {
		file  string
		share float64
	}{
		{"templates-zigbee2mqtt.jsonl.gz", 1},
		{"templates-homeassistant.jsonl.gz", 0.98},
	} {
		t.Run(tt.file, func(t *testing.T) {
			all := conventiontest.Records[vector](t, tt.file)
			right := 0
			for _, v := range all {
				if wrong := v.check(); wrong != "" {
					t.Logf("%s\n\tof %q\n\tfor %.200s %s", wrong, v.Template, v.Value, v.Vars)
					continue
				}
				right++
			}
			share := float64(right) / float64(len(all))
			t.Logf("%d of %d right, %.2f %%", right, len(all), 100*share)
			if share < tt.share {
				t.Errorf("%.2f %% right, want %.0f %%", 100*share, 100*tt.share)
			}
		})
	}
}

// check renders v and says what is wrong with the result.
func (v *vector) check() string {
	tpl, err := template.Compile(v.Template)
	if err != nil {
		return fmt.Sprintf("got %v, want %q %s", err, v.Expected, v.Error)
	}
	var m template.Message
	if text, ok := deviceValue(v.Value).Text(); ok {
		m.Reset([]byte(text), corpusNow)
	} else {
		m.Reset(nil, corpusNow)
		m.SetValue(deviceValue(v.Value))
	}
	for name, raw := range v.Vars {
		m.Set(name, deviceValue(raw))
	}
	got, err := tpl.Append(nil, &m)
	switch {
	case v.Error != "" && err == nil:
		return fmt.Sprintf("got %q, want the error %s", got, v.Error)
	case v.Error == "" && (err != nil || string(got) != v.Expected):
		return fmt.Sprintf("got %q and %v, want %q", got, err, v.Expected)
	}
	return ""
}

func deviceValue(raw json.RawMessage) devices.Value {
	var text string
	var number float64
	var boolean bool
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return devices.Text(text)
	case json.Unmarshal(raw, &number) == nil:
		return devices.Number(number)
	case json.Unmarshal(raw, &boolean) == nil:
		return devices.Boolean(boolean)
	}
	return devices.Value{}
}
