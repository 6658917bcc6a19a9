package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// faultHouse is a house whose lines break. All the time its boiler says another
// temperature, which is fed to two users, and a third gives it commands.
type faultHouse struct {
	*testHouse
	link, bus *faultLine // to the XMPP server, to the broker
	live      *feedLog   // what came of the feed that is kept in memory
	durable   *feedLog   // what came of the other
	anna      *follower
	archive   *follower
	rival     func() // ends the session of another gateway

	mu       sync.Mutex
	tokens   []mqttclient.Token // of readings, by their number
	pace     time.Duration      // between two readings
	paused   bool
	commands map[string]*commandLog // by thread
	status   string                 // what anna's client shows of the boiler
}

// commandLog is what became of one command.
type commandLog struct {
	at       time.Time
	heard    int             // times that the device got it
	answers  map[string]bool // ids
	returned bool            // it came back with an error, or there was nobody to send it to
}

// feedLog is which readings came, and under which ids.
type feedLog struct {
	mu  sync.Mutex
	ids map[int]map[string]int
}

var fedNumber = regexp.MustCompile(`^temperature: (\d+) °C$`)

func (l *feedLog) hear(s *rawStanza) {
	match := fedNumber.FindStringSubmatch(s.Body)
	if match == nil || s.Type == "error" {
		return
	}
	n, _ := strconv.Atoi(match[1])
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ids[n] == nil {
		l.ids[n] = make(map[string]int)
	}
	l.ids[n][s.ID]++
}

func (l *feedLog) has(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ids[n]) > 0
}

// missing returns which of the numbers from first up to next have not come.
func (l *feedLog) missing(first, next int) (numbers []int) {
	for n := first; n < next; n++ {
		if !l.has(n) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// repeated returns which of the numbers came under more than one id.
func (l *feedLog) repeated(first, next int) (numbers []int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := first; n < next; n++ {
		if len(l.ids[n]) > 1 {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// faultServers are servers with users who may log in by plain TCP.
func faultServers() []place {
	return []place{{"Prosody", plainProsody, false}, {"ejabberd", plainEjabberd, false}}
}

func plainProsody(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Prosody(t, lab.ProsodyConfig{
		Host: "home.test", Users: faultUsers(), Components: components(), Plaintext: true, LogLevel: "warn",
	}).XMPPServer
}

func plainEjabberd(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Ejabberd(t, lab.EjabberdConfig{
		Host: "home.test", Users: faultUsers(), Components: components(), Plaintext: true, LogLevel: "warning",
	}).XMPPServer
}

func faultUsers() map[string]string {
	return map[string]string{"anna": "pw-anna", "scripts": "pw-scripts", "archive": "pw-archive", "boiler": "pw-boiler"}
}

const faultConfig = `
xmpp:
  component: {domain: things.home.test, server: %q, secret_file: secret}
presence: {interval: 0s}
adapters:
  - name: house
    kind: mqtt
    broker: mqtt://%s
    devices:
      - id: boiler
        name: Boiler
        properties:
          - {name: temperature, topic: boiler/state, value: "{{ value_json.temp }}", unit: °C}
          - {name: target, topic: boiler/target, command_topic: boiler/target/set, unit: °C, min: 0, max: 1000000, step: 1}
access:
  grants: [{who: anna@home.test, devices: "*", role: control}]
feeds:
  - {to: scripts@home.test, devices: boiler}
  - {to: archive@home.test, devices: boiler, durable: true}
log: {level: debug}
`

// newFaultHouse starts everything and waits until all of it works.
func newFaultHouse(t *testing.T, at place) *faultHouse {
	t.Helper()
	h := &faultHouse{
		testHouse: newTestHouseAt(t, at, ""),
		live:      &feedLog{ids: make(map[int]map[string]int)},
		durable:   &feedLog{ids: make(map[int]map[string]int)},
		pace:      usualPace,
		commands:  make(map[string]*commandLog),
	}
	h.link, h.bus = newFaultLine(t, h.server.ComponentAddr), newFaultLine(t, h.broker.Addr)
	h.write("thingbridge.yml", fmt.Sprintf(faultConfig, h.link.addr(), h.bus.addr()))
	h.start()
	h.await("connected to the broker")
	h.await("connected to the XMPP server")
	follow(t, h.server.Account("scripts"), h.live.hear)
	h.archive = follow(t, h.server.Account("archive"), h.durable.hear)
	h.anna = follow(t, h.server.Account("anna"), h.hearAsAnna)
	h.anna.send("<presence type='subscribe' to='" + h.thing + "'/>")
	h.await("subscription changed")
	// ejabberd keeps a new roster in memory for a while.
	if err := h.server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.startServer()
	h.work()
	// The users log in again, which nobody else waits for.
	// And until enough was said that the gateway knows how the broker numbers messages.
	works := func() bool { n := h.next() - 1; return n > 100 && h.live.has(n) && h.durable.has(n) }
	if !h.until(patience, works) {
		t.Fatal("the feeds do not begin")
	}
	return h
}

func (h *faultHouse) startServer() {
	h.t.Helper()
	if err := h.server.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// work makes readings, commands and their confirmations until the test ends.
func (h *faultHouse) work() {
	done := make(chan struct{})
	var working sync.WaitGroup
	working.Go(func() { every(done, h.interval, h.read) })
	working.Go(func() { every(done, func() time.Duration { return commandPace }, h.command) })
	working.Go(func() {
		for {
			select {
			case <-done:
				return
			case payload := <-h.told:
				h.confirm(payload)
			}
		}
	})
	h.t.Cleanup(func() { close(done); working.Wait() })
}

// every calls do until done is closed.
func every(done <-chan struct{}, pause func() time.Duration, do func()) {
	for {
		select {
		case <-done:
			return
		case <-time.After(pause()):
			do()
		}
	}
}

func (h *faultHouse) interval() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pace
}

// read makes the boiler say the next temperature, if there is a broker to hear it.
func (h *faultHouse) read() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.paused && h.device.IsConnectionOpen() {
		h.tokens = append(h.tokens, h.device.Publish("boiler/state", 1, false, temperature(len(h.tokens))))
	}
}

func temperature(n int) string { return fmt.Sprintf(`{"temp": %d}`, n) }

// saidTwice reports whether the boiler itself sent a reading to the broker twice,
// having not heard that it had arrived. To everybody else those are two.
func (h *faultHouse) saidTwice(n int) bool { return h.again.has(temperature(n)) }

// command makes anna ask for another target.
func (h *faultHouse) command() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.paused {
		return
	}
	thread := strconv.Itoa(len(h.commands) + 1)
	sent := h.anna.send("<message type='chat' to='" + h.thing + "' id='" + thread + "'><body>set " + thread +
		"</body><thread>" + thread + "</thread></message>")
	h.commands[thread] = &commandLog{at: time.Now(), answers: make(map[string]bool), returned: !sent}
}

func (h *faultHouse) confirm(payload string) {
	h.mu.Lock()
	if it := h.commands[payload]; it != nil {
		it.heard++
	}
	h.mu.Unlock()
	h.device.Publish("boiler/target", 1, false, payload)
}

func (h *faultHouse) hearAsAnna(s *rawStanza) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case s.kind() == "presence" && strings.HasPrefix(s.From, h.thing):
		h.status = s.Status + s.Type
	case s.kind() == "message" && s.Type == "error" && h.commands[s.ID] != nil:
		h.commands[s.ID].returned = true
	case s.kind() == "message" && h.commands[s.Thread] != nil:
		h.commands[s.Thread].answers[s.ID] = true
	}
}

// next returns the number of the next reading.
func (h *faultHouse) next() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.tokens)
}

func (h *faultHouse) set(pace time.Duration, paused bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pace, h.paused = pace, paused
}

// errorsIn returns the lines of the gateway's log that nobody wants to see.
func errorsIn(log string) (lines []string) {
	for line := range strings.Lines(log) {
		for _, bad := range []string{"DATA RACE", "panic", "dropped", "goroutine "} {
			if strings.Contains(line, bad) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func quoted(v []int) string {
	text, _ := json.Marshal(v)
	if len(text) > 200 {
		text = append(text[:200], "…"...)
	}
	return fmt.Sprintf("%d: %s", len(v), text)
}
