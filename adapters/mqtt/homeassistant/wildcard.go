package homeassistant

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
)

// maxWildcards bounds the topics with wildcards that are listened to. Each message whose
// topic begins as one of them does is compared with it.
const maxWildcards = 64

// wildcards are the routes whose topics have wildcards, by their first level: nearly all
// messages are of another, and are not compared with any.
type wildcards struct {
	byFirst map[string][]*route
	count   int
}

func isWild(topic string) bool { return strings.ContainsAny(topic, "+#") }

func firstLevel[T string | []byte](topic T) T {
	for i := range len(topic) {
		if topic[i] == '/' {
			return topic[:i]
		}
	}
	return topic
}

func (w *wildcards) add(to *route) {
	first := firstLevel(to.topic)
	w.byFirst[first] = append(w.byFirst[first], to)
	w.count++
}

func (w *wildcards) drop(to *route) {
	first := firstLevel(to.topic)
	rest := slices.DeleteFunc(w.byFirst[first], func(other *route) bool { return other == to })
	if w.byFirst[first] = rest; len(rest) == 0 {
		delete(w.byFirst, first)
	}
	w.count--
}

// takes reports whether a topic is one that filter means. A wildcard in the first level
// means no topic that begins with $ (MQTT 3.1.1, 4.7.2).
func takes(filter string, topic []byte) bool {
	if filter != "" && filter[0] == '+' && len(topic) > 0 && topic[0] == '$' {
		return false
	}
	for {
		level, rest, more := strings.Cut(filter, "/")
		if level == "#" {
			return true
		}
		said, next, longer := bytes.Cut(topic, slash)
		if level != "+" && level != string(said) {
			return false
		}
		switch {
		case !more && !longer:
			return true
		case !longer:
			return rest == "#" // which means what is above it too
		case !more:
			return false
		}
		filter, topic = rest, next
	}
}

var slash = []byte("/")

// checkFilter returns why topic cannot be subscribed to.
func checkFilter(topic string) error {
	if !isWild(topic) {
		return checkTopic(topic)
	}
	own := false
	for rest, more := topic, true; more; {
		var level string
		level, rest, more = strings.Cut(rest, "/")
		switch {
		case level == "+", level == "#" && !more:
		case isWild(level):
			return fmt.Errorf("the topic %q has a wildcard in the wrong place", shorten(topic))
		case level != "":
			own = true
		}
	}
	if !own {
		return fmt.Errorf("the topic %q has nothing but wildcards, which would take everybody's messages", shorten(topic))
	}
	return checkTopic(strings.NewReplacer("+", "", "#", "").Replace(topic))
}

var errWildcards = errors.New("there are as many topics with wildcards as are taken")

// admitWildcards returns why the topics of e cannot be listened to.
func (d *Discovery) admitWildcards(e *entity) error {
	fresh := 0
	count := func(topic string) {
		if isWild(topic) && d.routes[topic] == nil {
			fresh++
		}
	}
	for _, l := range e.listeners {
		count(l.topic)
	}
	for _, key := range e.presence.keys {
		count(key.topic)
	}
	if fresh > 0 && d.wild.count+fresh > maxWildcards {
		return errWildcards
	}
	return nil
}

// hearWild gives m to who listens to topics with wildcards that take its own, and reports
// whether anybody does.
func (d *Discovery) hearWild(r *convention.Result, m *convention.Received) (heard bool) {
	for _, all := range [...][]*route{d.wild.byFirst[string(firstLevel(m.Topic))], d.wild.byFirst["+"]} {
		for _, to := range all {
			if takes(to.topic, m.Topic) {
				heard = true
				d.remember(to, m)
				d.hear(r, to, m)
			}
		}
	}
	return heard
}
