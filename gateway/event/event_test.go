package event_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"thingbridge/devices"
	"thingbridge/gateway/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func twin(temperature float64, mode string) *devices.Twin {
	return &devices.Twin{
		Device: &devices.Device{ID: "t", Properties: []devices.Property{{Name: "temperature", Type: devices.TypeNumber}, {Name: "mode", Type: devices.TypeText}}},
		States: []devices.State{{Reported: devices.Number(temperature)}, {Reported: devices.Text(mode)}},
	}
}

// Each test is a timeline: at a second the device has a temperature and a mode; what
// is told are the seconds.
func TestLook(t *testing.T) {
	type look struct {
		at          int
		temperature float64
		mode        string
	}
	by, up, down := event.Rule{Field: "temperature", By: 0.3}, event.Rule{Field: "temperature", Up: 0.5}, event.Rule{Field: "temperature", Down: 0.5}
	tests := []struct {
		name  string
		terms event.Terms
		looks []look
		want  string
	}{
		{"each change", event.Terms{}, []look{{5, 20, "a"}, {6, 20.1, "a"}, {9, 20.1, "b"}, {12, 20.1, "b"}}, "6 9"},
		{"not twice in a second", event.Terms{}, []look{{0, 21, "a"}, {1, 22, "a"}, {1, 23, "a"}, {2, 23, "a"}}, "1 2"},
		{"at least so long", event.Terms{Min: 10 * time.Second}, []look{{3, 21, "a"}, {9, 22, "a"}, {10, 22, "a"}, {15, 23, "a"}, {20, 23, "a"}}, "10 20"},
		{"a change that was taken back is told all the same", event.Terms{Min: 10 * time.Second}, []look{{3, 21, "a"}, {9, 20, "a"}, {10, 20, "a"}}, "10"},
		{"at most so long", event.Terms{Max: 10 * time.Second}, []look{{9, 20, "a"}, {10, 20, "a"}, {15, 21, "a"}, {20, 21, "a"}, {25, 21, "a"}}, "10 15 25"},
		{"by so much", event.Terms{Rules: []event.Rule{by}}, []look{{2, 20.2, "b"}, {4, 20.3, "b"}, {6, 20.1, "b"}, {8, 20, "b"}}, "4 8"},
		{"up by so much", event.Terms{Rules: []event.Rule{up}}, []look{{2, 20.4, "a"}, {4, 15, "a"}, {6, 20.5, "a"}, {8, 20, "a"}, {10, 21, "a"}}, "6 10"},
		{"down by so much", event.Terms{Rules: []event.Rule{down}}, []look{{2, 25, "a"}, {4, 19.6, "a"}, {6, 19.5, "a"}}, "6"},
		{"taken back, which is no way to move", event.Terms{Rules: []event.Rule{by}}, []look{{2, math.NaN(), "a"}, {4, 20, "a"}, {6, math.NaN(), "a"}, {8, 20.3, "a"}}, "8"},
		{"taken back, where each change counts", event.Terms{}, []look{{2, math.NaN(), "a"}, {4, math.NaN(), "a"}, {6, 20, "a"}}, "2 6"},
		{"one field", event.Terms{Rules: []event.Rule{{Field: "mode"}}}, []look{{2, 25, "a"}, {4, 25, "b"}}, "4"},
		{"a bound on what is no number", event.Terms{Rules: []event.Rule{{Field: "mode", By: 3}}}, []look{{4, 25, "b"}}, "4"},
		{"at once", event.Terms{AtOnce: true}, []look{{0, 20, "a"}, {1, 20, "a"}}, "0"},
		{"another value is known", event.Terms{Rules: []event.Rule{{Field: "temperature", Known: "19"}}}, []look{{0, 20, "a"}, {2, 20, "a"}}, "0"},
		{"the value is known", event.Terms{Rules: []event.Rule{{Field: "temperature", Known: "20"}}}, []look{{0, 20, "a"}, {2, 21, "a"}}, "2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := event.New(test.terms, twin(20, "a"), noon)
			var told []string
			for _, l := range test.looks {
				now := noon.Add(time.Duration(l.at) * time.Second)
				tell, again := w.Look(twin(l.temperature, l.mode), now)
				if tell {
					told = append(told, fmt.Sprint(l.at))
				}
				if !again.IsZero() && !again.After(now) {
					t.Errorf("at %d: look again at %v, which is over", l.at, again)
				}
				if test.terms.Max > 0 && again.IsZero() {
					t.Errorf("at %d: never again", l.at)
				}
			}
			if got := strings.Join(told, " "); got != test.want {
				t.Errorf("told at %q, want %q", got, test.want)
			}
		})
	}
}
