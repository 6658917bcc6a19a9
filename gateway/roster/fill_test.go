package roster_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/gateway/roster"
)

func TestFill(t *testing.T) {
	lamp, renamed := &roster.Wish{Entry: roster.Entry{Name: "Lamp", Group: "Hall"}}, &roster.Wish{Entry: roster.Entry{Name: "Light", Group: "Attic"}}
	mutual := &roster.Wish{Entry: lamp.Entry, Both: true}
	ours := &roster.Kept{Entry: lamp.Entry}
	there := &roster.Item{Name: "Lamp", Groups: []string{"Hall"}, Subscription: "to"}
	gone := &roster.Kept{Entry: lamp.Entry, Removed: true}
	tests := []struct {
		name string
		want *roster.Wish
		have *roster.Item
		kept *roster.Kept
		then roster.Change
	}{
		{"a contact that is new", lamp, nil, nil, roster.Change{Do: roster.Put, Item: *there, Kept: *ours}},
		{"a contact that is there", lamp, there, ours, roster.Change{Item: *there, Kept: *ours}},
		{"one that we put and forgot", lamp, there, nil, roster.Change{Do: roster.Note, Item: *there, Kept: *ours}},
		{"one that the user took out", lamp, nil, ours, roster.Change{Do: roster.Note, Kept: *gone}},
		{"one that stays out", lamp, nil, gone, roster.Change{Kept: *gone}},
		{"one that the user put back", lamp, there, gone, roster.Change{Do: roster.Note, Item: *there, Kept: *ours}},
		{
			"a new name and room", renamed, there, ours,
			roster.Change{Do: roster.Put, Item: roster.Item{Name: "Light", Groups: []string{"Attic"}, Subscription: "to"}, Kept: roster.Kept{Entry: renamed.Entry}},
		},
		{
			"a new name where the user has one", renamed, &roster.Item{Name: "My lamp", Groups: []string{"Hall"}, Subscription: "to"}, ours,
			roster.Change{
				Do: roster.Put, Item: roster.Item{Name: "My lamp", Groups: []string{"Attic"}, Subscription: "to"},
				Kept: roster.Kept{Entry: roster.Entry{Name: "Lamp", Group: "Attic"}},
			},
		},
		{
			"other groups of the user's", renamed, &roster.Item{Name: "Lamp", Groups: []string{"Mine", "Too"}, Subscription: "to"}, ours,
			roster.Change{
				Do: roster.Put, Item: roster.Item{Name: "Light", Groups: []string{"Mine", "Too"}, Subscription: "to"},
				Kept: roster.Kept{Entry: roster.Entry{Name: "Light", Group: "Hall"}},
			},
		},
		{
			"one that the user added, with a name", lamp, &roster.Item{Name: "My lamp"}, nil,
			roster.Change{
				Do: roster.Put, Item: roster.Item{Name: "My lamp", Groups: []string{"Hall"}, Subscription: "to"},
				Kept: roster.Kept{Entry: roster.Entry{Group: "Hall"}},
			},
		},
		{
			"one that shall see the user too", mutual, there, ours,
			roster.Change{Do: roster.Put, Item: roster.Item{Name: "Lamp", Groups: []string{"Hall"}, Subscription: "both"}, Kept: *ours},
		},
		{
			"one that the user lets see more", lamp, &roster.Item{Name: "Lamp", Groups: []string{"Hall"}, Subscription: "both"}, ours,
			roster.Change{Item: roster.Item{Name: "Lamp", Groups: []string{"Hall"}, Subscription: "both"}, Kept: *ours},
		},
		{"one that is gone", nil, there, ours, roster.Change{Do: roster.Drop}},
		{"one that is gone, and the user added", nil, there, nil, roster.Change{}},
		{"one that is not there and not wanted", nil, nil, ours, roster.Change{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := roster.Fill(test.want, test.have, test.kept)
			if diff := cmp.Diff(test.then, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if test.want == nil || got.Do == roster.Nothing || got.Kept.Removed {
				return
			}
			if again := roster.Fill(test.want, &got.Item, &got.Kept); again.Do != roster.Nothing {
				t.Errorf("and then again %+v", again)
			}
		})
	}
}
