package mqtt

import (
	"fmt"
	"sync"

	"thingbridge/adapters/mqtt/convention"
)

// Bounds of the topics that are subscribed to. A house of a thousand devices that
// have a topic for each property has some 20,000, of 40 bytes.
const (
	maxFilters     = 50_000
	maxFilterBytes = 8 << 20
	maxRefused     = 100 // topics that the broker refuses which are named
)

// subscriptions are the topics that the conventions want, and those of them that
// the broker was not asked for yet in this session. Its methods can be called
// from any goroutine.
type subscriptions struct {
	ready chan struct{} // has an element when there is something to ask for

	mu      sync.Mutex
	wanted  map[string]*want
	first   []string // in this order, before all others
	fresh   []string // to subscribe to
	stale   []string // to unsubscribe from
	bytes   int      // of the topics in wanted
	left    uint64   // left out, for there are too many
	refused map[string]struct{}
}

// want is a topic that some conventions want.
type want struct {
	qos   byte
	asked bool   // in this session
	by    uint32 // the conventions, a bit for each
}

func newSubscriptions() *subscriptions {
	return &subscriptions{ready: make(chan struct{}, 1), wanted: make(map[string]*want), refused: make(map[string]struct{})}
}

// static adds a topic that is wanted in each session from its start.
func (s *subscriptions) static(by int, f convention.Filter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.add(by, f); w != nil && !w.asked {
		w.asked = true // with the next session
		s.first = append(s.first, f.Topic)
	}
}

// want adds a topic. The error says why it is left out.
func (s *subscriptions) want(by int, f convention.Filter) error {
	if err := checkFilter(f.Topic); err != nil {
		return fmt.Errorf("topic %q %w", shorten(f.Topic), err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.add(by, f)
	switch {
	case w == nil:
		s.left++
		return fmt.Errorf("topic %q: there are more than %d, and the others are not heard", shorten(f.Topic), maxFilters)
	case !w.asked:
		w.asked = true
		s.fresh = append(s.fresh, f.Topic)
		s.signal()
	}
	return nil
}

// add returns nil where there is no room.
func (s *subscriptions) add(by int, f convention.Filter) *want {
	w, known := s.wanted[f.Topic]
	if !known {
		if len(s.wanted) >= maxFilters || s.bytes+len(f.Topic) > maxFilterBytes {
			return nil
		}
		w = &want{}
		s.wanted[f.Topic] = w
		s.bytes += len(f.Topic)
	}
	w.by |= 1 << by
	if qos := min(f.QoS, 2); qos > w.qos {
		w.qos, w.asked = qos, false
	}
	return w
}

// drop takes back what a convention wanted.
func (s *subscriptions) drop(by int, topic string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, known := s.wanted[topic]
	if !known {
		return
	}
	if w.by &^= 1 << by; w.by != 0 {
		return
	}
	delete(s.wanted, topic)
	s.bytes -= len(topic)
	s.stale = append(s.stale, topic)
	s.signal()
}

func (s *subscriptions) signal() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// renew makes all topics fresh: a session begins, and the broker may have lost
// those of the one before. It sends what it has retained for whoever subscribes.
func (s *subscriptions) renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wanted {
		w.asked = false
	}
	s.fresh = s.fresh[:0]
	for _, topic := range s.first {
		s.again(topic)
	}
	for topic := range s.wanted {
		s.again(topic)
	}
}

func (s *subscriptions) again(topic string) {
	if w, ok := s.wanted[topic]; ok && !w.asked {
		w.asked = true
		s.fresh = append(s.fresh, topic)
	}
}

// subscribe returns up to most topics to subscribe to, with their QoS; none when
// there is nothing to ask for.
func (s *subscriptions) subscribe(most int) map[string]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	filters := make(map[string]byte, min(most, len(s.fresh)))
	n := 0
	for ; n < len(s.fresh) && len(filters) < most; n++ {
		if w, ok := s.wanted[s.fresh[n]]; ok {
			filters[s.fresh[n]] = w.qos
		}
	}
	if s.fresh = s.fresh[n:]; len(s.fresh) == 0 {
		s.fresh = nil
	}
	return filters
}

// unsubscribe returns up to most topics that nobody wants any more.
func (s *subscriptions) unsubscribe(most int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var topics []string
	n := 0
	for ; n < len(s.stale) && len(topics) < most; n++ {
		if _, again := s.wanted[s.stale[n]]; !again {
			topics = append(topics, s.stale[n])
		}
	}
	if s.stale = s.stale[n:]; len(s.stale) == 0 {
		s.stale = nil
	}
	return topics
}

// count returns how many topics are wanted.
func (s *subscriptions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.wanted)
}

// refuse reports whether it is worth saying that the broker refuses a topic: once
// for each, and not for thousands.
func (s *subscriptions) refuse(topic string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, said := s.refused[topic]; said || len(s.refused) >= maxRefused {
		return false
	}
	s.refused[topic] = struct{}{}
	return true
}
