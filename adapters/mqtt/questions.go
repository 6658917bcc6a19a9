package mqtt

import (
	"sync"

	"thingbridge/adapters/mqtt/convention"
)

// Bounds of what waits to be said to the broker. A convention asks each device for
// its state when it finds it.
const (
	maxQuestions     = 4096
	maxQuestionBytes = 1 << 20
)

// questions are the messages that conventions want to send unasked, until they are
// sent. Its methods can be called from any goroutine.
type questions struct {
	ready chan struct{} // has an element when something waits

	mu      sync.Mutex
	waiting []convention.Message
	bytes   int
	lost    uint64 // for too many waited
}

func newQuestions() *questions { return &questions{ready: make(chan struct{}, 1)} }

// add queues m, and reports false where there is no room.
func (q *questions) add(m convention.Message) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	size := len(m.Topic) + len(m.Payload)
	if len(q.waiting) >= maxQuestions || q.bytes+size > maxQuestionBytes {
		q.lost++
		return false
	}
	q.waiting, q.bytes = append(q.waiting, m), q.bytes+size
	select {
	case q.ready <- struct{}{}:
	default:
	}
	return true
}

// take returns all that waits.
func (q *questions) take() []convention.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting, q.bytes = nil, 0
	return taken
}
