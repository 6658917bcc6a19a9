package mqtt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/devices"
)

// canned is a connection on which everything has already been sent.
type canned struct {
	net.Conn
	in io.Reader
}

func (c canned) Read(b []byte) (int, error) { return c.in.Read(b) }

// slowly gives n bytes at a time.
type slowly struct {
	in io.Reader
	n  int
}

func (s slowly) Read(b []byte) (int, error) { return s.in.Read(b[:min(len(b), s.n)]) }

// taken is a receiver that keeps what it is given.
type taken struct {
	published []string
	oversize  []int64
	logins    int
	fresh     int // logins to a session that the broker did not know
}

func (t *taken) forgotten() { t.fresh++ }
func (t *taken) connected() { t.logins++ }
func (t *taken) publish(p publication) {
	t.published = append(t.published, describe(string(p.topic), string(p.payload), p.ack.qos, p.ack.id, p.retained))
}
func (t *taken) oversized(_ []byte, size int64, _ acknowledgement) {
	t.oversize = append(t.oversize, size)
}
func (t *taken) idle() {}

func describe(topic, payload string, qos byte, id uint16, retained bool) string {
	if qos == 0 {
		id = 0
	}
	return strings.Join([]string{topic, payload, string('0' + rune(qos)), string(rune(id)), map[bool]string{true: "retained"}[retained]}, "\x00")
}

var accepted = []byte{packets.Connack << 4, 2, 0, 0}

func message(topic string, payload int, qos byte) []byte {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload, p.Qos, p.MessageID = topic, bytes.Repeat([]byte("x"), payload), qos, 7
	var b bytes.Buffer
	p.Write(&b)
	return b.Bytes()
}

func TestStreamTakesMessagesOfAllSizes(t *testing.T) {
	pong := []byte{packets.Pingresp << 4, 0}
	sizes := []int{0, 1, 121, 122, 16377, 16378, readBuffer - 4, readBuffer, readBuffer + 1, keptPacket + 1, maxPayload, maxPayload + 1, maxPayload + maxTopic + 5, 5 << 20}
	for _, n := range []int{1 << 30, 1, 1000} {
		wire := bytes.Clone(accepted)
		var want []string
		var large []int64
		for i, size := range sizes {
			if n == 1 && size > readBuffer+1 {
				continue
			}
			qos := byte(i % 3)
			wire = append(append(wire, message("a/b", size, qos)...), pong...)
			if size > maxPayload {
				large = append(large, int64(size))
				continue
			}
			want = append(want, describe("a/b", strings.Repeat("x", size), qos, 7, false))
		}
		var got taken
		s := newStream(canned{in: slowly{bytes.NewReader(wire), n}}, &got, 0)
		rest, err := io.ReadAll(s)
		if err != nil {
			t.Fatal(err)
		}
		if rest := bytes.TrimPrefix(rest, accepted); len(bytes.ReplaceAll(rest, pong, nil)) != 0 || len(rest) == 0 {
			t.Errorf("%d bytes a read: what is left for paho is not just the other packets", n)
		}
		if diff := cmp.Diff(want, got.published); diff != "" {
			t.Errorf("%d bytes a read: messages differ", n)
		}
		if diff := cmp.Diff(large, got.oversize); diff != "" || got.logins != 1 || got.fresh != 1 {
			t.Errorf("%d bytes a read: %d logins, sizes of what was skipped (-want +got):\n%s", n, got.logins, diff)
		}
	}
}

func TestStreamTakesNothingBeforeTheLogin(t *testing.T) {
	var got taken
	_, err := io.ReadAll(newStream(canned{in: bytes.NewReader(message("a", 1, 1))}, &got, 0))
	if !errors.Is(err, errMalformed) || len(got.published) != 0 {
		t.Errorf("took %q before the login, error %v", got.published, err)
	}
}

// FuzzStream holds that the stream takes the very messages that paho's own parser
// finds, for as long as neither finds fault with the input.
func FuzzStream(f *testing.F) {
	f.Add(message("a/b", 3, 0), 1)
	f.Add(append(message("a/b", 300, 1), message("c", 0, 2)...), 7)
	f.Add([]byte{packets.Pingresp << 4, 0, 0x30, 3, 0, 1, 'a'}, 2)
	f.Add([]byte{0x3d, 5, 0, 1, 'a', 0, 9, 0x90, 3, 0, 1, 0x80}, 3)
	f.Add([]byte{0x30, 0xff, 0xff, 0xff, 0xff}, 9)
	f.Fuzz(func(t *testing.T, wire []byte, step int) {
		var got taken
		s := newStream(canned{in: slowly{io.MultiReader(bytes.NewReader(accepted), bytes.NewReader(wire)), max(step, 1)}}, &got, 0)
		s.filters.Store(1)
		_, err := io.ReadAll(s)
		var want []string
		for in := bytes.NewReader(wire); in.Len() > 0; {
			cp, err := packets.ReadPacket(in)
			if err != nil {
				break
			}
			if p, ok := cp.(*packets.PublishPacket); ok {
				want = append(want, describe(p.TopicName, string(p.Payload), p.Qos, p.MessageID, p.Retain))
			}
		}
		if err == nil && len(got.oversize) == 0 && len(got.published) < len(want) {
			t.Fatalf("took %d messages and no fault, paho finds %d", len(got.published), len(want))
		}
		for i, m := range got.published {
			if i < len(want) && m != want[i] {
				t.Errorf("message %d is %q, paho finds %q", i, m, want[i])
			}
		}
	})
}

// safe is a sink of which only Settle matters.
type safe struct {
	adapters.Sink
	settle func() error
}

func (safe) Apply(devices.Update)               {}
func (s safe) Settle(ctx context.Context) error { return s.settle() }

// wire is where acknowledgements are written.
type wire chan []byte

func (w wire) Write(b []byte) (int, error) {
	w <- bytes.Clone(b)
	return len(b), nil
}

func TestAcknowledgementsAreGatheredInOrder(t *testing.T) {
	owed, out := make(chan acknowledgement, maxUnsettled), make(wire, 10)
	release := make(chan struct{})
	entered := make(chan struct{}, 10)
	s := safe{settle: func() error { entered <- struct{}{}; <-release; return nil }}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- newSettler(s, newLedger(&Config{}), newRecords(s, zerolog.Nop())).run(ctx, owed, out) }()

	owed <- acknowledgement{id: 1, qos: 1}
	<-entered
	for id := uint16(2); id < 6; id++ { // while the first is being settled
		owed <- acknowledgement{id: id << 8, qos: 1 + byte(id%2)}
	}
	close(release)
	got := [][]byte{<-out, <-out}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("run returned %v", err)
	}
	want := [][]byte{{0x40, 2, 0, 1}, {0x40, 2, 2, 0, 0x50, 2, 3, 0, 0x40, 2, 4, 0, 0x50, 2, 5, 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func TestNothingIsAcknowledgedThatWasNotSettled(t *testing.T) {
	owed, out := make(chan acknowledgement, 1), make(wire, 1)
	full := errors.New("disk full")
	owed <- acknowledgement{id: 1, qos: 1}
	s := safe{settle: func() error { return full }}
	err := newSettler(s, newLedger(&Config{}), newRecords(s, zerolog.Nop())).run(t.Context(), owed, out)
	if !errors.Is(err, full) || len(out) != 0 {
		t.Errorf("run returned %v after %d writes, want the sink's error and none", err, len(out))
	}
}

func TestRetryPauses(t *testing.T) {
	tests := []struct {
		name   string
		lasted []time.Duration
		want   time.Duration // after the last, at most
	}{
		{"are short while nobody answers", []time.Duration{0, 0, 0, 0, 0, 0, 0, 0}, shortPause},
		{"are short after a session", []time.Duration{time.Hour}, shortPause},
		{"are short after one session that was short", []time.Duration{time.Second}, shortPause},
		{"grow after short sessions", []time.Duration{time.Second, time.Second, time.Second}, 4 * shortPause},
		{"do not grow for ever", []time.Duration{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 6 * time.Second},
		{"are short again after a long session", []time.Duration{1, 1, 1, 1, 1, time.Minute, 1}, shortPause},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var r retry
			var got time.Duration
			for _, lasted := range test.lasted {
				got = r.next(lasted, 0)
			}
			if got != test.want {
				t.Errorf("pause is %s, want %s", got, test.want)
			}
			if early := r.next(0, 1); early < shortPause*4/5 {
				t.Errorf("with chance the pause is %s, want at least %s", early, shortPause*4/5)
			}
		})
	}
}
