package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const (
	crowdWithin = time.Minute // for everybody to see everything, after whatever happened
	crowdRate   = 400         // presence.rate
)

// crowdSize is how large a crowd is. `make crowd` sets CROWD for the large one.
type crowdSize struct {
	devices, users int
	memory         int // MB that the gateway may take; the race detector takes several times as much
}

// crowd is a house with many things and several users, all of whom see all of them.
type crowd struct {
	*testHouse
	crowdSize
	followers []*follower

	mu      sync.Mutex
	status  []map[string]string // by user, what a contact shows; "" while it is unavailable
	right   int                 // how many of them show what they should
	want    string
	seconds map[int64]int // presences in each second
}

// TestCrowd lets ten users subscribe to a thousand things, restarts the gateway, and
// changes all things at once: within a minute of each, everybody sees everything as
// it is, the server gets no more presences in a second than the configuration says,
// and the gateway stays small.
func TestCrowd(t *testing.T) {
	size := crowdSize{devices: 60, users: 4, memory: 400}
	if environment(t, "CROWD", 0) > 0 {
		size = crowdSize{devices: 1000, users: 10, memory: 64}
	} else {
		t.Parallel()
	}
	c := newCrowd(t, size)
	c.publishAll(1)
	c.start()
	c.await("connected to the XMPP server")
	c.await("connected to the broker")
	for range size.users {
		i := len(c.followers)
		account := c.server.Account(fmt.Sprintf("u%d", i))
		c.followers = append(c.followers, follow(t, account, func(s *rawStanza) { c.hear(i, s) }))
	}

	c.expect("1 °C")
	began := time.Now()
	for _, f := range c.followers {
		f.send(c.subscriptions())
	}
	c.report("all subscribed", began)

	c.expect("2 °C")
	c.stop()
	c.publishAll(2)
	c.paced("restarted", c.start)

	c.expect("3 °C")
	c.paced("all changed", func() { c.publishAll(3) })
}

func newCrowd(t *testing.T, size crowdSize) *crowd {
	t.Helper()
	users := make(map[string]string)
	c := &crowd{crowdSize: size, seconds: make(map[int64]int)}
	for i := range size.users {
		users[fmt.Sprintf("u%d", i)] = "pw"
		c.status = append(c.status, make(map[string]string))
	}
	c.testHouse = newTestHouseAt(t, place{start: func(t *testing.T) *lab.XMPPServer {
		return labtest.Prosody(t, lab.ProsodyConfig{
			Host: "home.test", Users: users, Components: components(), Plaintext: true, LogLevel: "warn",
			Lines: fmt.Sprintf("plugin_paths = { %q }", forgetfulStorage(t)), HostLines: `storage = { roster = "forgetful" }`,
		}).XMPPServer
	}}, "")
	var text strings.Builder
	fmt.Fprintf(&text, `
xmpp:
  %s
presence: {interval: 0s, rate: %d}
access:
  grants: [{who: "*@home.test", devices: "*", role: control}]
log: {level: info}
adapters:
  - name: house
    kind: mqtt
    broker: %s
    devices:
`, c.links, crowdRate, c.broker.URL)
	for i := range size.devices {
		fmt.Fprintf(&text, "      - {id: t%d, name: Thing %d, properties: [{name: temperature, topic: t%d/state, unit: °C}]}\n", i, i, i)
	}
	c.write("thingbridge.yml", text.String())
	return c
}

// forgetfulStorage makes a module for Prosody that stores rosters nowhere, and
// returns its folder. While a user is logged in, Prosody has the roster in memory;
// that it writes the whole of it at each change would be most of what is measured.
func forgetfulStorage(t *testing.T) (folder string) {
	t.Helper()
	const module = `
local store = {};
store.__index = store;
function store:get() return nil; end
function store:set() return true; end
local driver = {};
function driver:open(_, typ)
	if typ and typ ~= "keyval" then return nil, "unsupported-store"; end
	return setmetatable({}, store);
end
function driver:purge() return true; end
module:provides("storage", driver);
`
	folder, err := os.MkdirTemp("", "forgetful") // not t.TempDir, which Prosody's user cannot reach
	if err == nil {
		t.Cleanup(func() { os.RemoveAll(folder) })
		err = os.Chmod(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "mod_storage_forgetful.lua"), []byte(module), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func (c *crowd) publishAll(value int) {
	c.t.Helper()
	tokens := make([]mqttclient.Token, c.devices)
	for i := range c.devices {
		tokens[i] = c.device.Publish(fmt.Sprintf("t%d/state", i), 1, true, strconv.Itoa(value))
	}
	for _, token := range tokens {
		if !token.WaitTimeout(patience) || token.Error() != nil {
			c.t.Fatalf("publish: %v", token.Error())
		}
	}
}

func (c *crowd) subscriptions() string {
	var out strings.Builder
	for i := range c.devices {
		fmt.Fprintf(&out, "<presence type='subscribe' to='t%d@things.home.test'/>", i)
	}
	return out.String()
}

// hear notes what a user is told.
func (c *crowd) hear(user int, s *rawStanza) {
	bare, _, _ := strings.Cut(s.From, "/")
	if s.kind() != "presence" || !strings.HasSuffix(bare, "@things.home.test") || s.Type != "" && s.Type != "unavailable" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.Type == "" {
		c.seconds[time.Now().Unix()]++
	}
	if c.status[user][bare] == c.want {
		c.right--
	}
	c.status[user][bare] = s.Status
	if s.Status == c.want {
		c.right++
	}
}

// expect says what all contacts are to show next.
func (c *crowd) expect(status string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.want, c.right = status, 0
	clear(c.seconds)
}

// report waits until everybody sees everything, and says how long that took.
func (c *crowd) report(what string, began time.Time) {
	c.t.Helper()
	all, right := c.devices*c.users, 0
	met := until(crowdWithin, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		right = c.right
		return right == all
	})
	took := time.Since(began).Round(10 * time.Millisecond)
	now, peak := c.megabytes("VmRSS"), c.megabytes("VmHWM")
	c.t.Logf("%s: %d of %d right after %v; the gateway takes %d MB, %d MB at its peak, and has used %v of processor time",
		what, right, all, took, now, peak, c.processorTime())
	if !met {
		c.t.Fatalf("%s: %d of %d are right after %v", what, right, all, took)
	}
	if peak > c.memory {
		c.t.Errorf("%s: the gateway took %d MB, want at most %d", what, peak, c.memory)
	}
}

// paced does what is reported, and sees that it came no faster than is configured.
func (c *crowd) paced(what string, do func()) {
	c.t.Helper()
	began := time.Now()
	do()
	c.report(what, began)
	c.mu.Lock()
	defer c.mu.Unlock()
	most, sum := 0, 0
	for _, n := range c.seconds {
		most, sum = max(most, n), sum+n
	}
	c.t.Logf("%s: %d presences, at most %d in a second", what, sum, most)
	// What was saved up can be spent within the second, and the users' clocks are not
	// the gateway's.
	if most > 2*crowdRate {
		c.t.Errorf("%s: %d presences in a second, want about %d", what, most, crowdRate)
	}
}

// megabytes reads what the system says of the gateway's memory.
func (c *crowd) megabytes(key string) int {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.gateway.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), key+":")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		c.t.Fatal(err)
	}
	return kb >> 10
}

// processorTime is how long the gateway has run on a processor.
func (c *crowd) processorTime() time.Duration {
	c.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.gateway.Process.Pid))
	if err != nil {
		c.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	const ticks = 100 // a second, on all of Linux
	sum := 0
	for _, field := range strings.Fields(rest)[11:13] {
		n, _ := strconv.Atoi(field)
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks
}
