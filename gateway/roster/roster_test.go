package roster_test

import (
	"testing"

	"thingbridge/gateway/roster"
)

func TestNextIsCompleteAndSafe(t *testing.T) {
	for event := roster.Subscribe; event <= roster.Probe; event++ {
		for state := roster.None; state <= roster.From; state++ {
			denied := roster.Next(state, event, roster.Denied)
			if denied.State != roster.None || denied.Answer.Type == "subscribed" || denied.Answer.Presence == roster.Current {
				t.Errorf("event %d in state %d, denied: %+v lets somebody see", event, state, denied)
			}
			if state == roster.From && denied.Answer.Presence != roster.Gone {
				t.Errorf("event %d, denied: %+v leaves the last presence standing", event, denied)
			}
			allowed := roster.Next(state, event, roster.Allowed)
			if (allowed.State == roster.From) != (event != roster.Unsubscribe) {
				t.Errorf("event %d in state %d, allowed: %+v", event, state, allowed)
			}
			if allowed.State == roster.From && allowed.Answer.Presence != roster.Current {
				t.Errorf("event %d in state %d, allowed: %+v tells nothing", event, state, allowed)
			}
			again := roster.Next(allowed.State, event, roster.Allowed)
			if again.State != allowed.State {
				t.Errorf("event %d is not idempotent: %+v, then %+v", event, allowed, again)
			}
		}
	}
}

func TestEventOf(t *testing.T) {
	for presenceType, want := range map[string]bool{"subscribe": true, "unsubscribe": true, "probe": true, "": false, "subscribed": false, "error": false} {
		if _, got := roster.EventOf(presenceType); got != want {
			t.Errorf("%q: %v, want %v", presenceType, got, want)
		}
	}
}
