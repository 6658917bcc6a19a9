package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	mqttclient "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

const patience = 20 * time.Second // for one thing to happen on a busy machine

// testHouse is a real broker, a real server and the program between them.
type testHouse struct {
	t      *testing.T
	dir    string
	server *lab.XMPPServer
	thing  string // address of the boiler
	links  string // section xmpp of the configuration
	broker *lab.Mosquitto
	device mqttclient.Client // publishes what the boiler says, and hears what it is told
	told   chan string       // payloads on the boiler's command topic
	again  *repeated         // what the boiler published a second time

	gateway *exec.Cmd
	log     *lockedBuffer
}

// lockedBuffer is what the gateway wrote to its log.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newTestHouse starts Prosody and a broker; extra is added to the configuration.
func newTestHouse(t *testing.T, extra string) *testHouse {
	t.Helper()
	return newTestHouseAt(t, servers()[0], extra)
}

// place is where contacts live: a server, and how the gateway is connected to it.
type place struct {
	name     string
	start    func(*testing.T) *lab.XMPPServer
	accounts bool // the boiler has an account; otherwise the gateway is a component
}

// servers are those on which all that matters is shown, with a component.
func servers() []place { return []place{{"Prosody", prosody, false}, {"ejabberd", ejabberd, false}} }

// places are all servers, with a component and with an account.
func places() []place {
	return append(servers(), place{"account on Prosody", prosody, true}, place{"account on ejabberd", ejabberd, true})
}

func users() map[string]string {
	return map[string]string{"anna": "pw-anna", "scripts": "pw-scripts", "eve": "pw-eve", "boiler": "pw-boiler"}
}

func components() map[string]string { return map[string]string{"things.home.test": "s3cret"} }

func prosody(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Prosody(t, lab.ProsodyConfig{Host: "home.test", Users: users(), Components: components()}).XMPPServer
}

func ejabberd(t *testing.T) *lab.XMPPServer {
	t.Helper()
	return labtest.Ejabberd(t, lab.EjabberdConfig{Host: "home.test", Users: users(), Components: components()}).XMPPServer
}

// newTestHouseAt starts a server and a broker; extra is added to the configuration.
func newTestHouseAt(t *testing.T, at place, extra string) *testHouse {
	t.Helper()
	h := &testHouse{t: t, dir: t.TempDir(), told: make(chan string, 100), again: &repeated{}, log: &lockedBuffer{}}
	h.server = at.start(t)
	h.broker = labtest.Mosquitto(t, lab.MosquittoConfig{Persist: true, Lines: "autosave_interval 1\nmax_queued_messages 10000\n"})
	if at.accounts {
		h.asAccount(h.server.C2SAddr, extra)
	} else {
		h.asComponent(h.server.ComponentAddr, extra)
	}
	h.connectDevice()
	h.endWithTest()
	return h
}

// asComponent makes the boiler a contact of a component.
func (h *testHouse) asComponent(server, extra string) {
	h.t.Helper()
	h.thing = "boiler@things.home.test"
	h.links = fmt.Sprintf("component: {domain: things.home.test, server: %q, secret_file: secret}", server)
	h.configure("s3cret", extra)
}

// asAccount gives the boiler an account.
func (h *testHouse) asAccount(server, extra string) {
	h.t.Helper()
	h.thing = "boiler@home.test"
	h.links = fmt.Sprintf("accounts: [{jid: %s, password_file: secret, device: boiler, server: %q, ca_file: %q}]", h.thing, server, h.server.CAFile)
	h.configure("pw-boiler", extra)
}

// another returns a second gateway in the same house, with an account that it
// reaches at an address.
func (h *testHouse) another(server, extra string) *testHouse {
	h.t.Helper()
	second := *h
	second.dir, second.log, second.gateway = h.t.TempDir(), &lockedBuffer{}, nil
	second.asAccount(server, extra)
	second.write("thingbridge.yml", strings.ReplaceAll(second.text(), "name: house", "name: other")) // for the broker
	second.endWithTest()
	return &second
}

func (h *testHouse) endWithTest() {
	h.t.Cleanup(func() {
		h.stop()
		if h.t.Failed() {
			h.t.Logf("the gateway's log:\n%s", h.log)
		}
	})
}

func (h *testHouse) file() string { return filepath.Join(h.dir, "thingbridge.yml") }

func (h *testHouse) configure(secret, extra string) {
	h.t.Helper()
	h.write("secret", secret)
	h.write("thingbridge.yml", fmt.Sprintf(`
xmpp:
  %s
presence: {interval: 0s}
adapters:
  - name: house
    kind: mqtt
    broker: %s
    devices:
      - id: boiler
        name: Boiler
        properties:
          - {name: temperature, topic: boiler/state, value: "{{ value_json.temp }}", unit: °C}
          - {name: target, topic: boiler/target, command_topic: boiler/target/set, unit: °C, min: 5, max: 80, step: 0.5}
access:
  grants: [{who: anna@home.test, devices: "*", role: control}]
log: {level: debug}
%s`, h.links, h.broker.URL, extra))
}

func (h *testHouse) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// connectDevice logs the boiler in to the broker, for as long as the test runs.
func (h *testHouse) connectDevice() {
	h.t.Helper()
	options := mqttclient.NewClientOptions().AddBroker("tcp://" + h.broker.Addr).SetClientID("boiler").
		SetCleanSession(false).SetMaxReconnectInterval(200 * time.Millisecond).SetConnectRetry(true)
	options.SetDefaultPublishHandler(func(_ mqttclient.Client, m mqttclient.Message) { h.told <- string(m.Payload()) })
	options.SetCustomOpenConnectionFn(func(at *url.URL, _ mqttclient.ClientOptions) (net.Conn, error) {
		conn, err := net.Dial("tcp", at.Host)
		return publisher{conn, h.again}, err
	})
	options.SetOnConnectHandler(func(c mqttclient.Client) { c.Subscribe("boiler/target/set", 1, nil) })
	h.device = mqttclient.NewClient(options)
	if token := h.device.Connect(); !token.WaitTimeout(patience) || token.Error() != nil {
		h.t.Fatalf("the device cannot log in: %v", token.Error())
	}
	h.t.Cleanup(func() { h.device.Disconnect(100) })
}

// publisher is a connection on which messages that are sent again are noted.
type publisher struct {
	net.Conn
	again *repeated
}

// Write is called for each packet.
func (p publisher) Write(b []byte) (int, error) {
	const publish, dup = 3, 8
	if len(b) > 0 && b[0]>>4 == publish && b[0]&dup != 0 {
		p.again.add(b)
	}
	return p.Conn.Write(b)
}

// repeated holds the packets of messages that were sent again.
type repeated struct {
	mu      sync.Mutex
	packets [][]byte
}

func (r *repeated) add(packet []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packets = append(r.packets, bytes.Clone(packet))
}

// has reports whether one of the messages ends in payload.
func (r *repeated) has(payload string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.packets, func(b []byte) bool { return bytes.HasSuffix(b, []byte(payload)) })
}

func (h *testHouse) publish(topic, payload string) {
	h.t.Helper()
	if token := h.device.Publish(topic, 1, true, payload); !token.WaitTimeout(patience) || token.Error() != nil {
		h.t.Fatalf("publish %s: %v", topic, token.Error())
	}
}

func (h *testHouse) start() {
	h.t.Helper()
	h.gateway = exec.Command("thingbridge", "run", "-c", h.file())
	h.gateway.Stderr = h.log
	h.gateway.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := h.gateway.Start(); err != nil {
		h.t.Fatal(err)
	}
}

// stop ends the gateway in order and returns its exit code and how long it took.
func (h *testHouse) stop() (code int, took time.Duration) {
	h.t.Helper()
	if h.gateway == nil {
		return 0, 0
	}
	began := time.Now()
	_ = h.gateway.Process.Signal(syscall.SIGTERM)
	_ = h.gateway.Wait()
	code = h.gateway.ProcessState.ExitCode()
	h.gateway = nil
	return code, time.Since(began)
}

func (h *testHouse) kill() {
	h.t.Helper()
	if err := h.gateway.Process.Kill(); err != nil {
		h.t.Fatal(err)
	}
	_ = h.gateway.Wait()
	h.gateway = nil
}

// await waits until the log holds text.
func (h *testHouse) await(text string) {
	h.t.Helper()
	h.awaitTimes(text, 1)
}

// awaitTimes waits until the log holds text so many times.
func (h *testHouse) awaitTimes(text string, times int) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	for strings.Count(h.log.String(), text) < times {
		select {
		case <-ctx.Done():
			h.t.Fatalf("the log never said %q %d times", text, times)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// client logs a user in with a client that is not ours.
func (h *testHouse) client(user string) *labtest.Client {
	h.t.Helper()
	return labtest.Slixmpp(h.t, labtest.Login{Account: h.server.Account(user), Resource: "test", Reconnect: true})
}

func presenceFrom(jid, status string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Presence && strings.HasPrefix(e.From, jid) && e.Type == "" && strings.Contains(e.Status, status)
	}
}

func unavailableFrom(jid string) func(labtest.Event) bool {
	return func(e labtest.Event) bool {
		return e.Kind == labtest.Presence && strings.HasPrefix(e.From, jid) && e.Type == "unavailable"
	}
}

func messageWith(text string) func(labtest.Event) bool {
	return func(e labtest.Event) bool { return e.Kind == labtest.Message && strings.Contains(e.Body, text) }
}

func subscriptionOf(kind string) func(labtest.Event) bool {
	return func(e labtest.Event) bool { return e.Kind == labtest.Subscription && e.Type == kind }
}

// text returns the configuration.
func (h *testHouse) text() string {
	h.t.Helper()
	text, err := os.ReadFile(h.file())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(text)
}
