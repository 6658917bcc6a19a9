package xmpp

import "sync"

// requests are the iqs of one stream that wait for their replies.
type requests struct {
	mu      sync.Mutex
	waiting map[request]chan<- *Stanza
}

// request is what a reply must have: an id alone could be guessed, or used twice.
type request struct {
	id   string
	from JID
}

// register must come before sending: the reply can be faster than its sender.
func (r *requests) register(id string, from JID) <-chan *Stanza {
	reply := make(chan *Stanza, 1) // deliver never waits for who has given up
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == nil {
		r.waiting = make(map[request]chan<- *Stanza)
	}
	r.waiting[request{id, from}] = reply
	return reply
}

func (r *requests) forget(id string, from JID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, request{id, from})
}

// deliver hands s to the request it replies to, and reports whether there is one.
func (r *requests) deliver(s *Stanza) bool {
	if s.Kind != IQ || s.Type != "result" && s.Type != "error" {
		return false
	}
	key := request{s.ID, s.From}
	r.mu.Lock()
	defer r.mu.Unlock()
	reply, ok := r.waiting[key]
	if ok {
		delete(r.waiting, key)
		reply <- s
	}
	return ok
}
