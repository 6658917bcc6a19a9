package doctor

import (
	"strings"
	"testing"
	"time"

	"thingbridge/gateway/xmpp"
)

func TestClockFinding(t *testing.T) {
	asked := time.Date(2026, 11, 22, 12, 0, 0, 400e6, time.UTC)
	answered := asked.Add(2 * time.Second)
	tests := []struct {
		name   string
		theirs time.Time
		want   Outcome
	}{
		{"in between", asked.Add(time.Second), Passed},
		{"before the question, as it is cut to seconds", asked.Truncate(time.Second), Passed},
		{"somewhat behind", asked.Add(-maxSkew), Passed},
		{"far behind", asked.Add(-maxSkew - 2*time.Second), Failed},
		{"somewhat ahead", answered.Add(maxSkew), Passed},
		{"far ahead", answered.Add(maxSkew + time.Second), Failed},
		{"a machine without a clock", time.Unix(0, 0), Failed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := clockFinding("home.test", asked, answered, test.theirs)
			if got.Outcome != test.want {
				t.Errorf("clockFinding() = %+v, want %v", got, test.want)
			}
			if got.Outcome == Failed && !strings.Contains(got.Detail, test.theirs.UTC().Format(time.DateTime)) {
				t.Errorf("%q does not tell the other time", got.Detail)
			}
		})
	}
}

func TestRoomFinding(t *testing.T) {
	for free, want := range map[uint64]Outcome{0: Failed, leastRoom - 1: Failed, leastRoom: Passed, 1 << 50: Passed} {
		if got := roomFinding(free); got.Outcome != want {
			t.Errorf("roomFinding(%d) = %+v, want %v", free, got, want)
		}
	}
}

func TestHostOf(t *testing.T) {
	for domain, want := range map[string]string{"things.home.test": "home.test", "home.test": "test", "localhost": ""} {
		self, err := xmpp.ParseJID(domain)
		if err != nil {
			t.Fatal(err)
		}
		if got := hostOf(self).String(); got != want {
			t.Errorf("hostOf(%s) = %q, want %q", domain, got, want)
		}
	}
}
