package doctor_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/doctor"
)

func TestRun(t *testing.T) {
	well := func(context.Context) doctor.Finding { return doctor.Finding{Outcome: doctor.Passed} }
	ill := func(context.Context) doctor.Finding { return doctor.Finding{Outcome: doctor.Failed} }
	late := func(ctx context.Context) doctor.Finding {
		<-ctx.Done()
		return doctor.Finding{Outcome: doctor.Failed}
	}
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name   string
		ctx    context.Context
		groups []doctor.Group
		want   []string
		took   time.Duration
	}{
		{"nothing to do", t.Context(), nil, nil, 0},
		{"steps behind one that failed are skipped, but for the free", t.Context(),
			[]doctor.Group{{Name: "a", Steps: []doctor.Step{{Name: "1", Try: well}, {Name: "2", Try: ill}, {Name: "3", Try: well}, {Name: "4", Try: well, Free: true}, {Name: "5", Try: well}}}},
			[]string{"a 1 passed", "a 2 failed", "a 3 skipped", "a 4 passed", "a 5 skipped"}, 0},
		{"groups run together, and are shown in order", t.Context(),
			[]doctor.Group{{Name: "a", Steps: []doctor.Step{{Name: "1", Try: late}}}, {Name: "b", Steps: []doctor.Step{{Name: "1", Try: late}}}, {Name: "c", Steps: []doctor.Step{{Name: "1", Try: well}}}},
			[]string{"a 1 failed", "b 1 failed", "c 1 passed"}, time.Second},
		{"nothing begins after the end", cut,
			[]doctor.Group{{Name: "a", Steps: []doctor.Step{{Name: "1", Try: well, Free: true}}}},
			[]string{"a 1 skipped"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan string, len(test.groups))
				for i := range test.groups {
					test.groups[i].End = func() { ended <- test.groups[i].Name }
				}
				ctx := test.ctx
				if ctx.Err() == nil {
					ctx = t.Context()
				}
				var got []string
				begin, failures := time.Now(), 0
				returned := doctor.Run(ctx, test.groups, time.Second, func(c doctor.Check) {
					got = append(got, fmt.Sprintf("%s %s %s", c.Group, c.Step, c.Outcome))
					if c.Outcome == doctor.Failed {
						failures++
					}
				})
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("checks (-want +got):\n%s", diff)
				}
				if took := time.Since(begin); took != test.took || returned != failures || len(ended) != len(test.groups) {
					t.Errorf("took %v, want %v; returned %d of %d failures; ended %d of %d groups", took, test.took, returned, failures, len(ended), len(test.groups))
				}
			})
		})
	}
}
