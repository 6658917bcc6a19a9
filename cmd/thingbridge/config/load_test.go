package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/gateway"
	"thingbridge/gateway/access"
	"thingbridge/gateway/xmpp"
)

const minimal = "xmpp: {component: {domain: things.home.test, secret: hunter2}}\n"

const everyType = `# with a comment
xmpp: {component: {domain: things.home.test, server: 127.0.0.1:5347, secret: 012345}}
presence: {interval: 1m30s}
adapters:
  - name: house
    kind: mqtt
    broker: mqtt://127.0.0.1:1883
    password: 'it''s #1'
    conventions: [homie, tasmota]
    qos: 1
    window: -3
    limit: 5
    start: 2026-01-15T06:00:00Z
    labels: {room: 7, on: true}
    will: {topic: a/b}
    note: |
      two
      lines
    devices:
      - id: boiler
        properties:
          - &reading {name: temperature, topic: sensors/boiler, min: -5, max: 80.5}
          - <<: *reading
            name: target
            max: 60
  - {name: attic, kind: serial, port: /dev/ttyUSB0}
access:
  admins: [anna@home.test]
  grants:
    - {who: "*@home.test", devices: "*", role: control}
feeds:
  - {to: Scripts@Home.test, every: 0}
  - {to: scripts@home.test, devices: kitchen-*, durable: true}
store: {path: /var/lib/thingbridge/things.db}
log: {level: debug}
`

// write makes a configuration in a folder of its own, that only its owner can read.
func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thingbridge.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t testing.TB, path string) *config.Config {
	t.Helper()
	c, err := config.Load(path, kinds())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func jid(t testing.TB, text string) xmpp.JID {
	t.Helper()
	j, err := xmpp.ParseJID(text)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

var comparers = cmp.Options{cmp.AllowUnexported(broker{}), cmpopts.IgnoreUnexported(config.Config{}), cmp.Comparer(func(a, b xmpp.JID) bool { return a == b })}

func TestWhatTheFileLeavesOutHasItsDefault(t *testing.T) {
	path := write(t, minimal)
	want := config.Default()
	want.XMPP.Component = &config.Component{Server: "127.0.0.1:5347"}
	want.XMPP.Component.Domain = "things.home.test"
	want.XMPP.Component.Secret = "hunter2"
	want.Store.Path = filepath.Join(filepath.Dir(path), "thingbridge.db")
	if diff := cmp.Diff(want, load(t, path), comparers); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestEveryTypeIsReadAsItIsWritten(t *testing.T) {
	path := write(t, everyType)
	low, high, lower := -5.0, 80.5, 60.0
	want := &config.Config{
		XMPP: config.XMPP{Component: &config.Component{
			Domain: "things.home.test", Server: "127.0.0.1:5347", Secret: "012345",
		}},
		Presence: gateway.PresenceConfig{Interval: 90 * time.Second, Stale: 2 * time.Hour, Rate: 400},
		Adapters: []config.Adapter{
			{Name: "house", Kind: "mqtt", Section: &broker{
				name: "house", Broker: "mqtt://127.0.0.1:1883", Password: "it's #1",
				Conventions: []convention{"homie", "tasmota"}, QoS: 1, Window: -3, Limit: 5,
				Keepalive: 30 * time.Second,
				Start:     time.Date(2026, time.January, 15, 6, 0, 0, 0, time.UTC),
				Labels:    map[string]string{"room": "7", "on": "true"},
				Will:      &will{Topic: "a/b", Retain: true},
				Notes:     notes{Note: "two\nlines\n"},
				Devices: []device{{ID: "boiler", Properties: []property{
					{Name: "temperature", Topic: "sensors/boiler", Min: &low, Max: &high},
					{Name: "target", Topic: "sensors/boiler", Min: &low, Max: &lower},
				}}},
			}},
			{Name: "attic", Kind: "serial", Section: &port{Port: "/dev/ttyUSB0", Baud: 115200}},
		},
		Access: access.Config{
			Admins: []string{"anna@home.test"},
			Grants: []access.Grant{{Who: "*@home.test", Devices: "*", Role: access.Control}},
		},
		Feeds: []gateway.FeedConfig{
			{To: jid(t, "scripts@home.test"), Devices: "*"},
			{To: jid(t, "scripts@home.test"), Devices: "kitchen-*", Durable: true},
		},
		Store: config.Store{Path: "/var/lib/thingbridge/things.db"},
		Log:   config.Log{Level: config.LevelDebug},
	}
	if diff := cmp.Diff(want, load(t, path), comparers); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestMarksAndLineEndsOfOtherSystemsDoNoHarm(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(minimal+"log:\n  level: debug\n", "\n", "\r\n")
	if got := load(t, write(t, text)).Log.Level; got != config.LevelDebug {
		t.Errorf("level %v, want debug", got)
	}
}

func TestSectionsWithoutContentKeepTheirDefaults(t *testing.T) {
	c := load(t, write(t, minimal+"presence:\nadapters:\naccess:\n  # admins: []\nlog: {}\n"))
	if c.Presence.Interval != time.Minute || c.Adapters != nil || c.Log.Level != config.LevelInfo {
		t.Errorf("got %+v", c)
	}
}

func TestMistakesBeyondAHundredAreCounted(t *testing.T) {
	_, err := config.Load(write(t, minimal+"access:\n  admins:\n"+strings.Repeat("    - anna\n", 150)), kinds())
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Mistakes) != 101 {
		t.Fatalf("got %v, want 101 mistakes", err)
	}
	if got, want := wrong.Mistakes[100].Problem, "and 50 more; mend these first"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c := load(t, write(t, minimal))
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(format, c); strings.Contains(got, "hunter2") {
			t.Errorf("%s prints the secret: %s", format, got)
		}
	}
}
