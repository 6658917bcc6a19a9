package convention_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// assign is what Assign returned, as "id" or "id refused".
func assign(n *convention.Names, by, key, wanted string) string {
	id, ok := n.Assign(by, key, wanted)
	if !ok {
		return string(id) + " refused"
	}
	return string(id)
}

func TestNamesStayTheSame(t *testing.T) {
	n := convention.NewNames([]string{"first", "second"}, []devices.ID{"boiler"})
	for _, tt := range []struct{ by, key, wanted, want string }{
		{"second", "id:1", "Kitchen Lamp", "kitchen-lamp"},
		{"second", "id:1", "Renamed", "kitchen-lamp"},
		{"second", "id:3", "", "id-3"},
		{"first", "id:1", "Lamp", "kitchen-lamp"},
		{"second", "id:1", "Lamp", "kitchen-lamp refused"},
	} {
		if got := assign(n, tt.by, tt.key, tt.wanted); got != tt.want {
			t.Errorf("%s calls %s %q: %s, want %s", tt.by, tt.key, tt.wanted, got, tt.want)
		}
	}
	for _, twin := range []string{assign(n, "first", "id:2", "kitchen lamp"), assign(n, "first", "id:4", "Boiler")} {
		if twin == "kitchen-lamp" || twin == "boiler" {
			t.Errorf("%s belongs to another", twin)
		}
	}
	if diff := cmp.Diff([]convention.Move{{ID: "kitchen-lamp", From: "second", To: "first"}}, n.Moved()); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
	if again := n.Moved(); again != nil {
		t.Errorf("moves are told twice: %v", again)
	}
}

func TestNamesOfEarlierRuns(t *testing.T) {
	n := convention.NewNames([]string{"first", "second"}, []devices.ID{"boiler"})
	n.Load([]convention.Name{
		{Key: "id:1", ID: "lamp", Convention: "first"},
		{Key: "id:2", ID: "boiler", Convention: "first"},
		{Key: "id:3", ID: "plug", Convention: "gone"},
	})
	for _, tt := range []struct{ by, key, want string }{
		{"second", "id:1", "lamp"}, // first has not announced it in this run
		{"second", "id:3", "plug"},
		{"first", "id:1", "lamp"},
		{"second", "id:1", "lamp refused"},
	} {
		if got := assign(n, tt.by, tt.key, "other"); got != tt.want {
			t.Errorf("%s: %s is %s, want %s", tt.by, tt.key, got, tt.want)
		}
	}
	if got := assign(n, "first", "id:2", "Boiler"); got == "boiler" {
		t.Error("the configuration's device has lost its ID")
	}
}

func TestOnlySoManyDevicesAreThere(t *testing.T) {
	n := convention.NewNames([]string{"first"}, nil)
	n.Limit(2)
	n.Load([]convention.Name{{Key: "old", ID: "old", Convention: "first"}})
	got := []string{
		assign(n, "first", "a", "a"), assign(n, "first", "b", "b"), assign(n, "first", "c", "c"),
		assign(n, "first", "old", ""), assign(n, "first", "a", "a"),
	}
	n.Release([]devices.ID{"b", "b", "never"})
	got = append(got, assign(n, "first", "old", ""), assign(n, "first", "b", "b"))
	n.Release([]devices.ID{"a"})
	got = append(got, assign(n, "first", "b", "b"))
	want := []string{"a", "b", " refused", " refused", "a", "old", " refused", "b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("IDs (-want +got):\n%s", diff)
	}
	if n.Room("never", "a") || !n.Room("never", "b") {
		t.Error("there is room for a device that is not there, or none for one that is")
	}
	if refused := n.Refused(); refused != 4 {
		t.Errorf("%d announcements were refused, want 4", refused)
	}
}

// TestTheNamesOfDevicesThatAreGoneMakeRoom has more devices come and go than
// there can be names.
func TestTheNamesOfDevicesThatAreGoneMakeRoom(t *testing.T) {
	const many = 25_000
	n := convention.NewNames([]string{"first"}, nil)
	n.Limit(10)
	stays := assign(n, "first", "stays", "stays")
	var forgotten []string
	for i := range many {
		id, ok := n.Assign("first", fmt.Sprintf("id:%d", i), fmt.Sprintf("device %d", i))
		if !ok {
			t.Fatalf("device %d is refused", i)
		}
		n.Release([]devices.ID{id})
		for _, name := range n.Fresh() {
			if name.ID == "" {
				forgotten = append(forgotten, name.Key)
			}
		}
	}
	if len(forgotten) != many+1-20_000 || slices.Contains(forgotten, "stays") {
		t.Errorf("%d names were forgotten, want %d without the device that is there", len(forgotten), many+1-20_000)
	}
	if again := assign(n, "first", "stays", "other"); again != stays {
		t.Errorf("the device that is there is %s now, want %s", again, stays)
	}
}
