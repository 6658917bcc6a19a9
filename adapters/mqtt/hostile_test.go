package mqtt_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt"
)

// publish writes a PUBLISH packet whose topic can be any bytes.
func publish(w io.Writer, topic, payload string) {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.TopicName, p.Payload = topic, []byte(payload)
	p.Write(w)
}

func TestATopicThatIsNotUTF8IsDropped(t *testing.T) {
	address := fakeBroker(t, grant, func(conn net.Conn) {
		publish(conn, "boiler/\xff\xfe", "1")
		publish(conn, "", "1")
		publish(conn, "somebody/else", "1")
		publish(conn, "boiler/state", `{"temp": 3}`)
	})
	s := newSink()
	a, _ := run(t, config(address), s, io.Discard)
	s.reading(t, "boiler temp 3")
	if diff := cmp.Diff(mqtt.Counts{BadTopic: 1, Unknown: 2}, a.Counts()); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

// TestAnswersThatWouldHarmPahoEndTheSession covers what a broker can send to
// make paho panic, wait for ever or take a refusal for success.
func TestAnswersThatWouldHarmPahoEndTheSession(t *testing.T) {
	nothing := func(net.Conn) {}
	tests := []struct {
		name   string
		answer func(io.Writer, *packets.SubscribePacket)
		script func(net.Conn)
		want   string
	}{
		{"more codes than topics", func(w io.Writer, p *packets.SubscribePacket) {
			a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			a.MessageID, a.ReturnCodes = p.MessageID, make([]byte, 100)
			a.Write(w)
		}, nothing, "packet of type 9"},
		{"a length without end", grant, func(conn net.Conn) { conn.Write([]byte{0x30, 0xff, 0xff, 0xff, 0xff, 0xff}) }, "length"},
		{"a quality of service that does not exist", grant, func(conn net.Conn) { conn.Write([]byte{0x36, 5, 0, 1, 'a', 0, 1}) }, "malformed PUBLISH"},
		{"a topic longer than the packet", grant, func(conn net.Conn) { conn.Write([]byte{0x30, 3, 0, 9, 'a'}) }, "malformed PUBLISH"},
		{"no room for the packet's id", grant, func(conn net.Conn) { conn.Write([]byte{0x32, 3, 0, 1, 'a'}) }, "malformed PUBLISH"},
		{"a huge answer to a ping", grant, func(conn net.Conn) { conn.Write([]byte{0xd0, 0xff, 0xff, 0xff, 0x7f}) }, "packet of type 13"},
		{"a packet that does not exist", grant, func(conn net.Conn) { conn.Write([]byte{0xf0, 0}) }, "packet of type 15"},
		{"an unknown refusal", grant, func(conn net.Conn) { conn.Write([]byte{0x20, 2, 0, 0x87}) }, "CONNACK with code 135"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var sessions atomic.Int32
			address := fakeBroker(t, func(w io.Writer, p *packets.SubscribePacket) {
				if sessions.Add(1) == 1 {
					test.answer(w, p)
					return
				}
				grant(w, p)
			}, func(conn net.Conn) {
				if sessions.Load() == 1 {
					test.script(conn)
					return
				}
				publish(conn, "boiler/state", `{"temp": 3}`)
			})
			log := newLogWaiter(test.want)
			s := newSink()
			run(t, config(address), s, log)
			log.wait(t)
			s.reading(t, "boiler temp 3") // in the next session
		})
	}
}

func TestARefusedSubscriptionIsReported(t *testing.T) {
	address := fakeBroker(t, func(w io.Writer, p *packets.SubscribePacket) {
		a := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		a.MessageID = p.MessageID
		for range p.Topics {
			a.ReturnCodes = append(a.ReturnCodes, 0x80)
		}
		a.Write(w)
	}, func(net.Conn) {})
	log := newLogWaiter("refuses the subscription")
	a, _ := run(t, config(address), newSink(), log)
	log.wait(t)
	a.subscribed(t)
}
