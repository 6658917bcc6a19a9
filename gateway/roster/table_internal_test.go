package roster

import "testing"

// Each situation of an event that a table names is in exactly one line.
func TestTablesAreCompleteAndUnambiguous(t *testing.T) {
	for _, event := range []Event{Subscribe, Unsubscribe, Probe, Revoke, Grant, GrantBoth} {
		for state := FromNone; state <= FromPending; state++ {
			for _, permission := range []Permission{Denied, Undecided, Allowed} {
				n := 0
				for _, line := range fromTable {
					if line.event == event && line.permission&permission != 0 && line.states&(1<<state) != 0 {
						n++
					}
				}
				if n != 1 {
					t.Errorf("from: event %d in state %d, permission %d: %d lines, want 1", event, state, permission, n)
				}
			}
		}
	}
	for _, event := range []Event{Subscribed, Unsubscribed, Available, Unavailable, Error, Ask, Invite, Leave, Revoke, GrantBoth} {
		for state := ToNone; state <= ToRefused; state++ {
			for _, permission := range []Permission{Denied, Undecided, Allowed} {
				n := 0
				for _, line := range toTable {
					if line.event == event && line.permission&permission != 0 && line.states&(1<<state) != 0 {
						n++
					}
				}
				if n != 1 {
					t.Errorf("to: event %d in state %d, permission %d: %d lines, want 1", event, state, permission, n)
				}
			}
		}
	}
}
