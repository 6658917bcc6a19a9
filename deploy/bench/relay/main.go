// Command relay is what a person would write who wants readings of a broker as
// XMPP messages and nothing else: no state, no second attempt, no escaping. The
// benchmark measures the gateway beside it.
//
// It subscribes to bench/+/state, takes the number out of {"value": N}, and sends
// the message that the gateway would send, of the same size, made of ready bytes.
package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	queued  = 1024     // readings between the broker's side and the server's
	buffer  = 64 << 10 // bytes of messages that one write can take
	granted = 0x7f     // codes above it refuse a subscription (MQTT 3.1.1, 3.9.3)
)

// The pieces of a message, between which are the device, the id and the number.
const (
	head   = "<message type='chat' from='"
	to     = "/gw' to='"
	id     = "' id='abcdefghij."
	body   = "'><body>value: "
	record = `</body><json xmlns='urn:xmpp:json:0'>[{"bn":"`
	name   = `/","n":"value","v":`
	end    = `,"t":1763769600.123}]</json><no-store xmlns='urn:xmpp:hints'/></message>`
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("relay: ")
	broker := flag.String("broker", "127.0.0.1:1883", "`host:port` of the broker")
	server := flag.String("server", "127.0.0.1:5347", "`host:port` of the server's component listener")
	domain := flag.String("domain", "things.home.test", "domain of the component")
	secret := flag.String("secret", "", "secret of the component")
	recipient := flag.String("to", "sink@home.test", "`JID` that gets the messages")
	flag.Parse()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-stop
		os.Exit(0)
	}()
	if err := relay(*broker, *server, *domain, *secret, *recipient); err != nil {
		log.Fatal(err)
	}
}

// relay returns only with an error.
func relay(broker, server, domain, secret, recipient string) error {
	conn, err := login(server, domain, secret)
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { // what the server says is of no interest
		_, err := io.Copy(io.Discard, conn)
		failed <- fmt.Errorf("the server closed the connection: %w", errors.Join(err, io.EOF))
	}()
	readings := make(chan paho.Message, queued)
	go func() { failed <- write(conn, domain, recipient, readings) }()
	if err := subscribe(broker, readings); err != nil {
		return err
	}
	return <-failed
}

// login shakes hands as XEP-0114 says.
func login(server, domain, secret string) (net.Conn, error) {
	conn, err := net.Dial("tcp", server)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='%s'>", domain)
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil {
		return nil, err
	}
	header := strings.ReplaceAll(string(answer[:n]), `"`, "'")
	_, rest, _ := strings.Cut(header, " id='")
	stream, _, found := strings.Cut(rest, "'")
	if !found {
		return nil, fmt.Errorf("no id in the server's header %q", header)
	}
	sum := sha1.Sum([]byte(stream + secret))
	fmt.Fprintf(conn, "<handshake>%s</handshake>", hex.EncodeToString(sum[:]))
	if n, err = conn.Read(answer); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(answer[:n]), "<handshake") {
		return nil, fmt.Errorf("the server refuses the handshake: %q", answer[:n])
	}
	return conn, nil
}

func subscribe(broker string, readings chan<- paho.Message) error {
	const filter = "bench/+/state"
	client := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + broker).SetClientID("relay"))
	if token := client.Connect(); token.Wait() && token.Error() != nil {
		return token.Error()
	}
	token := client.Subscribe(filter, 0, func(_ paho.Client, m paho.Message) { readings <- m })
	if token.Wait() && token.Error() != nil {
		return token.Error()
	}
	if code := token.(*paho.SubscribeToken).Result()[filter]; code > granted {
		return fmt.Errorf("the broker refuses %s", filter)
	}
	return nil
}

// write sends readings as messages, and flushes when none waits.
func write(conn io.Writer, domain, recipient string, readings <-chan paho.Message) error {
	w := bufio.NewWriterSize(conn, buffer)
	for n := uint64(0); ; n++ {
		if len(readings) == 0 {
			if err := w.Flush(); err != nil {
				return err
			}
		}
		m := <-readings
		b := appendMessage(w.AvailableBuffer(), domain, recipient, n, deviceOf(m.Topic()), number(m.Payload()))
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
}

func appendMessage(b []byte, domain, recipient string, n uint64, device string, value []byte) []byte {
	b = append(b, head...)
	b = append(b, device...)
	b = append(b, '@')
	b = append(b, domain...)
	b = append(b, to...)
	b = append(b, recipient...)
	b = append(b, id...)
	b = strconv.AppendUint(b, n, 36)
	b = append(b, body...)
	b = append(b, value...)
	b = append(b, record...)
	b = append(b, domain...)
	b = append(b, '/')
	b = append(b, device...)
	b = append(b, name...)
	b = append(b, value...)
	return append(b, end...)
}

// deviceOf returns what is between the slashes of a topic.
func deviceOf(topic string) string {
	_, rest, _ := strings.Cut(topic, "/")
	device, _, _ := strings.Cut(rest, "/")
	return device
}

// number returns the digits of a payload.
func number(payload []byte) []byte {
	from := 0
	for from < len(payload) && (payload[from] < '0' || payload[from] > '9') {
		from++
	}
	to := from
	for to < len(payload) && payload[to] >= '0' && payload[to] <= '9' {
		to++
	}
	return payload[from:to]
}
