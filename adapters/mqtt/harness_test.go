package mqtt_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/devices"
)

// patience is how long a test waits for what must come.
const patience = 15 * time.Second

// boiler is a device with one property of each direction.
func boiler() mapped.Device {
	return mapped.Device{ID: "boiler", Properties: []mapped.Property{
		{Name: "temp", Topic: "boiler/state", Value: "{{ value_json.temp }}"},
		{Name: "target", Topic: "boiler/target", CommandTopic: "boiler/target/set"},
		{Name: "fan", CommandTopic: "boiler/fan/set"},
	}}
}

func config(broker string, change ...func(*mqtt.Config)) mqtt.Config {
	c := mqtt.DefaultConfig("house")
	c.Broker = broker
	c.Devices = []mapped.Device{boiler()}
	for _, f := range change {
		f(&c)
	}
	return c
}

func broker(t testing.TB, c lab.MosquittoConfig) *lab.Mosquitto {
	t.Helper()
	return labtest.Mosquitto(t, c)
}

// sink keeps what it is given and lets a test wait for it.
type sink struct {
	settle func(context.Context) error

	mu       sync.Mutex
	readings []string // "boiler temp 20"
	presence []string // "boiler online"
	changed  chan struct{}
}

func newSink() *sink { return &sink{changed: make(chan struct{})} }

func (s *sink) Apply(u devices.Update) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range u.Availability {
		s.presence = append(s.presence, string(p.Device)+" "+p.Availability.String())
	}
	for _, r := range u.Readings {
		s.readings = append(s.readings, string(r.Device)+" "+r.Property+" "+r.Value.String())
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *sink) Settle(ctx context.Context) error {
	if s.settle != nil {
		return s.settle(ctx)
	}
	return ctx.Err()
}

// await waits until met holds for readings and availabilities so far.
func (s *sink) await(t testing.TB, what string, met func(readings, presence []string) bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		ok, changed := met(s.readings, s.presence), s.changed
		readings, presence := strings.Join(s.readings, ", "), strings.Join(s.presence, ", ")
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%s did not come within %s; readings: %s; availability: %s", what, patience, readings, presence)
		}
	}
}

// reading waits until a reading, as "boiler temp 20", is among those that came.
func (s *sink) reading(t testing.TB, want string) {
	t.Helper()
	s.await(t, "reading "+want, func(readings, _ []string) bool { return slices.Contains(readings, want) })
}

// available waits until the last availability is want, as "boiler online".
func (s *sink) available(t testing.TB, want string) {
	t.Helper()
	s.await(t, "availability "+want, func(_, presence []string) bool {
		return len(presence) > 0 && presence[len(presence)-1] == want
	})
}

// all returns the readings that came.
func (s *sink) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.readings)
}

// house is an adapter at work.
type house struct {
	*mqtt.Adapter
	connected *logWaiter
}

// subscribed waits until the adapter has subscribed.
func (h house) subscribed(t testing.TB) {
	t.Helper()
	h.connected.wait(t)
}

// run runs an adapter until stop, which returns what Run did.
func run(t testing.TB, c mqtt.Config, s adapters.Sink, log io.Writer) (h house, stop func() error) {
	t.Helper()
	connected := newLogWaiter("connected to the broker")
	return start(t, mqtt.New("house", c, zerolog.New(io.MultiWriter(log, connected))), connected, s)
}

// start runs a, which logs to connected too.
func start(t testing.TB, a *mqtt.Adapter, connected *logWaiter, s adapters.Sink) (h house, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx, s) }()
	stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			t.Errorf("Run did not return within %s", patience)
			return nil
		}
	})
	t.Cleanup(func() { stop() })
	return house{a, connected}, stop
}

// runToEnd runs an adapter that is to end by itself.
func runToEnd(t *testing.T, c mqtt.Config) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := mqtt.New("house", c, zerolog.Nop()).Run(ctx, newSink())
	if ctx.Err() != nil {
		t.Fatalf("Run did not end by itself within %s", patience)
	}
	return err
}

// client is another user of the broker.
func client(t testing.TB, b *lab.Mosquitto, id string) paho.Client {
	t.Helper()
	o := paho.NewClientOptions().AddBroker("tcp://" + b.Addr).SetClientID(id).SetAutoReconnect(false)
	c := paho.NewClient(o)
	done(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(100) })
	return c
}

func done(t testing.TB, token paho.Token) {
	t.Helper()
	if !token.WaitTimeout(patience) {
		t.Fatalf("no answer from the broker within %s", patience)
	}
	if err := token.Error(); err != nil {
		t.Fatal(err)
	}
}

// subscribe returns the payloads that come on a topic.
func subscribe(t testing.TB, c paho.Client, topic string) <-chan string {
	t.Helper()
	got := make(chan string, 100)
	done(t, c.Subscribe(topic, 1, func(_ paho.Client, m paho.Message) { got <- string(m.Payload()) }))
	return got
}

func next(t testing.TB, from <-chan string, want string) {
	t.Helper()
	select {
	case got := <-from:
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	case <-time.After(patience):
		t.Fatalf("%q did not come within %s", want, patience)
	}
}

// logBuffer is a log that can be read while it is written.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// logWaiter is a log in which a text is awaited.
type logWaiter struct {
	logBuffer
	want string
	once sync.Once
	seen chan struct{}
}

func newLogWaiter(want string) *logWaiter { return &logWaiter{want: want, seen: make(chan struct{})} }

func (l *logWaiter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), l.want) {
		l.once.Do(func() { close(l.seen) })
	}
	return l.logBuffer.Write(p)
}

func (l *logWaiter) wait(t testing.TB) {
	t.Helper()
	select {
	case <-l.seen:
	case <-time.After(patience):
		t.Fatalf("the log has no %q after %s:\n%s", l.want, patience, l.String())
	}
}

// fakeBroker accepts logins and calls script with each connection after the
// answer to the first SUBSCRIBE.
func fakeBroker(t testing.TB, answer func(io.Writer, *packets.SubscribePacket), script func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serveFake(conn, answer, script) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		wg.Wait()
	})
	return "mqtt://" + listener.Addr().String()
}

func serveFake(conn net.Conn, answer func(io.Writer, *packets.SubscribePacket), script func(net.Conn)) {
	defer conn.Close()
	for {
		p, err := packets.ReadPacket(conn)
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *packets.ConnectPacket:
			conn.Write([]byte{packets.Connack << 4, 2, 0, 0})
		case *packets.SubscribePacket:
			answer(conn, p)
			script(conn)
		case *packets.PublishPacket:
			if p.Qos == 1 {
				conn.Write([]byte{packets.Puback << 4, 2, byte(p.MessageID >> 8), byte(p.MessageID)})
			}
		}
	}
}

// grant is the answer to SUBSCRIBE that a broker should give.
func grant(w io.Writer, p *packets.SubscribePacket) {
	a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
	a.MessageID = p.MessageID
	a.ReturnCodes = p.Qoss
	a.Write(w)
}

func writeFile(t testing.TB, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
