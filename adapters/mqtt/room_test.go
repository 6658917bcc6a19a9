package mqtt

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"thingbridge/devices"
)

// A house that is full keeps nothing of who comes too late: no device, no announcement
// on the disk and no topic, in whatever convention.
func TestNothingIsKeptOfWhoFindsNoRoom(t *testing.T) {
	const neighbour = `homeassistant/sensor/first/config {"name":"Level","stat_t":"first","dev":{"ids":"first","name":"First"}}`
	for _, name := range dialectNames(dialects())[1:] {
		t.Run(name, func(t *testing.T) {
			s := &shelf{kept: make(map[string]string)}
			_, n := neighbours(t, s, "homeassistant", name)
			n.spoken.names.Limit(1)
			n.hear(neighbour)
			topics := n.subscriptions.count()
			n.hear(talkative[name])
			if got := n.discovered(); !slices.Equal(got, []devices.ID{"first"}) {
				t.Errorf("devices %q, want the first", got)
			}
			if err := n.records.store(t.Context()); err != nil {
				t.Fatal(err)
			}
			for key := range maps.Keys(s.kept) {
				if strings.HasPrefix(key, announcementKey+name) {
					t.Errorf("%s is kept", key)
				}
			}
			if now := n.subscriptions.count(); now != topics {
				t.Errorf("%d topics, want %d", now, topics)
			}
			if n.drops.crowd.Load() == 0 {
				t.Error("nobody counts it")
			}
			n.spoken.names.Limit(2)
			if n.hear(talkative[name]); len(n.discovered()) != 2 {
				t.Errorf("devices %q when there is room", n.discovered())
			}
		})
	}
}
