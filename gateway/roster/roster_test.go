package roster_test

import (
	"testing"

	"thingbridge/gateway/roster"
)

var permissions = []roster.Permission{roster.Denied, roster.Undecided, roster.Allowed}

func each(do func(roster.State, roster.Event, roster.Permission)) {
	for event := roster.Subscribe; event <= roster.GrantBoth; event++ {
		for from := roster.FromNone; from <= roster.FromPending; from++ {
			for to := roster.ToNone; to <= roster.ToRefused; to++ {
				for _, permission := range permissions {
					do(roster.State{From: from, To: to}, event, permission)
				}
			}
		}
	}
}

func TestNobodySeesWhatIsDenied(t *testing.T) {
	each(func(state roster.State, event roster.Event, permission roster.Permission) {
		next := roster.Next(state, event, permission)
		if permission != roster.Denied {
			return
		}
		if next.Answer.Type == "subscribed" || next.Answer.Presence == roster.Current || next.Answer.Own == "subscribe" {
			t.Errorf("event %d in %+v, denied: %+v", event, state, next)
		}
		if next.State.From == roster.FromYes && state.From != roster.FromYes {
			t.Errorf("event %d in %+v, denied, lets somebody see", event, state)
		}
	})
}

func TestWhoSawIsToldTheEnd(t *testing.T) {
	each(func(state roster.State, event roster.Event, permission roster.Permission) {
		next := roster.Next(state, event, permission)
		ended := state.From == roster.FromYes && next.State.From != roster.FromYes
		if event != roster.Grant && event != roster.GrantBoth && ended != (next.Answer.Presence == roster.Gone) {
			t.Errorf("event %d in %+v, permission %d: %+v", event, state, permission, next)
		}
		if next.Answer.Presence == roster.Current && next.State.From != roster.FromYes {
			t.Errorf("event %d in %+v, permission %d: %+v tells who does not see", event, state, permission, next)
		}
	})
}

// What is lost is sent again, and what is sent again changes nothing more.
func TestRepetitionChangesNothing(t *testing.T) {
	each(func(state roster.State, event roster.Event, permission roster.Permission) {
		once := roster.Next(state, event, permission)
		twice := roster.Next(once.State, event, permission)
		if once.State != twice.State {
			t.Errorf("event %d in %+v, permission %d: %+v, then %+v", event, state, permission, once.State, twice.State)
		}
	})
}

func TestARefusalIsRemembered(t *testing.T) {
	each(func(state roster.State, event roster.Event, permission roster.Permission) {
		next := roster.Next(state, event, permission)
		changed := event == roster.Subscribed || event == roster.Invite || event == roster.GrantBoth && permission != roster.Denied
		if state.To == roster.ToRefused && !changed && next.State.To != roster.ToRefused {
			t.Errorf("event %d in %+v, permission %d forgets it: %+v", event, state, permission, next)
		}
		if next.Answer.Own == "subscribe" && event != roster.Invite && (event != roster.Ask || state.To == roster.ToRefused) {
			t.Errorf("event %d in %+v, permission %d asks", event, state, permission)
		}
	})
}

func TestEventOf(t *testing.T) {
	for presenceType, want := range map[string]bool{
		"subscribe": true, "unsubscribe": true, "probe": true, "": true, "subscribed": true, "unsubscribed": true,
		"unavailable": true, "error": true, "invisible": false,
	} {
		if _, got := roster.EventOf(presenceType); got != want {
			t.Errorf("%q: %v, want %v", presenceType, got, want)
		}
	}
}
