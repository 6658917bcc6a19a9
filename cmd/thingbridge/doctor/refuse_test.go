package doctor_test

import (
	"net"
	"strings"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// What Mosquitto cannot be brought to say is said by a broker in this process,
// which also looks at how the doctor logs in.
func TestBrokerThatRefuses(t *testing.T) {
	t.Parallel()
	const loggedIn = dialled + "TLS skipped, authenticate passed, subscribe failed, publish skipped, version skipped"
	tests := []struct {
		name    string
		connect byte // the answer to CONNECT
		want    string
		key     string
		word    string
	}{
		{"a subscription", packets.Accepted, loggedIn, "adapters.house.username", `"boiler/power"`},
		{"the version of MQTT", packets.ErrRefusedBadProtocolVersion, badLogin, "adapters.house.broker", "MQTT 3.1.1"},
		{"everybody for the moment", packets.ErrRefusedServerUnavailable, badLogin, "", "the broker's log"},
		{"the client ID", packets.ErrRefusedIDRejected, dialled + "TLS skipped, authenticate skipped, " + loggedOut, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := house("")
			address := listen(t, func(conn net.Conn) {
				defer conn.Close()
				for refuse(t, conn, test.connect, config.ClientID) {
				}
			})
			config.Broker = "mqtt://" + address
			got, checks := examine(t, brokered(component(t, closed(t), domain, secret), config), "broker house", patience)
			expect(t, got, test.want, checks, test.key, test.word)
		})
	}
}

// refuse answers one packet, and reports whether there was one.
func refuse(t *testing.T, conn net.Conn, code byte, gateway string) bool {
	packet, err := packets.ReadPacket(conn)
	if err != nil {
		return false
	}
	switch p := packet.(type) {
	case *packets.ConnectPacket:
		if !p.CleanSession || p.WillFlag || p.ClientIdentifier == gateway || len(p.ClientIdentifier) > 23 {
			t.Errorf("the doctor logs in with %v", p)
		}
		answer := packets.NewControlPacket(packets.Connack).(*packets.ConnackPacket)
		answer.ReturnCode = code
		err = answer.Write(conn)
	case *packets.SubscribePacket:
		answer := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
		answer.MessageID = p.MessageID
		answer.ReturnCodes = []byte(strings.Repeat("\x80", len(p.Topics)))
		err = answer.Write(conn)
	}
	return err == nil
}
