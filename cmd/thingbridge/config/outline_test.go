package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"thingbridge/cmd/thingbridge/config"
)

const placed = `# line 1
xmpp:
  accounts:
    - jid: house@home.test
      password_file: house.password
    - {jid: boiler@home.test, password: hunter2,
       device: boiler}
adapters:
  - name: house
    kind: mqtt
    broker: mqtt://127.0.0.1:1883
    devices:
      - id: boiler
        properties:
          - &reading {name: temperature, topic: sensors/boiler}
          - <<: *reading
            name: target
            min: 5
  - kind: mqtt
    name: attic
    password: hunter3
    broker: mqtt://127.0.0.1:1884
`

func TestLine(t *testing.T) {
	path := write(t, placed)
	place(t, filepath.Join(filepath.Dir(path), "house.password"), "hunter1\n", 0o600)
	c := load(t, path)
	tests := []struct {
		name, path string
		want       int
	}{
		{"a section", "xmpp.accounts", 3},
		{"an element", "xmpp.accounts[1]", 6},
		{"a key of an element", "xmpp.accounts[1].device", 7},
		{"a secret that comes from a file", "xmpp.accounts[0].password", 5},
		{"the file of a secret", "xmpp.accounts[0].password_file", 5},
		{"a secret that is written there", "xmpp.accounts[1].password", 6},
		{"a key that is not there", "xmpp.accounts[0].server", 4},
		{"a section that is not there", "xmpp.component.domain", 2},
		{"nothing of that file", "store.path", 2},
		{"an element beyond the end", "xmpp.accounts[2].jid", 3},
		{"an index that is none", "xmpp.accounts[].jid", 3},
		{"a key below a value", "xmpp.accounts[0].jid.domain", 4},
		{"an adapter", "adapters.attic", 19},
		{"a key of an adapter", "adapters.attic.broker", 22},
		{"a key that the adapter does not have", "adapters.attic.ca_file", 19},
		{"an adapter that is not there", "adapters.cellar.broker", 8},
		{"far inside of an adapter", "adapters.house.devices[0].properties[1].min", 18},
		{"what an alias brings", "adapters.house.devices[0].properties[1].topic", 15},
		{"an adapter by its number", "adapters[1].broker", 22},
		{"the file", "", 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := c.Line(test.path); got != test.want {
				t.Errorf("Line(%q) = %d, want %d", test.path, got, test.want)
			}
		})
	}
}

func TestLineWithoutAFile(t *testing.T) {
	if got := config.Default().Line("store.path"); got != 0 {
		t.Errorf("Line() = %d, want 0", got)
	}
}

// The lines of a file are not a part of what a reload compares.
func TestConfigurationsThatDifferInLinesAlone(t *testing.T) {
	a := load(t, write(t, minimal))
	b := load(t, write(t, "\n\n"+minimal))
	if a.Line("xmpp") == b.Line("xmpp") || !reflect.DeepEqual(a.XMPP, b.XMPP) || !reflect.DeepEqual(a.Adapters, b.Adapters) {
		t.Errorf("%+v and %+v differ in more or less than lines", a, b)
	}
}

// FuzzLine holds that any path has a line of the file.
func FuzzLine(f *testing.F) {
	path := filepath.Join(f.TempDir(), "thingbridge.yml")
	if err := os.WriteFile(path, []byte(everyType), 0o600); err != nil {
		f.Fatal(err)
	}
	c := load(f, path)
	for _, seed := range []string{"", ".", "[", "]", "[0]", "[-1].a", "a..b", "adapters.", "adapters.house.devices[0]", "adapters[99999999999999999999]", "[x]y", "xmpp[0]", "adapters.house[0]"} {
		f.Add(seed)
	}
	most := strings.Count(everyType, "\n")
	f.Fuzz(func(t *testing.T, path string) {
		if line := c.Line(path); line < 1 || line > most {
			t.Errorf("Line(%q) = %d, of %d", path, line, most)
		}
	})
}
