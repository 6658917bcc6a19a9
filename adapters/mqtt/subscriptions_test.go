package mqtt

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
)

// asked returns what is to be subscribed to, as "topic qos", in the order of topics.
func asked(s *subscriptions) []string {
	var all []string
	for {
		filters := s.subscribe(2)
		if len(filters) == 0 {
			slices.Sort(all)
			return all
		}
		for _, topic := range slices.Sorted(maps.Keys(filters)) {
			all = append(all, fmt.Sprintf("%s %d", topic, filters[topic]))
		}
	}
}

func TestSubscriptions(t *testing.T) {
	s := newSubscriptions()
	want := func(by int, topic string, qos byte) {
		t.Helper()
		if err := s.want(by, convention.Filter{Topic: topic, QoS: qos}); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(what string, got, want []string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	s.static(0, convention.Filter{Topic: "z/+/config", QoS: 1})
	s.static(1, convention.Filter{Topic: "z/+/config", QoS: 2})
	want(1, "found/before", 0)
	s.renew()
	if first := s.subscribe(1); !maps.Equal(first, map[string]byte{"z/+/config": 2}) {
		t.Errorf("first asked for is %v, want what is wanted from the start, once", first)
	}
	expect("of a session", asked(s), []string{"found/before 0"})
	want(1, "a", 0)
	want(2, "a", 0)
	want(2, "b", 1)
	expect("found later", asked(s), []string{"a 0", "b 1"})
	want(1, "a", 0)
	expect("known already", asked(s), nil)
	want(2, "a", 1)
	expect("with more care", asked(s), []string{"a 1"})
	s.drop(1, "a")
	s.drop(1, "never")
	expect("given up by one", s.unsubscribe(10), nil)
	s.drop(2, "a")
	s.drop(2, "b")
	want(2, "b", 1)
	expect("given up by all", s.unsubscribe(10), []string{"a"})
	expect("given up and wanted again", asked(s), []string{"b 1"})
	s.renew()
	expect("of the next session", asked(s), []string{"b 1", "found/before 0", "z/+/config 2"})
}

func TestSubscriptionsAreBounded(t *testing.T) {
	s := newSubscriptions()
	var refused int
	for i := range maxFilters + 10 {
		if s.want(0, convention.Filter{Topic: fmt.Sprint("t/", i)}) != nil {
			refused++
		}
	}
	if refused != 10 || s.count() != maxFilters {
		t.Errorf("%d topics are wanted and %d refused, want %d and 10", s.count(), refused, maxFilters)
	}
	s.drop(0, "t/0")
	if err := s.want(0, convention.Filter{Topic: "new"}); err != nil {
		t.Errorf("there is no room after a topic was given up: %v", err)
	}
	said := 0
	for i := range 3 * maxRefused {
		if s.refuse(fmt.Sprint(i % (2 * maxRefused))) {
			said++
		}
	}
	if said != maxRefused {
		t.Errorf("%d refusals are said, want %d", said, maxRefused)
	}
}

func TestTopicsThatWouldEndTheSession(t *testing.T) {
	for _, topic := range []string{"", "#", "a/#/b", "a#", "a/b+", "+a/b", "a\x00", "a\xff", "$share/g/a", string(make([]byte, maxFilter+1))} {
		if checkFilter(topic) == nil {
			t.Errorf("%q can be subscribed to", topic)
		}
	}
	for _, topic := range []string{"a", "/", "a/+/c", "a/#", "+/b", "zigbee2mqtt/Küche/Lampe 1", "$SYS/broker/uptime"} {
		if err := checkFilter(topic); err != nil {
			t.Errorf("%q cannot be subscribed to: %v", topic, err)
		}
	}
	for _, topic := range []string{"", "a/+", "a/#", "a\x00", "a\xff", string(make([]byte, maxTopic+1))} {
		if checkTopic(topic) == nil {
			t.Errorf("%.20q can be published to", topic)
		}
	}
}

func TestQuestionsAreBounded(t *testing.T) {
	q := newQuestions()
	for i := range maxQuestions + 5 {
		if kept := q.add(convention.Message{Topic: "t"}); kept != (i < maxQuestions) {
			t.Fatalf("question %d is kept: %v", i, kept)
		}
	}
	if n := len(q.take()); n != maxQuestions {
		t.Errorf("%d questions wait, want %d", n, maxQuestions)
	}
	big := convention.Message{Topic: "t", Payload: make([]byte, maxQuestionBytes/2)}
	if !q.add(big) || q.add(big) {
		t.Error("questions are not bounded by their size")
	}
	if q.take(); q.take() != nil || !q.add(big) {
		t.Error("questions that were taken are still there")
	}
}
