package mqtt

import (
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/rs/zerolog"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// Of what is said on the birth topic, only what no gateway has announced is a sign of a
// Home Assistant.
func TestWhoseBirthItIs(t *testing.T) {
	tests := []struct {
		name  string
		said  string // one a line: seconds, topic (b, m, or r for retained), payload; s: we say it
		rival bool   // five seconds after the beginning
	}{
		{"a Home Assistant", "0 b online", true},
		{"one that goes", "0 b offline", true},
		{"one that was there before", "0 r online", true},
		{"another gateway", "0 b online\n1 m ha/status attic", false},
		{"another gateway and a Home Assistant", "0 b online\n1 b online\n1 m ha/status attic", true},
		{"two gateways at once", "0 b online\n0 b online\n1 m ha/status attic\n1 m ha/status cellar", false},
		{"a gateway of which only half was heard", "0 m ha/status attic", false},
		{"a gateway of which only half was heard, and a Home Assistant", "0 m ha/status attic\n2 b online", true},
		{"ourselves while another gateway begins", "0 s\n0 b online\n0 m ha/status attic\n1 b online\n1 m ha/status house", false},
		{"ourselves before another gateway", "0 s\n0 b online\n0 m ha/status house\n1 b online\n1 m ha/status attic", false},
		{"ourselves and a Home Assistant", "0 s\n0 b online\n0 b online\n0 m ha/status house", true},
		{"a gateway that explains itself too late", "0 b online\n3 m ha/status attic", true},
		{"a gateway with other topics", "0 b online\n0 m other/status attic", true},
		{"ourselves", "0 b online\n0 m ha/status house", true},
		{"words of somebody else", "0 m online\n0 m " + strings.Repeat("x", 5000) + "\n1 b hello", false},
	}
	for _, test := range tests {
		b := birth{topic: "ha/status", marker: "ha/status house", others: midwife{topic: "ha/status"}}
		for line := range strings.Lines(test.said) {
			seconds, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			if rest == "s" {
				b.say(time.Unix(int64(seconds[0]-'0'), 0))
				continue
			}
			where, payload, _ := strings.Cut(rest, " ")
			m := convention.Received{Topic: []byte(b.topic), Payload: []byte(payload), Retained: where == "r", At: time.Unix(int64(seconds[0]-'0'), 0)}
			if where == "m" {
				m.Topic = []byte(gatewayTopic)
			}
			b.hear(&m)
		}
		if said := b.say(time.Unix(5, 0)); (len(said) == 0) != test.rival || b.discovers() != test.rival || b.discovers() {
			t.Errorf("%s: we say %v", test.name, said)
		}
	}
	b := birth{topic: "ha/status", others: midwife{topic: "ha/status"}}
	for range 100 {
		b.hear(&convention.Received{Topic: []byte("ha/status"), Payload: []byte("online"), At: time.Unix(0, 0)})
	}
	if got := len(b.others.births); got > maxBirths {
		t.Errorf("%d births are told apart", got)
	}
	if b.begin(); len(b.say(time.Unix(0, 0))) > 0 {
		t.Error("what was not explained when the line broke is forgotten")
	}
}

// post is a message as paho gives it.
type post struct {
	paho.Message
	topic, payload string
}

func (p post) Topic() string   { return p.topic }
func (p post) Payload() []byte { return []byte(p.payload) }
func (p post) Retained() bool  { return false }

// Devices are announced again for a Home Assistant that begins, and not for a gateway,
// which knows them for what they are.
func TestAGatewaysBirthAnnouncesNothing(t *testing.T) {
	p := NewPublisher(DefaultConfig("house"), "attic", "", devices.NewRegistry(), zerolog.Nop())
	o := p.outlet()
	birth, gateway := post{topic: "homeassistant/status", payload: "online"}, post{topic: gatewayTopic, payload: "homeassistant/status other"}
	for _, test := range []struct {
		said []post
		want bool
	}{
		{[]post{birth, gateway}, false},
		{[]post{birth, birth, gateway}, true},
		{nil, false},
		{[]post{birth, gateway, birth, gateway}, false},
	} {
		for _, m := range test.said {
			o.take(p, m)
		}
		if len(o.births) != min(len(test.said), 1) {
			t.Errorf("%v: nobody looks", test.said)
		}
		for len(o.births) > 0 {
			<-o.births
		}
		if got := o.born(); got != test.want {
			t.Errorf("%v: a Home Assistant has begun: %v", test.said, got)
		}
	}
}
