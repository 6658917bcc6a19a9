package adapters_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters"
)

func TestRepeatSaysChangesAtOnceAndTheRestAtGrowingIntervals(t *testing.T) {
	type said struct {
		At   time.Duration
		Text string
		Kept int
	}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var r adapters.Repeat
	var got []said
	for at := time.Duration(0); at < 16*time.Minute; at += 10 * time.Second {
		text := "refused"
		if at >= 10*time.Minute && at < 10*time.Minute+20*time.Second {
			text = "unknown host"
		}
		if say, kept := r.Say(text, start.Add(at)); say {
			got = append(got, said{at, text, kept})
		}
	}
	want := []said{
		{0, "refused", 0},
		{time.Minute, "refused", 5},
		{3 * time.Minute, "refused", 11},
		{7 * time.Minute, "refused", 23},
		{10 * time.Minute, "unknown host", 17},
		{10*time.Minute + 20*time.Second, "refused", 1},
		{11*time.Minute + 20*time.Second, "refused", 5},
		{13*time.Minute + 20*time.Second, "refused", 11},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was said (-want +got):\n%s", diff)
	}
}

func TestRepeatIsSilentAtMostAnHour(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var r adapters.Repeat
	last, longest := now, time.Duration(0)
	for range 24 * 60 {
		if say, _ := r.Say("refused", now); say {
			longest = max(longest, now.Sub(last))
			last = now
		}
		now = now.Add(time.Minute)
	}
	if longest != time.Hour {
		t.Errorf("longest silence in a day is %s, want 1h", longest)
	}
}

func TestRepeatStartsAgainAfterClear(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var r adapters.Repeat
	if r.Clear() {
		t.Error("Clear of a zero Repeat reports a failure")
	}
	r.Say("refused", now)
	if !r.Clear() {
		t.Error("Clear reports no failure after one was said")
	}
	if say, _ := r.Say("refused", now.Add(time.Second)); !say {
		t.Error("the first failure after Clear was kept back")
	}
}
