package mqtt_test

import (
	"io"
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
