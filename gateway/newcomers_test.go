package gateway

import (
	"testing"
	"time"
)

func TestAdminsAreToldOnceOfMany(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	tests := []struct {
		name              string
		first, last, told time.Time
		want              bool
	}{
		{"they still come", ago(2 * time.Second), ago(time.Second), time.Time{}, false},
		{"no more come", ago(8 * time.Second), ago(3 * time.Second), time.Time{}, true},
		{"they come for ever", ago(30 * time.Second), ago(0), time.Time{}, true},
		{"told just now", ago(time.Minute), ago(time.Minute), ago(4 * time.Minute), false},
		{"told a while ago", ago(time.Minute), ago(time.Minute), ago(5 * time.Minute), true},
	}
	for _, test := range tests {
		if got := mayTellNewcomers(test.first, test.last, test.told, now); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
