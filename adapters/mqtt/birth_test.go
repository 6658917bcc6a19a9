package mqtt_test

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"thingbridge/adapters/mqtt"
	"thingbridge/deploy/lab"
)

// births runs an adapter that says on the broker that it is there. It returns what
// is said on the topic: after it, "fence" when the adapter is surely done.
func births(t *testing.T, b *lab.Mosquitto, change func(*mqtt.Config)) (said <-chan string, fence func()) {
	t.Helper()
	other := client(t, b, "listener")
	said = subscribe(t, other, "ha/status")
	cfg := discovering(b.URL, "homeassistant")
	cfg.DiscoveryPrefix = "ha"
	change(&cfg)
	s := newRegistrySink(newArchive())
	h, _ := discover(t, cfg, s, io.Discard, newBeacon("homeassistant", 0))
	h.subscribed(t)
	return said, func() {
		t.Helper()
		// A question is sent after the birth, by the same goroutine.
		questions := subscribe(t, other, "homeassistant/+/get")
		done(t, other.Publish("homeassistant/1/config", 1, false, "Lamp"))
		next(t, questions, "")
		done(t, other.Publish("ha/status", 0, false, "fence"))
	}
}

func TestBirthIsSaidInEachSession(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	said, _ := births(t, b, func(*mqtt.Config) {})
	next(t, said, "online")
	for range 2 {
		b.Kill()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := subscribe(t, client(t, b, "again"), "ha/status")
		next(t, again, "online") // neither retained nor kept from saying it by its own
	}
	late := subscribe(t, client(t, b, "late"), "ha/status")
	done(t, client(t, b, "other").Publish("ha/status", 1, false, "nothing was retained"))
	next(t, late, "nothing was retained")
}

func TestBirthIsLeftToAHomeAssistant(t *testing.T) {
	t.Run("that has retained its own", func(t *testing.T) {
		b := broker(t, lab.MosquittoConfig{})
		done(t, client(t, b, "ha").Publish("ha/status", 1, true, "online"))
		said, fence := births(t, b, func(*mqtt.Config) {})
		next(t, said, "online")
		fence()
		next(t, said, "fence")
	})
	t.Run("that is heard later", func(t *testing.T) {
		b := broker(t, lab.MosquittoConfig{})
		said, fence := births(t, b, func(*mqtt.Config) {})
		next(t, said, "online")
		ha := client(t, b, "ha")
		done(t, ha.Publish("ha/status", 1, false, "online"))
		next(t, said, "online")
		fence()
		next(t, said, "fence")
		b.Kill()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		again := client(t, b, "again")
		status, on := subscribe(t, again, "ha/status"), subscribe(t, again, "thingbridge/house/status")
		next(t, on, "online")
		questions := subscribe(t, again, "homeassistant/+/get")
		done(t, again.Publish("homeassistant/2/config", 1, false, "Lamp"))
		next(t, questions, "")
		done(t, again.Publish("ha/status", 0, false, "fence"))
		next(t, status, "fence")
	})
}

// Two gateways on one broker do not take each other for a Home Assistant: both say online
// in their next session too, until there is one.
func TestBirthsOfOtherGatewaysAreNoHomeAssistants(t *testing.T) {
	b := broker(t, lab.MosquittoConfig{})
	for _, name := range []string{"house", "attic"} {
		cfg := discovering(b.URL, "homeassistant")
		cfg.DiscoveryPrefix, cfg.ClientID, cfg.StatusTopic = "ha", name, "thingbridge/"+name+"/status"
		h, _ := discover(t, cfg, newRegistrySink(newArchive()), io.Discard, newBeacon("homeassistant", 0))
		h.subscribed(t)
	}
	for round := range 4 {
		b.Kill()
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		c := client(t, b, "again")
		said, explained, questions := subscribe(t, c, "ha/status"), subscribe(t, c, "thingbridge/birth"), subscribe(t, c, "homeassistant/+/get")
		first, second := subscribe(t, c, "thingbridge/house/status"), subscribe(t, c, "thingbridge/attic/status")
		next(t, first, "online")
		next(t, second, "online")
		if round < 3 {
			next(t, said, "online")
			next(t, said, "online")
			got := []string{<-explained, <-explained}
			if slices.Sort(got); !slices.Equal(got, []string{"ha/status attic", "ha/status house"}) {
				t.Fatalf("explained by %q", got)
			}
		}
		if round == 2 {
			done(t, c.Publish("ha/status", 1, false, "offline"))
			next(t, said, "offline")
		}
		// What they ask, they ask after their births, and after they have heard all this.
		done(t, c.Publish(fmt.Sprintf("homeassistant/%d/config", round), 1, false, "Lamp"))
		next(t, questions, "")
		next(t, questions, "")
		done(t, c.Publish("ha/status", 0, false, "fence"))
		next(t, said, "fence")
	}
}

func TestBirthCanBeSwitchedOff(t *testing.T) {
	for name, change := range map[string]func(*mqtt.Config){
		"by the key":                     func(c *mqtt.Config) { c.Birth = false },
		"by not speaking the convention": func(c *mqtt.Config) { c.Conventions = []string{"other"} },
	} {
		t.Run(name, func(t *testing.T) {
			b := broker(t, lab.MosquittoConfig{})
			other := client(t, b, "listener")
			said := subscribe(t, other, "ha/status")
			cfg := discovering(b.URL, "homeassistant")
			cfg.DiscoveryPrefix = "ha"
			change(&cfg)
			h, _ := discover(t, cfg, newRegistrySink(newArchive()), io.Discard, newBeacon("homeassistant", 0), newBeacon("other", 0))
			h.subscribed(t)
			questions := subscribe(t, other, cfg.Conventions[0]+"/+/get")
			done(t, other.Publish(cfg.Conventions[0]+"/1/config", 1, false, "Lamp"))
			next(t, questions, "")
			done(t, other.Publish("ha/status", 0, false, "fence"))
			next(t, said, "fence")
		})
	}
}
