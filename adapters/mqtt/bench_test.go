package mqtt_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"thingbridge/adapters/mqtt"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/deploy/lab"
	"thingbridge/devices"
)

const benchDevices = 100

// BenchmarkReading measures what a reading costs this process from the broker's
// socket to Sink.Apply, at QoS 0 and at full speed, and next to it what paho
// alone costs with a handler that only counts. Real time is the broker's.
func BenchmarkReading(b *testing.B) {
	m := broker(b, lab.MosquittoConfig{Lines: "max_queued_messages 0"})
	b.Run("paho alone", func(b *testing.B) {
		n := newCounter(b)
		c := client(b, m, "bench")
		done(b, c.Subscribe("bench/+/state", 0, func(paho.Client, paho.Message) { n.add(1) }))
		measure(b, m, n)
	})
	b.Run("adapter", func(b *testing.B) {
		n := newCounter(b)
		a, _ := run(b, config(m.URL, func(c *mqtt.Config) {
			c.Devices = nil
			for i := range benchDevices {
				c.Devices = append(c.Devices, mapped.Device{ID: fmt.Sprintf("d%d", i), Properties: []mapped.Property{
					{Name: "value", Topic: fmt.Sprintf("bench/d%d/state", i), Value: "{{ value_json.value }}"},
				}})
			}
		}), n, io.Discard)
		a.subscribed(b)
		measure(b, m, n)
	})
}

// counter is a sink that counts readings.
type counter struct {
	want int64
	got  atomic.Int64
	full chan struct{}
}

func newCounter(b *testing.B) *counter {
	return &counter{want: int64(b.N), full: make(chan struct{})}
}

func (c *counter) add(n int) {
	if c.got.Add(int64(n)) == c.want {
		close(c.full)
	}
}

func (c *counter) Apply(u devices.Update) {
	if len(u.Readings) > 0 {
		c.add(len(u.Readings))
	}
}

func (c *counter) Settle(context.Context) error { return nil }

// measure publishes b.N messages, ready made, and waits until all were counted.
func measure(b *testing.B, m *lab.Mosquitto, n *counter) {
	var wire []byte
	for i := range b.N {
		topic, payload := fmt.Sprintf("bench/d%d/state", i%benchDevices), fmt.Sprintf(`{"value": %d.5}`, i%1000)
		wire = append(wire, 0x30, byte(2+len(topic)+len(payload)), 0, byte(len(topic)))
		wire = append(append(wire, topic...), payload...)
	}
	conn, err := net.Dial("tcp", m.Addr)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte{0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 3, 'p', 'u', 'b'})
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := mqtt.ProcessorTime(b)
	if _, err := conn.Write(wire); err != nil {
		b.Fatal(err)
	}
	select {
	case <-n.full:
	case <-time.After(time.Minute):
		b.Fatalf("%d of %d readings came", n.got.Load(), n.want)
	}
	b.ReportMetric(float64((mqtt.ProcessorTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
