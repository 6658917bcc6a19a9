package naming_test

import (
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/naming"
)

func TestProperty(t *testing.T) {
	for text, want := range map[string]string{
		"DHT11/Temperature": "dht11_temperature", "PM2.5": "pm2_5", "Küche (links)": "k_che_links", "--": "", "": "", "a-b": "a_b",
		strings.Repeat("x", 100): strings.Repeat("x", 64),
	} {
		if got := naming.Property(text); got != want {
			t.Errorf("Property(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestTopicOfAStranger(t *testing.T) {
	for topic, good := range map[string]bool{
		"tele/lamp/": true, "home/Küche": true, "": false, "a/+/b": false, "#": false, "$SYS/x": false, "a\x00": false, "a\xff": false,
		strings.Repeat("x", 300): false,
	} {
		if err := naming.Topic(topic); (err == nil) != good {
			t.Errorf("Topic(%q) = %v, want good: %v", topic, err, good)
		}
	}
}

func TestMAC(t *testing.T) {
	for text, want := range map[string]string{
		"AABBCCDDEEFF": "aabbccddeeff", "aa:bb:cc:dd:ee:ff": "aabbccddeeff", "AA-BB-CC-DD-EE-0F": "aabbccddee0f",
		"AABBCC": "", "GGBBCCDDEEFF": "", "": "", "AABBCCDDEEFF00": "", strings.Repeat(":", 99): "",
	} {
		if got, ok := naming.MAC(text); ok != (want != "") || ok && got != want {
			t.Errorf("MAC(%q) = %q, %v, want %q", text, got, ok, want)
		}
	}
}
