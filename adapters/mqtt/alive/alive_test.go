package alive_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/alive"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// life runs steps and returns what was told.
func life(l *alive.Life, steps ...func(*convention.Result)) string {
	var r convention.Result
	for _, step := range steps {
		step(&r)
	}
	told := ""
	for _, p := range r.Availability {
		told += p.Availability.String() + " "
	}
	return told
}

func TestLife(t *testing.T) {
	var l *alive.Life
	said := func(online bool) func(*convention.Result) {
		return func(r *convention.Result) { l.Said(r, "d", online, convention.Received{At: noon}) }
	}
	heard := func(r *convention.Result) { l.Heard(r, "d", convention.Received{At: noon}) }
	kept := func(r *convention.Result) { l.Heard(r, "d", convention.Received{At: noon, Retained: true}) }
	lost := func(r *convention.Result) { l.Lost(r, "d") }
	restored := func(r *convention.Result) { l.Restored(r, "d") }
	sleep := func(r *convention.Result) { l.Sleep(r, "d", time.Hour) }
	after := func(d time.Duration) func(*convention.Result) {
		return func(r *convention.Result) { l.Due(r, "d", noon.Add(d)) }
	}
	tests := []struct {
		name  string
		steps []func(*convention.Result)
		want  string
	}{
		{"awake: it says so", []func(*convention.Result){said(true), said(true), said(false)}, "online offline "},
		{"awake: only heard of", []func(*convention.Result){kept, heard}, "online "},
		{"awake: heard of after its will", []func(*convention.Result){said(false), heard}, "offline "},
		{"awake: silence means nothing", []func(*convention.Result){said(true), after(99 * time.Hour)}, "online "},
		{"awake: it may have gone with the broker", []func(*convention.Result){said(true), lost, restored, heard}, "online offline online "},
		{"asleep: its will means nothing", []func(*convention.Result){sleep, heard, said(false), after(time.Minute)}, "online "},
		{"asleep: silent for too long", []func(*convention.Result){sleep, said(true), after(time.Hour)}, "online unknown "},
		{"asleep: still in time when the broker is back", []func(*convention.Result){sleep, heard, lost, restored}, "online offline online "},
		{"asleep: silent while the broker was gone", []func(*convention.Result){sleep, heard, lost, after(2 * time.Hour), restored}, "online offline unknown "},
		{"found to sleep after its will", []func(*convention.Result){said(false), sleep, heard}, "offline unknown online "},
	}
	for _, test := range tests {
		l = new(alive.Life)
		if diff := cmp.Diff(test.want, life(l, test.steps...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestDueSaysWhen(t *testing.T) {
	var r convention.Result
	l := alive.Life{Sleeps: time.Hour}
	if next := l.Due(&r, "d", noon); !next.IsZero() {
		t.Errorf("never heard of: due at %v, want never", next)
	}
	l.Heard(&r, "d", convention.Received{At: noon})
	if next := l.Due(&r, "d", noon); !next.Equal(noon.Add(time.Hour)) {
		t.Errorf("due at %v, want an hour later", next)
	}
	l.Tell(&r, "d")
	if n := len(r.Availability); n != 2 || r.Availability[1].Availability != devices.Online {
		t.Errorf("told %v, want online again", r.Availability)
	}
	if got := alive.Earlier(time.Time{}, noon); !got.Equal(noon) || !alive.Earlier(noon, time.Time{}).Equal(noon) {
		t.Errorf("Earlier(never, noon) = %v, want noon", got)
	}
}
