package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	// refusedFilter is a broker's answer to a subscription that it does not allow
	// (MQTT 3.1.1, 3.9.3).
	refusedFilter = 0x80

	// filtersPerPacket is how many topics the gateway asks for at once.
	filtersPerPacket = 256

	// retainedTime is for what a broker sends by itself after a subscription.
	retainedTime = 500 * time.Millisecond

	// echoTime is for what we publish to come back.
	echoTime = 3 * time.Second

	versionTopic = "$SYS/broker/version"
)

// errNoAnswer says that the broker did not answer a packet.
var errNoAnswer = errors.New("the broker does not answer")

// subscribe asks for the topics that the gateway would ask for.
func (v *brokerVisit) subscribe(ctx context.Context) Finding {
	if v.client == nil {
		return skipped("not tried")
	}
	filters, err := v.cfg.Filters()
	if err != nil {
		return skipped("not tried: " + shorten(err.Error()))
	}
	if len(filters) == 0 {
		return skipped("no device is configured, and no convention to discover any")
	}
	for some := range slices.Chunk(filters, filtersPerPacket) {
		byTopic := make(map[string]byte, len(some))
		for _, f := range some {
			byTopic[f.Topic] = f.QoS
		}
		token := v.client.SubscribeMultiple(byTopic, func(paho.Client, paho.Message) {})
		if err := wait(ctx, token); err != nil {
			return v.silentFinding(err)
		}
		for _, f := range some {
			if token.(*paho.SubscribeToken).Result()[f.Topic] == refusedFilter {
				return failed(fmt.Sprintf("the broker refuses the subscription of %q", shorten(f.Topic)), v.key("username"),
					"allow this user to read the topic in the broker's access list")
			}
		}
		v.client.Unsubscribe(slices.Collect(maps.Keys(byTopic))...)
	}
	return passed(fmt.Sprintf("topics of devices and conventions: %d", len(filters)))
}

// publish sees whether what we publish to the status topic comes back: MQTT 3.1.1
// has no answer for a publish that is not allowed. It says what is said there
// already, and retains nothing.
func (v *brokerVisit) publish(ctx context.Context) Finding {
	topic := v.cfg.StatusTopic
	if v.client == nil {
		return skipped("not tried")
	}
	if topic == "" {
		return skipped("status_topic is empty")
	}
	heard, err := v.listen(ctx, topic)
	if err != nil {
		return v.silentFinding(err)
	}
	payload := []byte("offline") // what would be retained if a gateway had been there
	if m, ok := receive(ctx, heard, retainedTime); ok {
		payload = m.Payload()
	}
	if err := wait(ctx, v.client.Publish(topic, 1, false, payload)); err != nil {
		return v.silentFinding(err)
	}
	if !echoed(ctx, heard, payload) {
		return failed(fmt.Sprintf("what is published to %q does not come back; brokers drop what is not allowed without a word", shorten(topic)),
			v.key("status_topic"), "allow this user to write and read the topic in the broker's access list, or name another topic")
	}
	return passed(fmt.Sprintf("%q takes what is published", shorten(topic)))
}

// version asks what Mosquitto and others tell of themselves.
func (v *brokerVisit) version(ctx context.Context) Finding {
	if v.client == nil {
		return skipped("not tried")
	}
	heard, err := v.listen(ctx, versionTopic)
	if err != nil {
		return skipped("not told")
	}
	m, ok := receive(ctx, heard, retainedTime)
	if !ok {
		return skipped("not told")
	}
	return passed(shorten(string(m.Payload())))
}

// listen subscribes to one topic. What comes faster than it is received is
// dropped.
func (v *brokerVisit) listen(ctx context.Context, topic string) (<-chan paho.Message, error) {
	heard := make(chan paho.Message, 8)
	token := v.client.Subscribe(topic, 1, func(_ paho.Client, m paho.Message) {
		select {
		case heard <- m:
		default:
		}
	})
	return heard, wait(ctx, token)
}

func (v *brokerVisit) silentFinding(err error) Finding {
	return failed(plain(err), v.key("broker"), "look into the broker's log")
}

// echoed waits for a payload that was published, which is not retained: what is
// may come late.
func echoed(ctx context.Context, heard <-chan paho.Message, payload []byte) bool {
	until := time.Now().Add(echoTime)
	for {
		m, ok := receive(ctx, heard, time.Until(until))
		if !ok {
			return false
		}
		if !m.Retained() && bytes.Equal(m.Payload(), payload) {
			return true
		}
	}
}

func receive(ctx context.Context, heard <-chan paho.Message, most time.Duration) (paho.Message, bool) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	select {
	case m := <-heard:
		return m, true
	case <-ctx.Done():
		return nil, false
	}
}

func wait(ctx context.Context, token paho.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return errNoAnswer
	}
}
